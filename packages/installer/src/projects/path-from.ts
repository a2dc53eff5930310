import { relative, sep } from "node:path";

/** A path as a file in another folder names it: with `/`, `.` for the folder itself. */
export function pathFrom(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/") || ".";
}
