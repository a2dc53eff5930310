import { refuseLink, writeAll } from "@murre/files";
import { closeSync, constants, fstatSync, lstatSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders, type Lease } from "@murre/locking";
import type { CacheLayout } from "../folder/layout.ts";
import { openCopy, readCopy, stampOfFile, type OpenDocument } from "./read-document.ts";

/** A request for one document that is slow to get: how to find it in the cache, and how to make it if it is not there. */
export interface DocumentRequest<T> {
  /** Two requests with one key want the same document. */
  readonly key: string;
  /** What is fetched by one process at a time; default the key. Documents of one group may be many, and are agreed on once. */
  readonly group?: string;
  /** Whether it is there by now; asked several times. */
  readonly lookup: () => T | undefined;
  /** Fetches or computes it, and writes it where `lookup` finds it. May wait for slots, and for nothing else (rule D). */
  readonly make: (signal: AbortSignal | undefined) => Promise<T>;
  /** Whether the failure of another process, for which this one waited, is this one's too. Default: it does the work itself. */
  readonly sharesFailures?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Small whole files under the cache's root: pages, metadata, probed interpreters. A reader sees a document whole or not
 * at all; a failed write never fails an operation, because everything here can be had again.
 */
export interface Documents {
  /** The document's bytes, or undefined when it is not there or cannot be read. */
  read(...segments: string[]): Buffer | undefined;
  /** The document, to be read in parts and closed, with the stamp of all copies; undefined when it is not there, cannot be opened, or is larger than any document. */
  open(segments: readonly string[]): OpenDocument | undefined;
  /** Replaces the document. Never throws. Returns the stamp of what was written, undefined where it could not be. */
  write(segments: readonly string[], data: DocumentData): string | undefined;
  /**
   * Adds to the end of the document, in one write, so that what several processes add stands one behind the other. A reader may meet the
   * beginning of what is being added, and what a full disk cut off stays there: a document that is added to is made of parts that tell when
   * they are whole. Never throws.
   */
  append(segments: readonly string[], data: Buffer): void;
  /** Every copy of the document: where it is written, and in a cache that is only read; and the stamp that they had at the beginning. */
  readAll(
    segments: readonly string[],
    atMostBytes: number,
  ): { readonly stamp: string; readonly copies: readonly Buffer[] };
  /** Another text whenever a copy of the document was replaced or added to: the stamps of all copies, with commas between them. */
  stampOf(segments: readonly string[]): string;
}

/** A document's text or bytes, or pieces of it, which need not be joined in memory. */
export type DocumentData = string | Buffer | readonly Buffer[];

function piecesOf(data: DocumentData): readonly Buffer[] {
  if (typeof data === "string") return [Buffer.from(data, "utf8")];
  return Buffer.isBuffer(data) ? [data] : data;
}

/** Where documents are written, and whose temporary files they are. */
interface WritePlace {
  readonly layout: CacheLayout;
  /** Names the temporary files, so that a sweeper knows whose they are. */
  readonly lease: Lease;
}

/**
 * @param readFrom the folders to look into, in their order.
 * @param writeTo undefined when nothing can be written.
 */
export function openDocuments(
  readFrom: () => readonly CacheLayout[],
  writeTo: () => WritePlace | undefined,
): Documents {
  /**
   * Whether the last document that somebody opened was there. Of many mostly all are there or none: what is missing is cheaper to see than to fail to
   * open, and what is there is opened without a look.
   */
  let isFound = false;
  const opened = (layout: CacheLayout, segments: readonly string[], stamp?: string): OpenDocument | undefined => {
    const isMissing = !isFound && lstatSync(layout.document(segments), { throwIfNoEntry: false }) === undefined;
    const found = isMissing ? undefined : openCopy(layout, segments, stamp);
    isFound = found !== undefined;
    return found;
  };
  const stampOf = (segments: readonly string[]): string =>
    readFrom()
      .map((layout) => {
        const stats = lstatSync(layout.document(segments), { throwIfNoEntry: false });
        return stats === undefined ? "" : stampOfFile(stats);
      })
      .join();
  return {
    read(...segments) {
      for (const layout of readFrom()) {
        const found = readCopy(layout, segments);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    open(segments) {
      const layouts = readFrom();
      // Before one of several is opened: what changes meanwhile is looked at again.
      const stamp = layouts.length > 1 ? stampOf(segments) : undefined;
      for (const layout of layouts) {
        const found = opened(layout, segments, stamp);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    write(segments, data) {
      try {
        const place = writeTo();
        return place && writeWhole(place.layout, place.lease, place.layout.document(segments), data);
      } catch {
        return undefined; // a full disk, a read-only cache, a lost lease: the next run fetches or computes it again
      }
    },
    append(segments, data) {
      try {
        const place = writeTo();
        if (place !== undefined) appendTo(place.layout, place.layout.document(segments), data);
      } catch {
        // As above.
      }
    },
    readAll(segments, atMostBytes) {
      const copies: Buffer[] = [];
      const stamps = readFrom().map((layout) => {
        const document = opened(layout, segments);
        try {
          if (document !== undefined && document.size <= atMostBytes) copies.push(document.read(0, document.size));
        } catch {
          // As where there is none.
        } finally {
          document?.close();
        }
        return document?.stamp ?? "";
      });
      return { stamp: stamps.join(), copies };
    },
    stampOf,
  };
}

/** Exclusive create of `tmp/<lease>-<n>`, then one rename; a missing parent is made and the step tried once more. */
function writeWhole(layout: CacheLayout, lease: Lease, target: string, data: DocumentData): string {
  refuseLinks(layout, target);
  const temporary = `${layout.temporary}/${lease.name}-${lease.nextId()}`;
  const file = withParent(temporary, () => openSync(temporary, "wx", 0o666));
  try {
    let stamp: string;
    try {
      for (const piece of piecesOf(data)) writeAll(file, piece);
      stamp = stampOfFile(fstatSync(file));
    } finally {
      closeSync(file);
    }
    withParent(target, () => renameSync(temporary, target));
    return stamp;
  } catch (error) {
    unlinkSync(temporary); // ENOENT when it was swept: an error like the other one
    throw error;
  }
}

function appendTo(layout: CacheLayout, target: string, data: Buffer): void {
  refuseLinks(layout, target);
  // Nobody reads from a pipe that lies there, and whoever opened it would wait for ever.
  const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | careful;
  const file = withParent(target, () => openSync(target, flags, 0o666));
  try {
    // One write: what a second one would add could stand behind another process's.
    writeSync(file, data);
  } finally {
    closeSync(file);
  }
}

/** Nothing is renamed to where a link leads. */
function refuseLinks({ root }: CacheLayout, target: string): void {
  for (let folder = dirname(target); folder.length > root.length; folder = dirname(folder)) refuseLink(folder);
}

/** Who has no umask has no folder for everybody in the cache: whoever may write there decides what is installed. */
export const folderMode = 0o775;

/** Runs `step`; where a parent folder is missing, makes the parents of `path` and runs it once more. */
export function withParent<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    makeFolders(dirname(path), folderMode);
    return step();
  }
}
