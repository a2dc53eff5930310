import { readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The path without links, or the path itself where that cannot be told. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** Where a link leads that leads nowhere; undefined for anything else. */
export function danglingTarget(path: string): string | undefined {
  let target: string | undefined;
  try {
    for (let links = 0; links < MOST_LINKS; links++) {
      const from = target ?? path;
      target = resolve(realpathSync(dirname(from)), readlinkSync(from));
    }
  } catch (error) {
    // EINVAL: what the last link leads to is there, and no link.
    return (error as NodeJS.ErrnoException).code === "EINVAL" ? undefined : target;
  }
  return undefined;
}
