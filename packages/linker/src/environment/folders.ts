import { lstatSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { liesBelow, type Destination } from "./destination.ts";
import { baseOf, parentOf } from "./paths.ts";

/** The platforms whose file systems take `Foo` and `foo` for one name unless somebody has set them up otherwise. */
export function foldsCase(platform: NodeJS.Platform): boolean {
  return platform === "win32" || platform === "darwin";
}

/**
 * The one name of each folder of an environment. An environment has links (`lib64`, `local`, a user's own `share`), so that one folder has
 * several paths: whatever compares paths compares these names, and whatever is placed is placed by them.
 */
export interface Folders {
  /** The environment's prefix and the folders of its schemes, by their real paths. */
  readonly roots: readonly string[];
  /**
   * The name of a folder that is absolute, with `/` and without `..`. It need not exist: the longest part that does counts. A link that leads out
   * of all roots is the user's own: what lies below it has the path through the first such link, so that it stays below a root.
   */
  readonly of: (folder: string) => string;
}

/** What is asked of the file system, each once a folder; a parameter for tests. */
export interface FolderFacts {
  /** Undefined where nothing stands. */
  kindOf(path: string): "link" | "other" | undefined;
  realPath(path: string): string;
  /** Where the file system folds case, the name as it is written there. */
  trueName?(path: string): string;
}

/**
 * Looks at the folders of the schemes at once, and at any other when it is asked for.
 * @param others more roots
 */
export function openFolders(
  { schemes, boundary, platform }: Pick<Destination, "schemes" | "boundary" | "platform">,
  others: readonly string[] = [],
  facts: FolderFacts = onDisk(platform),
): Folders {
  const names = new FolderNames(facts);
  names.roots = [...new Set([boundary, ...Object.values(schemes), ...others].map((folder) => names.of(folder)))];
  return names;
}

/** The same destination by the names of its folders. */
export function canonicalDestination(destination: Destination, folders: Folders): Destination {
  const { purelib, platlib, scripts, headers, data } = destination.schemes;
  return {
    ...destination,
    boundary: folders.of(destination.boundary),
    schemes: {
      purelib: folders.of(purelib),
      platlib: folders.of(platlib),
      scripts: folders.of(scripts),
      headers: folders.of(headers),
      data: folders.of(data),
    },
  };
}

function onDisk(platform: NodeJS.Platform): FolderFacts {
  const slashed = (path: string) => path.replaceAll(sep, "/");
  return {
    kindOf(path) {
      try {
        const stats = lstatSync(path, { throwIfNoEntry: false });
        return stats && (stats.isSymbolicLink() ? "link" : "other");
      } catch {
        return undefined; // below a file, or not to be looked at
      }
    },
    realPath: (path) => slashed(realpathSync(path)),
    ...(foldsCase(platform) ? { trueName: (path: string) => baseOf(slashed(realpathSync.native(path))) } : {}),
  };
}

class FolderNames implements Folders {
  roots: readonly string[] = [];
  readonly #facts: FolderFacts;
  readonly #names = new Map<string, string>();
  /** Nothing stands at these names, nor below them. */
  readonly #missing = new Set<string>();
  /** Of what lies outside of all roots, the real path of a name, and the name of a real path. */
  readonly #outside = new Map<string, string>();
  readonly #nameOfReal = new Map<string, string>();

  constructor(facts: FolderFacts) {
    this.#facts = facts;
  }

  readonly of = (folder: string): string => {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const name = folder.includes("/") ? this.#find(folder) : folder;
    this.#names.set(folder, name);
    return name;
  };

  #find(folder: string): string {
    const parent = this.of(parentOf(folder));
    const path = `${parent}/${baseOf(folder)}`;
    if (this.#missing.has(parent)) return this.#miss(path);
    const kind = this.#facts.kindOf(path);
    if (kind === undefined) return this.#miss(path);
    if (kind === "link") return this.#follow(path);
    const { trueName } = this.#facts;
    const own = trueName === undefined ? path : `${parent}/${attempt(() => trueName(path)) ?? baseOf(folder)}`;
    const real = this.#outside.get(parent);
    return real === undefined ? own : this.#nameOutside(own, `${real}/${baseOf(own)}`);
  }

  #miss(path: string): string {
    this.#missing.add(path);
    return path;
  }

  #follow(link: string): string {
    const real = attempt(() => this.#facts.realPath(link).replace(/\/$/, ""));
    if (real === undefined) return this.#miss(link); // it leads nowhere
    if (liesBelow(this.roots, real) || !liesBelow(this.roots, link)) return real;
    return this.#nameOutside(link, real);
  }

  #nameOutside(path: string, real: string): string {
    if (liesBelow(this.roots, real)) return real; // it led to a folder above one of them
    const name = this.#nameOfReal.get(real) ?? path;
    this.#nameOfReal.set(real, name);
    this.#outside.set(name, real);
    return name;
  }
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // gone, or not to be looked at
  }
}
