import { openFile, readSmallFile } from "@murre/files";
import { closeSync, readSync, type Stats } from "node:fs";
import { cacheLayout, type CacheLayout } from "../folder/layout.ts";
import { distrust } from "../folder/trust.ts";

/** A document as it was when it was opened, whatever takes its place. */
export interface OpenDocument {
  /** Bytes. */
  readonly size: number;
  /** See {@link Documents.stampOf}: as it was when this was opened. */
  readonly stamp: string;
  /** Fewer bytes where the document ends. @throws the system's error, and when it is closed or was cut off */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/**
 * A whole document of a cache, for who needs nothing else of it. That takes no lease: a document is there whole or not at all, and nobody may
 * rely on its staying.
 * @returns undefined where there is none, or the cache is not to be trusted
 */
export function readDocument(cacheFolder: string, ...segments: string[]): Buffer | undefined {
  return distrust(cacheFolder) === undefined ? readCopy(cacheLayout(cacheFolder), segments) : undefined;
}

/** The document in one folder; undefined where it is not, or cannot be read. */
export function readCopy(layout: CacheLayout, segments: readonly string[], atMostBytes?: number): Buffer | undefined {
  try {
    const path = layout.document(segments);
    return readSmallFile(path, { followsLinks: false, ...(atMostBytes === undefined ? {} : { atMostBytes }) });
  } catch {
    return undefined;
  }
}

/** No document is larger (bytes). */
const mostBytes = 64 << 20;

/** As {@link readCopy}, to be read in parts. @param stamp default: that of this copy alone */
export function openCopy(layout: CacheLayout, segments: readonly string[], stamp?: string): OpenDocument | undefined {
  try {
    const { descriptor, stats } = openFile(layout.document(segments), { followsLinks: false });
    if (stats.size <= mostBytes) return new OpenFile(descriptor, stats.size, stamp ?? stampOfFile(stats));
    closeSync(descriptor);
  } catch {
    // As where there is none.
  }
  return undefined;
}

/** The number of a file that is gone is given to another one: the time tells them apart. */
export const stampOfFile = ({ ino, size, mtimeMs }: Stats): string => `${ino}:${size}:${mtimeMs}`;

class OpenFile implements OpenDocument {
  readonly size: number;
  readonly stamp: string;
  #descriptor: number | undefined;

  constructor(descriptor: number, size: number, stamp: string) {
    this.#descriptor = descriptor;
    this.size = size;
    this.stamp = stamp;
  }

  read(offset: number, length: number): Buffer {
    // Its number may be another file's by now.
    if (this.#descriptor === undefined) throw new Error("the document is closed");
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
      if (read === 0) throw new Error("the document was cut off");
      done += read;
    }
    return bytes;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
