import { lstatSync } from "node:fs";

/** Whether a folder lies at the path itself: a link to one is none. Who may write beside it could exchange it for a link to anything. */
export function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
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
