import { fileState } from "@murre/files";
import { fstatSync, readSync } from "node:fs";
import { Inflater } from "./inflater.ts";

/** A source of bytes at any place, such as a file, or a URL whose server answers range requests. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset` (both within `size`), or a rejection. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** An archive that is read with blocking calls; for worker threads. */
export interface ArchiveFile {
  /** Bytes. */
  readonly size: number;
  /** As its memory: this file's as long as it is read. */
  readonly inflater: Inflater;
  /** As `fileState` of the path that it was opened by; undefined where it has none. */
  readonly state: string | undefined;
  /** Up to `length` bytes: fewer where the file ends. They stay as they are until {@link close}; nobody writes to them. */
  read(offset: number, length: number): Buffer;
  /** As {@link read}, but the bytes may be other ones after the next view. */
  view(offset: number, length: number): Buffer;
  /** Leaves its memory to the next file. The file itself stays open. */
  close(): void;
}

/** An archive in memory. */
export class HeldFile implements ArchiveFile {
  readonly size: number;
  readonly inflater = Inflater.take();
  readonly state = undefined;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.size = bytes.byteLength;
  }

  read(offset: number, length: number): Buffer {
    return this.#bytes.subarray(offset, offset + length);
  }

  view(offset: number, length: number): Buffer {
    return this.read(offset, length);
  }

  close(): void {
    this.inflater.leave();
  }
}

/** Memory for reading that a thread uses for one file after the other: thousands of buffers would wait for a collection instead. */
let idle: Buffer | undefined;

/** Archives up to this size are read whole (bytes); of larger ones each member costs a read, which is little beside writing its file. */
const wholeBelowBytes = 2 * 1024 * 1024;

/** An open file, read whole when it is small. */
export class BlockingFile implements ArchiveFile {
  readonly size: number;
  readonly inflater = Inflater.take();
  readonly #fd: number;
  readonly #whole: Buffer | undefined;
  #scratch: Buffer;

  constructor(fd: number) {
    this.#fd = fd;
    this.size = fstatSync(fd).size;
    // Taken as long as this file is read: another one that is read meanwhile gets its own.
    this.#scratch = idle ?? Buffer.alloc(0);
    idle = undefined;
    this.#whole = this.size <= wholeBelowBytes ? this.#readInto(this.#room(this.size), 0) : undefined;
  }

  get state(): string {
    return fileState(this.#fd);
  }

  read(offset: number, length: number): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(offset, offset + length);
    return this.#readInto(Buffer.allocUnsafe(this.#within(offset, length)), offset);
  }

  view(offset: number, length: number): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(offset, offset + length);
    return this.#readInto(this.#room(this.#within(offset, length)), offset);
  }

  close(): void {
    this.inflater.leave();
    idle = this.#scratch;
    this.#scratch = Buffer.alloc(0);
  }

  #within(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.size - offset));
  }

  #room(bytes: number): Buffer {
    if (this.#scratch.length < bytes) this.#scratch = Buffer.allocUnsafeSlow(bytes);
    return this.#scratch.subarray(0, bytes);
  }

  #readInto(buffer: Buffer, offset: number): Buffer {
    let filled = 0;
    while (filled < buffer.length) {
      const count = readSync(this.#fd, buffer, filled, buffer.length - filled, offset + filled);
      if (count === 0) return buffer.subarray(0, filled);
      filled += count;
    }
    return buffer;
  }
}
