import { errorCode } from "@murre/files";
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { isGone } from "../environment/fs-errors.ts";

/**
 * Deletes whatever is at a path, until `deadline` (performance.now()). Others may delete it at the same time.
 * @returns whether all of it is gone.
 */
export function removeTree(path: string, deadline = Infinity): boolean {
  try {
    if (!lstatSync(path).isDirectory()) unlinkSync(path);
    else return removeFolder(path, deadline);
    return true;
  } catch (error) {
    if (isGone(error)) return true;
    throw error;
  }
}

function removeFolder(folder: string, deadline: number): boolean {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (performance.now() > deadline) return false;
    const path = `${folder}/${entry.name}`;
    try {
      if (!entry.isDirectory()) unlinkSync(path);
      else if (!removeFolder(path, deadline)) return false;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  try {
    rmdirSync(folder);
  } catch (error) {
    // Somebody put something there meanwhile: it is not this call's to delete.
    if (!isGone(error) && errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
  }
  return true;
}
