import { fstatSync, readSync } from "node:fs";
import { RandomAccessReader } from "yauzl";

/** A source of bytes at any place, such as a file, or a URL whose server answers range requests. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset` (both within `size`), or a rejection. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** An open file read with blocking calls, whole when it is small; for worker threads. */
export class BlockingFile {
  readonly size: number;
  readonly #fd: number;
  readonly #whole: Buffer | undefined;

  /** @param wholeBelowBytes files up to this size are read once and stay in memory */
  constructor(fd: number, wholeBelowBytes: number) {
    this.#fd = fd;
    this.size = fstatSync(fd).size;
    this.#whole = this.size <= wholeBelowBytes ? this.#readFrom(0, this.size) : undefined;
  }

  /** Up to `length` bytes: fewer where the file ends. The result may share memory with others; nobody writes to it. */
  read(offset: number, length: number): Buffer {
    return this.#whole?.subarray(offset, offset + length) ?? this.#readFrom(offset, length);
  }

  #readFrom(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < buffer.length) {
      const count = readSync(this.#fd, buffer, filled, buffer.length - filled, offset + filled);
      if (count === 0) return buffer.subarray(0, filled);
      filled += count;
    }
    return buffer;
  }
}

type ReadCallback = (error: Error | null, bytesRead?: number) => void;

/** Reads up to `length` bytes, fewer only where the archive ends. */
export type ReadAt = (offset: number, length: number, callback: (error: Error | null, data: Buffer) => void) => void;

/**
 * Lets yauzl read through `readAt`. yauzl asks for the end of the archive once, then for two small pieces per entry;
 * what lies between the first such piece and the part already known is fetched at once, so a central directory costs
 * one or two reads however many entries it has.
 */
export class WindowedReader extends RandomAccessReader {
  /** Why the source could not be read, where that is what ended the work. */
  failure: Error | undefined;
  readonly #readAt: ReadAt;
  #windowStart = 0;
  #window: Buffer = Buffer.alloc(0);

  constructor(readAt: ReadAt) {
    super();
    this.#readAt = readAt;
  }

  /** The bytes, where all of them have been read already. */
  known(offset: number, length: number): Buffer | undefined {
    const at = offset - this.#windowStart;
    if (at < 0 || at + length > this.#window.length) return undefined;
    return this.#window.subarray(at, at + length);
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: ReadCallback): void {
    const at = position - this.#windowStart;
    if (at >= 0 && at + length <= this.#window.length) {
      this.#window.copy(buffer, offset, at, at + length);
      callback(null, length);
      return;
    }
    const gap = this.#windowStart - position;
    const joins = gap >= length && gap <= largestWindowBytes;
    this.#readAt(position, joins ? gap : Math.max(length, windowBytes), (error, data) => {
      if (error) {
        this.failure = error;
        return callback(error);
      }
      this.#window = joins && data.length === gap ? Buffer.concat([data, this.#window]) : data;
      this.#windowStart = position;
      callback(null, data.copy(buffer, offset, 0, length));
    });
  }
}

const windowBytes = 64 * 1024;
const largestWindowBytes = 16 * 1024 * 1024;
