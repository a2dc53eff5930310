import { closeSync, fstatSync, openSync, readFileSync, readSync, utimesSync } from "node:fs";
import { unlessMissing } from "./fs-errors.ts";

/** Longer than any id, so that one read tells a pointer from what is none. */
const longestPointer = 256;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * The id that a pointer names. A pointer's content is "<id>\n"; anything else (a condemned mark, a torn file, a folder)
 * is no pointer, and a miss. It is read by its content and not as a link: a restored copy (`cp -r`, `tar`) serves as well.
 */
export function readPointer(path: string): string | undefined {
  try {
    return parsePointer(readFileSync(path, "latin1"));
  } catch {
    return undefined;
  }
}

/**
 * As {@link readPointer}, and notes the use: the pointer's mtime is the last use that pruning goes by, moved at most once a
 * day. That it cannot be moved (a read-only cache, another user's) is ignored.
 */
export function usePointer(path: string): string | undefined {
  const buffer = Buffer.allocUnsafe(longestPointer);
  let length: number;
  let usedMs: number;
  try {
    const file = openSync(path, "r");
    try {
      length = readSync(file, buffer, 0, longestPointer, 0);
      usedMs = fstatSync(file).mtimeMs;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  const id = parsePointer(buffer.toString("latin1", 0, length));
  if (id !== undefined && Math.abs(Date.now() - usedMs) > dayMs) touch(path);
  return id;
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Only pruning by age loses a little precision.
  }
}

function parsePointer(text: string): string | undefined {
  // An id and nothing else: a damaged file must not name a path outside the store.
  return /^([0-9a-f]{32}\.[0-9A-Za-z_-]+\.\d+)\n$/.exec(text)?.[1];
}

/** What a condemned pointer named: its first line, with the mark behind it or not. "" when it named nothing readable. */
export function readRecord(path: string): string | undefined {
  return unlessMissing(() => {
    try {
      return /^([0-9a-f]{32}\.[0-9A-Za-z_-]+\.\d+)\n/.exec(readFileSync(path, "latin1"))?.[1] ?? "";
    } catch (error) {
      // Somebody put a folder where a pointer belongs: it protects nothing.
      if ((error as NodeJS.ErrnoException).code === "EISDIR") return "";
      throw error;
    }
  });
}
