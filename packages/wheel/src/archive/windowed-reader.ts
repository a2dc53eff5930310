/** Reads up to `length` bytes, fewer only where the archive ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const windowBytes = 64 * 1024;
const pieceBytes = 16 * 1024 * 1024;

/**
 * Reads an archive from its end, each byte once: the last 64 KiB, and what of the central directory lies before them in one read. What was
 * read stays known, so that a small archive, or a member beside its directory, costs no further read.
 */
export class WindowedReader {
  readonly size: number;
  readonly #readAt: ReadAt;
  #start: number;
  #window: Buffer = Buffer.alloc(0);

  constructor(readAt: ReadAt, size: number) {
    this.#readAt = readAt;
    this.size = size;
    this.#start = size;
  }

  /** The bytes, where all of them have been read already. */
  known(offset: number, length: number): Buffer | undefined {
    const at = offset - this.#start;
    if (at < 0 || at + length > this.#window.length) return undefined;
    return this.#window.subarray(at, at + length);
  }

  /** The end of the archive. */
  async tail(): Promise<Buffer> {
    const length = Math.min(windowBytes, this.size);
    this.#window = await this.#readAt(this.size - length, length);
    this.#start = this.size - length;
    return this.#window;
  }

  /** All bytes from a place on, up to another one, both within the archive; fewer where the source has become shorter. */
  async range(start: number, end: number): Promise<Buffer> {
    if (start < this.#start) {
      const pieces: Buffer[] = [];
      for (let at = start; at < this.#start; at += pieceBytes)
        pieces.push(await this.#readAt(at, Math.min(pieceBytes, this.#start - at)));
      this.#window = Buffer.concat([...pieces, this.#window]);
      this.#start = start;
    }
    return this.#window.subarray(start - this.#start, end - this.#start);
  }
}
