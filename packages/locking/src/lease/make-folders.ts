import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, as `mkdir -p`. Node's own (`recursive`) tries for ever where a folder is there in which none can be
 * made (`/proc`), and says ENOENT whatever the reason is (EROFS, ENOSPC).
 * @param mode of the new ones, before the umask takes from it
 * @throws the system's error of the folder that cannot be made.
 */
export function makeFolders(path: string, mode = 0o777): void {
  if (makeFolder(path, mode)) return;
  makeFolders(dirname(path), mode);
  if (!makeFolder(path, mode)) mkdirSync(path, { mode });
}

/** @returns false when the folder above is missing, or says so. */
function makeFolder(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isFolder(path)) return true;
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || isFolder(dirname(path))) throw error;
    return false;
  }
  return true;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
