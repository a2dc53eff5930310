import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { devNull } from "node:os";
import { FileTooLarge, NotAFile, type NoFileKind } from "./errors.ts";

export interface OpenOptions {
  /** Default true. False where others may write to the folder: the last part of the path is then no link. */
  readonly followsLinks?: boolean;
}

export interface ReadOptions extends OpenOptions {
  /** The largest that a file of this kind can be; default 64 MiB. */
  readonly atMostBytes?: number;
}

export interface OpenedFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

/** Larger than what anybody writes by hand, or a tool lists, and small enough to be held in memory. */
export const usuallyAtMostBytes = 64 * 1024 * 1024;

/** Neither waits for a pipe's other end, nor becomes the controlling terminal. Windows has none of them. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const noLink = constants.O_NOFOLLOW ?? 0;

/**
 * Opens a regular file for reading, and nothing else: what is opened is asked, so that nobody can exchange it between the look and the
 * opening. The caller closes the descriptor.
 * @throws {NotAFile}, and the system's error where there is nothing to be opened.
 */
export function openFile(path: string, options: OpenOptions = {}): OpenedFile {
  const opened = openAnything(path, options);
  const kind = kindOf(opened.stats);
  if (kind === undefined) return opened;
  closeSync(opened.descriptor);
  throw new NotAFile(path, kind);
}

/**
 * The whole content of a small file. The null device counts as an empty one, as it is named to say "none".
 * @throws {NotAFile} {FileTooLarge}, and the system's error where there is nothing to be opened.
 */
export function readSmallFile(path: string, options: ReadOptions = {}): Buffer {
  const { descriptor, stats } = openAnything(path, options);
  try {
    const kind = kindOf(stats);
    if (kind === undefined) return readWhole(path, descriptor, stats.size, options.atMostBytes ?? usuallyAtMostBytes);
    if (isNullDevice(path, stats)) return Buffer.alloc(0);
    throw new NotAFile(path, kind);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The beginning of a regular file, at most so many bytes.
 * @throws as {@link readSmallFile}
 */
export function readBeginning(path: string, bytes: number): Buffer {
  const { descriptor } = openFile(path);
  try {
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** As {@link readSmallFile}, in UTF-8. */
export function readSmallText(path: string, options: ReadOptions = {}): string {
  return readSmallFile(path, options).toString("utf8");
}

/** Opens whatever is there, without waiting for anybody, and asks what it is. */
export function openAnything(path: string, { followsLinks = true }: OpenOptions = {}): OpenedFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, withoutWaiting | (followsLinks ? 0 : noLink));
  } catch (error) {
    const kind = kindRefused((error as NodeJS.ErrnoException).code, followsLinks);
    throw kind === undefined ? error : new NotAFile(path, kind, { cause: error });
  }
  try {
    return { descriptor, stats: fstatSync(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** What the system's refusal says about the path; a circle of links, where they are followed, is none of these. */
function kindRefused(code: string | undefined, followsLinks: boolean): NoFileKind | undefined {
  if (code === "ENXIO" || code === "EOPNOTSUPP") return "socket";
  if (code === "EISDIR") return "folder";
  return !followsLinks && (code === "ELOOP" || code === "EMLINK") ? "link" : undefined;
}

/** Undefined for a regular file. */
export function kindOf(stats: Stats): NoFileKind | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return "folder";
  if (stats.isFIFO()) return "pipe";
  if (stats.isSocket()) return "socket";
  return stats.isSymbolicLink() ? "link" : "device";
}

export function isNullDevice(path: string, stats: Stats): boolean {
  if (!stats.isCharacterDevice()) return false;
  if (process.platform === "win32") return /^(?:\\\\[.?]\\)?nul$/i.test(path);
  return stats.rdev === statSync(devNull).rdev;
}

/** Files that the kernel makes up have no size before they are read. */
const firstReadBytes = 4096;

function readWhole(path: string, descriptor: number, size: number, atMostBytes: number): Buffer {
  if (size > atMostBytes) throw new FileTooLarge(path, atMostBytes);
  let buffer = Buffer.allocUnsafeSlow(size === 0 ? firstReadBytes : size);
  for (let length = 0; ;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += read;
    // What is added to it from now on is no part of it yet.
    if (read === 0 || length === size) return buffer.subarray(0, length);
    if (length > atMostBytes) throw new FileTooLarge(path, atMostBytes);
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length, atMostBytes + 1));
  }
}
