import { errorCode, randomDigits } from "@murre/files";
import { closeSync, mkdirSync, openSync, fstatSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** Probes that a killed process left are known by it. */
export const probePrefix = "probe-";

/**
 * The file system's present time: the mtime of a file made there now. The server's clock on a network file system, which alone can be compared
 * with other mtimes of it.
 * @throws the system error where no file can be made.
 */
export function fileSystemNow(root: string): Date {
  // Not in leases/, where a snapshot of the living would list it.
  const folder = join(root, "heartbeats");
  const path = join(folder, `${probePrefix}${randomDigits()}`);
  const file = openProbe(folder, path);
  try {
    return fstatSync(file).mtime;
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}

function openProbe(folder: string, path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    mkdirSync(folder, { recursive: true, mode: 0o775 });
    return openSync(path, "wx");
  }
}
