import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * How many times the system may say that the folder above is missing while it is there. Another process may have made it in between, or
 * made and removed it; where it is said each time, no folder can be made.
 */
const longestMisfortune = 100;

/**
 * Makes a folder and those above it, as `mkdir -p`, while others make and remove them as well. Node's own (`recursive`) tries for ever where a
 * folder is there in which none can be made (`/proc`), and says ENOENT whatever the reason is (EROFS, ENOSPC).
 * @param mode of the new ones, before the umask takes from it
 * @throws the system's error of the folder that cannot be made.
 */
export function makeFolders(path: string, mode = 0o777): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return mkdirSync(path, { mode });
    } catch (error) {
      if (isFolder(path)) return;
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || attempt === longestMisfortune) throw error;
      if (!isFolder(dirname(path))) makeFolders(dirname(path), mode);
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
