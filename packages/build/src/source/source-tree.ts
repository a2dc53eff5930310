import { createHash, randomUUID } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type BigIntStats } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { NoSourceTree } from "../errors.ts";
import { gitFolders, looseRefs, nearestGit } from "./git-repository.ts";

/**
 * What a folder with sources looked like at one moment. Two equal fingerprints mean that nothing that can go into a wheel was changed, added
 * or removed in between.
 */
export interface SourceListing {
  readonly fingerprint: string;
  /** By path: relative, with `/`, parents before children. */
  readonly facts: ReadonlyMap<string, string>;
  /** When the youngest change was (milliseconds since 1970). */
  readonly newest: number;
}

export interface ListingOptions {
  /** Folders that murre itself writes to: they do not count, should they lie inside. Absolute. */
  readonly apart?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** So many entries are read before others get their turn, a signal's handler among them. */
const batch = 1000;

/** So many entries are followed behind links that lead outside. More are not to be known: then no two states are equal. */
const mostOutside = 20_000;

/**
 * Lists a source tree; writes nothing, and opens no file of it, so that no pipe holds it up.
 * @throws {NoSourceTree} when it cannot be read, and the signal's reason.
 */
export async function listSource(folder: string, options: ListingOptions = {}): Promise<SourceListing> {
  const lister = new Lister(folder, options);
  try {
    await lister.list();
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
    throw new NoSourceTree(folder, reason, { cause: error });
  }
  return { fingerprint: fingerprintOf(lister.facts), facts: lister.facts, newest: lister.newest };
}

export function fingerprintOf(all: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [path, facts] of all) hash.update(`${path}\0${facts}\0`);
  return hash.digest("hex");
}

class Lister {
  readonly facts = new Map<string, string>();
  newest = 0;
  readonly #folder: string;
  readonly #real: string;
  readonly #apart: ReadonlySet<string>;
  readonly #signal: AbortSignal | undefined;
  #read = 0;
  #outside = 0;

  constructor(folder: string, { apart = [], signal }: ListingOptions) {
    this.#folder = folder;
    this.#real = realPath(folder);
    this.#apart = new Set(apart.map(realPath));
    this.#signal = signal;
  }

  async list(): Promise<void> {
    await this.#walk("", this.#folder, readdirSync(this.#folder));
    // A project in a larger repository takes its version from there.
    const around = this.facts.has(".git") ? undefined : nearestGit(dirname(resolve(this.#folder)));
    if (around !== undefined) this.#git("../.git", around);
  }

  async #walk(below: string, folder: string, names: readonly string[], isOutside = false): Promise<void> {
    for (const name of names.toSorted()) {
      this.#read += 1;
      if (this.#read % batch === 0) {
        await setImmediate();
        this.#signal?.throwIfAborted();
      }
      if (isOutside && ++this.#outside > mostOutside) return void this.facts.set(below, randomUUID());
      await this.#entry(below === "" ? name : `${below}/${name}`, join(folder, name), name, isOutside);
    }
  }

  async #entry(path: string, at: string, name: string, isOutside: boolean): Promise<void> {
    const stats = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return; // gone meanwhile, so that the next listing differs
    if (name === ".git") return this.#git(path, at);
    if (stats.isDirectory()) return this.#directory(path, at, isOutside);
    if (stats.isSymbolicLink()) return this.#link(path, at, isOutside);
    if (stats.isFile()) this.#add(path, stats); // and no socket, pipe or device
  }

  #add(path: string, stats: BigIntStats): void {
    this.facts.set(path, factsOf(stats));
    this.newest = Math.max(this.newest, Number(stats.ctimeMs));
  }

  async #directory(path: string, at: string, isOutside: boolean): Promise<void> {
    const names = namesIn(at);
    if (names === undefined) return void this.facts.set(path, "a folder that cannot be read");
    if (isCacheOrEnvironment(names) || path.endsWith("__pycache__") || this.#apart.has(at)) return;
    this.facts.set(path, "folder");
    await this.#walk(path, at, names, isOutside);
  }

  /** What a link leads to inside is listed there; what it leads to outside may go into a wheel as well. */
  async #link(path: string, at: string, isOutside: boolean): Promise<void> {
    this.facts.set(path, `link ${readlinkSync(at)}`);
    const led = followed(at);
    const real = realPath(at);
    if (led === undefined || isInside(real, this.#real)) return;
    if (led.isFile()) return this.#add(`${path}/`, led);
    // A folder that this one lies in would never end, nor would links that lead on from there.
    const names = led.isDirectory() && !isOutside && !isInside(this.#real, real) ? namesIn(real) : undefined;
    if (names !== undefined && !isCacheOrEnvironment(names)) await this.#walk(`${path}/`, real, names, true);
  }

  /** Of a repository what tells a version and which files belong to it: where HEAD and the refs are, and the index. */
  #git(path: string, at: string): void {
    this.facts.set(path, "repository");
    const { own, common } = gitFolders(at);
    for (const name of ["HEAD", "index", "packed-refs"])
      for (const place of new Set([own, common])) this.#gitFile(`${path}/${name}`, join(place, name));
    for (const name of looseRefs(common, "refs")) this.#gitFile(`${path}/${name}`, join(common, name));
  }

  #gitFile(path: string, at: string): void {
    const stats = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile() === true) this.#add(this.facts.has(path) ? `${path} (common)` : path, stats);
  }
}

/** Bytecode apart, whatever only tools read says so itself; all of it changes on its own, and no build packs it. */
function isCacheOrEnvironment(names: readonly string[]): boolean {
  return names.includes("CACHEDIR.TAG") || names.includes("pyvenv.cfg") || names.includes("conda-meta");
}

/**
 * The change time is there beside the modification time: no tool can set it back, and a file that was replaced by an older one (a checkout,
 * a restored backup) has a new one.
 */
export function factsOf({ mode, size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${mode} ${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** Undefined for what is no folder, or one that nobody may read: neither may a build that this user starts. */
function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/** Of what a path leads to. Undefined where nothing is, and for a link that leads nowhere, or round in a circle. */
export function followed(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // reading it says what is wrong
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Kernels stamp files with a clock that ticks this often at the slowest (milliseconds). */
const slowestTickMs = 20;

/**
 * A listing that holds. A file that is written twice within one tick of the file system's clock would keep its fingerprint; so where
 * something was changed a moment ago, that moment is waited out, and a later change has a later time for certain.
 * @throws {NoSourceTree}
 */
export async function settledListing(list: () => Promise<SourceListing>): Promise<SourceListing> {
  const listing = await list();
  if (Date.now() - listing.newest > slowestTickMs) return listing;
  await setTimeout(slowestTickMs);
  return list();
}

/** A path whose facts differ between two listings. */
export interface SourceChange {
  readonly path: string;
  readonly wasThere: boolean;
  readonly isFolder: boolean;
}

export function changesBetween(before: SourceListing, after: SourceListing): readonly SourceChange[] {
  if (before.fingerprint === after.fingerprint) return [];
  const changed = [...after.facts].filter(([path, facts]) => before.facts.get(path) !== facts);
  const gone = [...before.facts].filter(([path]) => !after.facts.has(path));
  return [...changed, ...gone].map(([path, facts]) => ({
    path,
    wasThere: before.facts.has(path),
    isFolder: facts === "folder",
  }));
}
