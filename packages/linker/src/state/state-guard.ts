import { lstatSync, statSync, type Stats } from "node:fs";
import { ForeignState } from "../errors.ts";
import type { EnvironmentState } from "./environment-state.ts";

/**
 * What lies in murre's state is executed, so it has to be murre's: no link leads there, and nobody wrote it who may not write the environment.
 * To be called before anything in the state is read or made.
 * @throws {ForeignState}
 */
export function guardState(state: EnvironmentState): void {
  const { folder, lock, commit, torn, trash, stamp } = state;
  if (!guardFolders(state, [folder])) return;
  guardFolders(state, [lock, `${lock}/choosing`, `${lock}/tickets`, commit, torn, trash]);
  guardFiles(state, [stamp]);
}

/** @returns whether all of them stand. @throws {ForeignState} for what is no folder, or another user's. */
export function guardFolders(state: EnvironmentState, paths: readonly string[]): boolean {
  return guard(state, paths, (stats) => (stats.isDirectory() ? undefined : "is no folder"));
}

/** @returns whether all of them stand. @throws {ForeignState} for what is no regular file, or another user's. */
export function guardFiles(state: EnvironmentState, paths: readonly string[]): boolean {
  return guard(state, paths, (stats) => (stats.isFile() ? undefined : "is no regular file"));
}

function guard(
  state: EnvironmentState,
  paths: readonly string[],
  wrong: (stats: Stats) => string | undefined,
): boolean {
  const found = paths.map((path) => ({ path, stats: look(path) }));
  for (const { path, stats } of found) {
    if (stats === undefined) continue;
    const reason = stats.isSymbolicLink() ? "is a link" : wrong(stats);
    if (reason !== undefined) throw new ForeignState(path, reason);
    if (!mayWrite(state, stats)) throw new ForeignState(path, `belongs to another user (uid ${stats.uid})`);
  }
  return found.every(({ stats }) => stats !== undefined);
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** This user, root, the environment's owner, or one of the group that the environment is shared with: who can change its modules anyway. */
function mayWrite({ sitePackages }: EnvironmentState, { uid, gid }: Stats): boolean {
  const self = process.geteuid?.();
  if (self === undefined || uid === self || uid === 0) return true;
  const site = statSync(sitePackages, { throwIfNoEntry: false });
  if (site === undefined || uid === site.uid) return true;
  const isShared = (site.mode & 0o020) !== 0 && (site.mode & 0o002) === 0;
  return isShared && gid === site.gid;
}
