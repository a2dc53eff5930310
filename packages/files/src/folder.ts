import { lstatSync } from "node:fs";

/** Whether a folder lies at the path itself: a link to one is none. Who may write beside it could exchange it for a link to anything. */
export function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
