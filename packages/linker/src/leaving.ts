import type { Destination } from "./destination.ts";
import { baseOf, parentOf, type EnvironmentView, type Listing } from "./existing.ts";
import type { Removal } from "./removal.ts";
import { reservedPaths } from "./reserved-paths.ts";

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
): Leaving {
  const isReserved = reservedPaths(destination);
  // Another tool may have let a distribution replace the interpreter: without it the environment would be none.
  const files = new Set(removals.flatMap((removal) => removal.files.filter((path) => !isReserved(path))));
  const owned = new Set(removals.flatMap(({ distInfo }) => (distInfo === undefined ? [] : [distInfo])));
  const fold = new Fold(files, owned, new Set([...environmentsOwn(destination), ...fixed]), view, movesFolders);
  // A dist-info goes whole, whatever its RECORD lists.
  const parents = new Set([...[...files].map(parentOf), ...owned]);
  // The topmost first, so that most of the others are known by then.
  for (const folder of [...parents].toSorted((a, b) => a.length - b.length)) fold.climb(folder);
  return fold.result();
}

/** Folders that belong to the environment and not to what is installed in it. Below a `--target` there are none. */
function environmentsOwn({ schemes, boundary }: Destination): ReadonlySet<string> {
  const own = new Set([boundary]);
  if (schemes.purelib === boundary) return own;
  for (const folder of Object.values(schemes)) {
    if (!folder.startsWith(`${boundary}/`)) continue;
    own.add(boundary + folder.slice(boundary.length).replace(/(\/[^/]+).*/, "$1"));
    if (folder !== schemes.headers) for (let up = folder; up.length > boundary.length; up = parentOf(up)) own.add(up);
  }
  return own;
}

class Fold {
  readonly #files: Set<string>;
  readonly #owned: ReadonlySet<string>;
  readonly #keep: ReadonlySet<string>;
  readonly #view: EnvironmentView;
  readonly #moves: boolean;
  /** Whether nothing stays in a folder; what goes in it was noted when it was looked at. */
  readonly #empties = new Map<string, boolean>();
  readonly #listings = new Map<string, Listing | undefined>();

  constructor(
    files: Set<string>,
    owned: ReadonlySet<string>,
    keep: ReadonlySet<string>,
    view: EnvironmentView,
    moves: boolean,
  ) {
    this.#files = files;
    this.#owned = owned;
    this.#keep = keep;
    this.#view = view;
    this.#moves = moves;
  }

  /** Looks at a folder, and at the one above while nothing stays. */
  climb(folder: string): void {
    if (this.#looksEmpty(folder) && !this.#keep.has(folder)) this.climb(parentOf(folder));
  }

  #list(folder: string): Listing | undefined {
    if (!this.#listings.has(folder)) this.#listings.set(folder, this.#view.list(folder));
    return this.#listings.get(folder);
  }

  /** A folder stays for every entry that does not go, and for being the environment's own. */
  #looksEmpty(folder: string): boolean {
    const known = this.#empties.get(folder);
    if (known !== undefined) return known;
    this.#empties.set(folder, false); // while it is being looked at
    const listing = this.#list(folder);
    let empties = listing !== undefined && !this.#keep.has(folder);
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

  result(): Leaving {
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
