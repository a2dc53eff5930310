import { lstatSync, type BigIntStats } from "node:fs";

/**
 * Which inode stands at a path, and in which state: device, inode, mtime in nanoseconds, as text. A rename keeps all three, of a folder
 * as well; a change inside a folder changes its mtime.
 */
export type Identity = string;

/** @returns undefined when nothing stands there. */
export function identityOf(path: string): Identity | undefined {
  const stats = lookAt(path);
  return stats === undefined ? undefined : identityFrom(stats);
}

export function identityFrom({ dev, ino, mtimeNs }: BigIntStats): Identity {
  return `${dev}:${ino}:${mtimeNs}`;
}

export function lookAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A parent that is a file, not a folder: nothing stands at this path.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Whether two paths are links of one inode; only then does rename(2) do nothing and leave both. */
export function isSameInode(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
