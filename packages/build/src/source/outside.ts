import { readdirSync, statSync } from "node:fs";

/**
 * How something outside of a source folder looks that a backend reads; the hook driver says it in the same words. Of a folder its names:
 * in it anything may be written that is not read.
 */
export function factsOfOutside(path: string): string {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isDirectory() ? readdirSync(path).toSorted().join("\0") : `${stats.size} ${stats.mtimeNs}`;
  } catch {
    return "absent";
  }
}
