import { lstatSync, readdirSync } from "node:fs";

/** Whether a folder lies at the path itself: a link to one is none. Who may write beside it could exchange it for a link to anything. */
export function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** What a folder that went away says; a stale handle is what a network file system says of one that went in another client's hands. */
const gone = new Set<string | undefined>(["ENOENT", "ESTALE", "ENOTDIR"]);

/** The names in a folder; none where no folder lies: a link to one is none, because what is listed may be removed. @throws the system's error */
export function namesIn(folder: string): string[] {
  if (!isRealFolder(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (error) {
    if (gone.has((error as NodeJS.ErrnoException).code)) return [];
    throw error;
  }
}

/**
 * Refuses a link where a folder belongs. What is not there is none.
 * @throws an error as the system's own where links are not followed (ELOOP).
 */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  const details = { code: "ELOOP", syscall: "open", path };
  throw Object.assign(new Error(`ELOOP: a symbolic link where a folder belongs, open '${path}'`), details);
}
