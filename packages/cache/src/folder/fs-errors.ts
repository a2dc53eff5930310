import { errorCode } from "@murre/files";
import { lstatSync } from "node:fs";

/** ESTALE (NFS) says what ENOENT says (protocols/nfs.md, N4). */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESTALE";
}

/** Whether nothing stands at a path. An error that says nothing about the file (EIO, EACCES) is no absence. */
export function isNothingAt(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return isMissing(error);
  }
}

/** The step's result, or undefined where its file is missing. Every other error passes through. */
export function unlessMissing<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
