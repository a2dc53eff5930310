import { fstatSync, statSync } from "node:fs";

/**
 * Size, mtime and ctime (which nobody sets back) in nanoseconds, and inode in one string: as long as it stays the same, nobody has written to the file.
 * @param file its path, or its descriptor
 * @throws the system's error where there is none
 */
export function fileState(file: string | number): string {
  const options = { bigint: true } as const;
  const { size, mtimeNs, ctimeNs, ino } = typeof file === "number" ? fstatSync(file, options) : statSync(file, options);
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}
