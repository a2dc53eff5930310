import { openFile } from "@murre/files";
import { closeSync, readSync } from "node:fs";

/** The bytes of a file that this user owns and nobody else can write; undefined of any other, and of none. */
export function readOwn(path: string, uid: number | undefined): Buffer | undefined {
  let file: number | undefined;
  try {
    const opened = openFile(path, { followsLinks: false });
    file = opened.descriptor;
    const { size, mode, uid: owner } = opened.stats;
    if (uid !== undefined && (owner !== uid || (mode & 0o022) !== 0)) return undefined;
    const whole = Buffer.allocUnsafeSlow(size);
    return readSync(file, whole, 0, size, 0) === size ? whole : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
