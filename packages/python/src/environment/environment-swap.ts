import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { formatSibling, makerOf, ownSibling, parseSibling, type Sibling } from "./sibling.ts";

/**
 * How an environment appears at its path as a whole. It is built in a `new` sibling, whose last file is `pyvenv.cfg`, and
 * renamed into place. To replace one, the one there is renamed to an `old` sibling first. Whatever kills the process in
 * between, {@link recoverEnvironment} finds an `old` sibling and nothing at the path, and renames the new one in if it was
 * finished, the old one back otherwise.
 */

/** A sibling whose maker cannot be asked is given this long. */
const UNKNOWN_MAKER_MS = 24 * 3600 * 1000;
/** Each round that fails means that another process put its environment there in the meantime. */
const MAX_ROUNDS = 1000;

interface FoundSibling extends Sibling {
  readonly path: string;
}

export function siblingPath(path: string, kind: Sibling["kind"]): string {
  return join(dirname(path), formatSibling(basename(path), ownSibling(kind)));
}

/**
 * Renames a finished environment to a path where there is nothing, or an empty folder.
 * @returns false when something is there already.
 * @throws the system's error for anything else.
 */
export function moveIn(built: string, path: string): boolean {
  try {
    renameSync(built, path);
    return true;
  } catch (error) {
    if (isOccupied(error)) return false;
    throw error;
  }
}

/**
 * Renames what is at the path aside and the finished environment in, as often as others come in between.
 * @param mayReplace throws when what is at the path now is not to be removed
 */
export function replace(built: string, path: string, mayReplace: () => void): void {
  const old = pairOf(built, path);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    mayReplace();
    try {
      renameSync(path, old);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    let isIn: boolean;
    try {
      isIn = moveIn(built, path);
    } catch (error) {
      if (existsSync(old)) moveIn(old, path);
      throw error;
    }
    discard(old, path);
    if (isIn) return;
  }
  throw new Error(`other processes keep making environments at ${path}`);
}

/** The `old` sibling differs from its `new` one in the kind only, so that recovery knows the two as one replacement. */
function pairOf(built: string, path: string): string {
  const sibling = parseSibling(basename(path), basename(built)) ?? ownSibling("old");
  return join(dirname(path), formatSibling(basename(path), { ...sibling, kind: "old" }));
}

function isOccupied(error: unknown): boolean {
  return ["ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Takes the folder out of its role first: half of a removed environment must never be restored. */
export function discard(folder: string, path: string): void {
  const gone = siblingPath(path, "gone");
  try {
    renameSync(folder, gone);
  } catch {
    return;
  }
  rmSync(gone, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Finishes or undoes a replacement whose process died, and removes what dead processes left beside the path. Does nothing
 * (one `lstat`, and one `readdir` of the parent when nothing is there) in the usual case, and never throws: an environment
 * that cannot be recovered is reported by whoever needs it.
 * @param reclaim also look for leftovers when there is something at the path
 */
export function recoverEnvironment(path: string, reclaim = false): void {
  try {
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    if (isThere && !reclaim) return;
    const siblings = siblingsOf(path).filter(isAbandoned);
    if (!isThere) restore(path, siblings);
    for (const sibling of siblings)
      if (sibling.kind === "gone") rmSync(sibling.path, { recursive: true, force: true });
      else if (existsSync(sibling.path)) discard(sibling.path, path);
  } catch {
    // Another process recovers at the same time, or the folder is read-only: there is nothing to add.
  }
}

/**
 * A replacement was cut between its two renames when both its siblings are there. An `old` sibling alone was replaced
 * already (and whoever removed the new environment since does not want the old one back); a `new` one alone is a first
 * attempt that was not finished.
 */
function restore(path: string, siblings: readonly FoundSibling[]): void {
  for (const old of siblings.filter(({ kind }) => kind === "old")) {
    const built = siblings.find((sibling) => sibling.kind === "new" && isPair(sibling, old));
    if (built && moveIn(hasConfig(built.path) ? built.path : old.path, path)) return;
  }
}

function isPair(a: Sibling, b: Sibling): boolean {
  return a.lease === b.lease;
}

function hasConfig(folder: string): boolean {
  return existsSync(join(folder, "pyvenv.cfg"));
}

function siblingsOf(path: string): FoundSibling[] {
  const parent = dirname(path);
  const base = basename(path);
  return readdirSync(parent).flatMap((name) => {
    const sibling = name.startsWith(`.${base}.murre-`) ? parseSibling(base, name) : undefined;
    return sibling ? [{ ...sibling, path: join(parent, name) }] : [];
  });
}

function isAbandoned(sibling: FoundSibling): boolean {
  const maker = makerOf(sibling);
  if (maker !== "unknown") return maker === "dead";
  // The change time, because a renamed folder keeps its modification time.
  const changed = statSync(sibling.path, { throwIfNoEntry: false })?.ctimeMs;
  return changed !== undefined && Date.now() - changed > UNKNOWN_MAKER_MS;
}
