import { fstatSync, readSync } from "node:fs";

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
