import { FileTooLarge, NotAFile, openFile, readSmallFile } from "@murre/files";
import { closeSync, fstatSync, lutimesSync, readSync } from "node:fs";
import { unlessMissing } from "../folder/fs-errors.ts";

/** Longer than any id, so that one read tells a pointer from what is none. */
const longestPointer = 256;
/** Marks of condemnation come behind the id, one for each sweeper that met it without a snapshot. */
const asPointer = { followsLinks: false, atMostBytes: 1024 * 1024 };
const dayMs = 24 * 60 * 60 * 1000;

/**
 * The id that a pointer names. A pointer's content is "<id>\n"; anything else (a condemned mark, a torn file, a folder)
 * is no pointer, and a miss. It is read by its content and not as a link: a restored copy (`cp -r`, `tar`) serves as well.
 */
export function readPointer(path: string): string | undefined {
  try {
    return parsePointer(readSmallFile(path, asPointer).toString("latin1"));
  } catch {
    return undefined;
  }
}

/**
 * As {@link readPointer}, and notes the use: the pointer's mtime is the last use that pruning goes by, moved at most once a
 * day. That it cannot be moved (a read-only cache, another user's) is ignored.
 */
export function usePointer(path: string): string | undefined {
  const { id, usedMs } = lookAtPointer(path) ?? {};
  if (id !== undefined && usedMs !== undefined && Math.abs(Date.now() - usedMs) > dayMs) touch(path);
  return id;
}

/** The id that a pointer names, if it names one, and when it was last used. Undefined for what cannot be read. */
export function lookAtPointer(path: string): { readonly id: string | undefined; readonly usedMs: number } | undefined {
  const buffer = Buffer.allocUnsafe(longestPointer);
  try {
    const { descriptor, stats } = openFile(path, { followsLinks: false });
    try {
      const length = readSync(descriptor, buffer, 0, longestPointer, 0);
      return { id: parsePointer(buffer.toString("latin1", 0, length)), usedMs: stats.mtimeMs };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    lutimesSync(path, now, now);
  } catch {
    // Only pruning by age loses a little precision.
  }
}

/** An id and nothing else: what is marked names nothing any more. */
function parsePointer(text: string): string | undefined {
  const id = recordedId(text);
  return text === `${id}\n` ? id : undefined;
}

/** What a condemned pointer named: its first line, with the mark behind it or not. "" when it named nothing readable. */
export function readRecord(path: string): string | undefined {
  return unlessMissing(() => {
    try {
      return recordedId(readSmallFile(path, asPointer).toString("latin1")) ?? "";
    } catch (error) {
      // Somebody put something else where a pointer belongs: it protects nothing.
      if (error instanceof NotAFile || error instanceof FileTooLarge) return "";
      throw error;
    }
  });
}

/** An id, and nothing else in its line: a damaged file must not name a path outside the store. */
function recordedId(text: string): string | undefined {
  return /^([0-9a-f]{32}\.[0-9A-Za-z_-]+\.\d+)\n/.exec(text)?.[1];
}

/** Whether an open file is a pointer, condemned or not. */
export function isPointer(file: number): boolean {
  if (!fstatSync(file).isFile()) return false;
  const buffer = Buffer.allocUnsafe(longestPointer);
  return recordedId(buffer.toString("latin1", 0, readSync(file, buffer, 0, longestPointer, 0))) !== undefined;
}
