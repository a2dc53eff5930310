import { errorCode } from "@murre/files";
import { readdirSync } from "node:fs";

/** Nothing stands at the path: it, or one of its parents, is gone (a stale handle of a network file system says the same). */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESTALE";
}

/** The names in a folder; none when there is no such folder. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isGone(error) || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}
