import { RandomAccessReader } from "yauzl";

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
