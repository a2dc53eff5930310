import type { Destination } from "../environment/destination.ts";
import type { EnvironmentView, Listing } from "../environment/environment-view.ts";
import { isMetadataFolder } from "../environment/metadata-folder.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import type { Reserved } from "../environment/reserved-paths.ts";
import type { ForeignRows } from "./change-plan.ts";
import type { Removal } from "./removal.ts";

/** What cannot be renamed. */
export interface Immovable {
  /** Whether folders can be renamed; if not, all goes file by file. */
  readonly movesFolders: boolean;
  /** Folders that stay, though nothing be left in them. */
  readonly fixed: ReadonlySet<string>;
}

/** What goes from the environment with the removed distributions, and what stays of the folders that they reach into. */
export interface Leaving {
  /** Files that go: those of the RECORDs that nobody else owns, and the bytecode compiled from them. */
  readonly files: ReadonlySet<string>;
  /** Folders in which nothing stays, the topmost of each tree; empty where folders cannot be moved. */
  readonly folders: ReadonlySet<string>;
  /** Folders that nothing stays in but that are left to the end, deepest first: where folders cannot be moved. */
  readonly emptied: readonly string[];
  /** Links to folders among the files. */
  readonly links: readonly string[];
  /** Rows of the RECORDs that name no file of their distribution, though something stands there: it stays. */
  readonly foreign: readonly ForeignRows[];
  /** Whether a path goes: one of the files, or anything at or below one of the folders. */
  has(path: string): boolean;
}

const BYTECODE = "__pycache__";
const BYTECODE_NAME = /\.pyc(?:\.\d+)?$/;

/**
 * Replaces the files of removed distributions by whole folders wherever nothing in a folder stays. A file that no RECORD lists keeps its
 * folder. The folders of the environment itself (`bin`, `include`, site-packages) stay even if they are empty.
 */
export function foldLeaving(
  destination: Destination,
  removals: readonly Removal[],
  view: EnvironmentView,
  { movesFolders, fixed }: Immovable,
  reserved: Reserved,
): Leaving {
  const listings = new Map<string, Listing | undefined>();
  const list = (folder: string): Listing | undefined => {
    if (!listings.has(folder)) listings.set(folder, view.list(folder));
    return listings.get(folder);
  };
  const owned = new Set(removals.flatMap(({ distInfo }) => (distInfo === undefined ? [] : [distInfo])));
  const { files, links, foreign } = filesThatGo(destination, removals, owned, list, reserved);
  const keep = new Set([...environmentsOwn(destination), ...fixed]);
  const fold = new Fold(files, owned, keep, list, movesFolders);
  // A dist-info goes whole, whatever its RECORD lists.
  const parents = new Set([...[...files].map(parentOf), ...owned]);
  // The topmost first, so that most of the others are known by then.
  for (const folder of [...parents].toSorted((a, b) => a.length - b.length)) fold.climb(folder);
  return { ...fold.result(), links, foreign };
}

/** What the RECORDs list, without what no RECORD can give away. */
function filesThatGo(
  { schemes: { purelib, platlib, ...others }, boundary }: Destination,
  removals: readonly Removal[],
  owned: ReadonlySet<string>,
  list: (folder: string) => Listing | undefined,
  reserved: Reserved,
): { files: Set<string>; links: string[]; foreign: ForeignRows[] } {
  const sites = [purelib, platlib];
  const environments = new Set([boundary, ...Object.values(others)]);
  const reasonOf = (path: string): string | undefined => {
    const folder = parentOf(path);
    const kind = list(folder)?.get(baseOf(path));
    if (kind === undefined) return undefined; // gone already
    if (reserved.has(path)) return "is a part of the environment";
    if (kind === "directory") return "is a folder";
    const site = sites.find((one) => path.startsWith(`${one}/`));
    // A developer's link to a package is its distribution's (flit); any other link to a folder is the environment's, or its user's.
    if (kind === "linked-directory") {
      if (site === undefined || environments.has(path) || LINKS.has(baseOf(path))) return "is a link to a folder";
      links.push(path);
    }
    const metadata = site === undefined ? "" : `${site}/${path.slice(site.length + 1).split("/", 1)[0] ?? ""}`;
    return metadata !== path && isMetadataFolder(metadata) && !owned.has(metadata)
      ? "is another distribution's"
      : undefined;
  };
  const files = new Set<string>();
  const links: string[] = [];
  const foreign: ForeignRows[] = [];
  for (const { name, files: listed, foreign: outside = [] } of removals) {
    const rows = [...outside];
    for (const path of listed) {
      const reason = reasonOf(path);
      if (reason === undefined) files.add(path);
      else rows.push({ path, reason });
    }
    if (rows.length > 0) foreign.push({ name, rows });
  }
  return { files, links, foreign };
}

/** What environments have links for, also below a `--target`. */
const LINKS = new Set(["bin", "lib", "lib64", "include", "share", "local", "Scripts", "Lib", "Include"]);

/** Folders that belong to the environment and not to what is installed in it. Below a `--target` there are none. */
function environmentsOwn({ schemes, boundary }: Destination): ReadonlySet<string> {
  const own = new Set([boundary]);
  if (schemes.purelib === boundary) return own;
  for (const folder of Object.values(schemes)) {
    if (!folder.startsWith(`${boundary}/`)) {
      own.add(folder);
      continue;
    }
    own.add(boundary + folder.slice(boundary.length).replace(/(\/[^/]+).*/, "$1"));
    if (folder !== schemes.headers) for (let up = folder; up.length > boundary.length; up = parentOf(up)) own.add(up);
  }
  return own;
}

class Fold {
  readonly #files: Set<string>;
  readonly #owned: ReadonlySet<string>;
  readonly #keep: ReadonlySet<string>;
  readonly #list: (folder: string) => Listing | undefined;
  readonly #moves: boolean;
  /** Whether nothing stays in a folder; what goes in it was noted when it was looked at. */
  readonly #empties = new Map<string, boolean>();

  constructor(
    files: Set<string>,
    owned: ReadonlySet<string>,
    keep: ReadonlySet<string>,
    list: (folder: string) => Listing | undefined,
    moves: boolean,
  ) {
    this.#files = files;
    this.#owned = owned;
    this.#keep = keep;
    this.#list = list;
    this.#moves = moves;
  }

  /** Looks at a folder, and at the one above while nothing stays. */
  climb(folder: string): void {
    if (this.#looksEmpty(folder) && !this.#keep.has(folder)) this.climb(parentOf(folder));
  }

  /** A folder stays for every entry that does not go, and for being the environment's own. */
  #looksEmpty(folder: string): boolean {
    const known = this.#empties.get(folder);
    if (known !== undefined) return known;
    this.#empties.set(folder, false); // while it is being looked at
    const listing = this.#list(folder);
    let empties = listing !== undefined && !this.#keep.has(folder) && !this.#isLink(folder);
    const bytecode = listing?.get(BYTECODE) === "directory";
    for (const [name, kind] of listing ?? []) {
      const path = `${folder}/${name}`;
      if (kind === "directory") {
        // Of folders that stay, only those are looked into where something goes.
        const goes = name === BYTECODE ? this.#bytecodeEmpties(folder) : empties && this.#looksEmpty(path);
        empties &&= goes;
      } else if (!this.#goes(path)) empties = false;
    }
    if (!empties && bytecode && this.#empties.get(`${folder}/${BYTECODE}`) === undefined) this.#bytecodeEmpties(folder);
    this.#empties.set(folder, empties);
    return empties;
  }

  /** What lies below a user's link goes, the link stays. */
  #isLink(folder: string): boolean {
    return !this.#owned.has(folder) && this.#list(parentOf(folder))?.get(baseOf(folder)) === "linked-directory";
  }

  #goes(path: string): boolean {
    if (this.#files.has(path)) return true;
    if (!this.#owned.has(parentOf(path))) return false;
    // A dist-info goes with all that anyone wrote into it.
    this.#files.add(path);
    return true;
  }

  /** `__pycache__/NAME.TAG.pyc` (PEP 3147) goes with NAME.py, and stays with it; so does `NAME.TAG.pyc.NUMBER` of a Python killed over it. */
  #bytecodeEmpties(parent: string): boolean {
    const folder = `${parent}/${BYTECODE}`;
    const listing = this.#list(folder);
    const sources = this.#list(parent);
    let empties = listing !== undefined;
    for (const [name, kind] of listing ?? []) {
      const path = `${folder}/${name}`;
      const source = `${name.slice(0, name.indexOf("."))}.py`;
      const stays = sources?.has(source) === true && !this.#files.has(`${parent}/${source}`);
      if (kind === "file" && BYTECODE_NAME.test(name) && !stays && this.#isCompiled(parent, source))
        this.#files.add(path);
      if (!this.#files.has(path)) empties = false;
    }
    this.#empties.set(folder, empties);
    return empties;
  }

  /** Whether the source is one that goes, or one that is gone already from a folder which something goes from. */
  #isCompiled(parent: string, source: string): boolean {
    return this.#files.has(`${parent}/${source}`) || !this.#list(parent)?.has(source);
  }

  result(): Omit<Leaving, "links" | "foreign"> {
    const empty = [...this.#empties].filter(([, empties]) => empties).map(([folder]) => folder);
    const all = new Set(empty);
    const folders = new Set(this.#moves ? empty.filter((folder) => !all.has(parentOf(folder))) : []);
    const emptied = this.#moves ? [] : empty.toSorted((a, b) => b.length - a.length);
    const isBelow = (path: string): boolean => {
      for (let slash = path.length; slash > 0; slash = path.lastIndexOf("/", slash - 1))
        if (folders.has(path.slice(0, slash))) return true;
      return false;
    };
    // What a RECORD lists may be gone already.
    const files = new Set([...this.#files].filter((path) => this.#list(parentOf(path))?.has(baseOf(path))));
    return { files, folders, emptied, has: (path) => files.has(path) || (folders.size > 0 && isBelow(path)) };
  }
}
