import { writeSync } from "node:fs";

/** Writes all bytes behind what was written before. write(2) may take fewer than it is given, on a disk that is nearly full for instance. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(file, bytes, done);
}
