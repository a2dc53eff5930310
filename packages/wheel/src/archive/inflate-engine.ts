import { constants, createInflateRaw, type InflateRaw } from "node:zlib";

/** What a stream of zlib works with inside of Node. */
interface Handle {
  writeSync(
    flush: number,
    input: Buffer,
    inputAt: number,
    inputBytes: number,
    output: Buffer,
    outputAt: number,
    outputBytes: number,
  ): void;
  reset(): void;
  onerror: (message: string) => void;
}

type Parts = InflateRaw & { readonly _handle?: Partial<Handle>; readonly _writeState?: unknown };

/**
 * zlib without a stream around it: it inflates here and now, from and into memory that is used again and again. `inflateRawSync` makes a stream,
 * its listeners and its buffers for each call, which is more work than a small file is, and a stream hands each piece to another thread.
 *
 * Node documents none of these parts, though npm's own unpacker rests on them. So they are tried before they are used: where they are other ones,
 * there is no engine, and its user goes without.
 */
export class InflateEngine {
  /** How many bytes of the input the last step has read. */
  read = 0;
  /** How many bytes of the output the last step has filled. All of them: there may be more. Fewer: all of the input is inflated, or its data has ended. */
  written = 0;
  /** The handle is the stream's, and goes with it. */
  readonly #stream: Parts;
  readonly #handle: Handle;
  /** Bytes left of the output, and of the input. */
  readonly #left: Uint32Array;
  #failure: string | undefined;

  private constructor(stream: Parts, handle: Handle, left: Uint32Array) {
    this.#stream = stream;
    this.#handle = handle;
    this.#left = left;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no target of events: zlib calls this one function
    handle.onerror = (message) => (this.#failure = message);
  }

  /** @returns undefined where Node has other parts. */
  static open(): InflateEngine | undefined {
    const stream: Parts = createInflateRaw();
    const { _handle: handle, _writeState: left } = stream;
    const isKnown =
      typeof handle?.writeSync === "function" &&
      typeof handle.reset === "function" &&
      "onerror" in handle &&
      left instanceof Uint32Array &&
      left.length === 2;
    if (!isKnown) return undefined;
    const engine = new InflateEngine(stream, handle as Handle, left);
    return engine.#works() ? engine : undefined;
  }

  /** Begins with other data. */
  reset(): void {
    this.#failure = undefined;
    this.#handle.reset();
  }

  /**
   * Inflates from the beginning of the input until all of it is read, the output is full, or the data has ended.
   * @param isLast nothing comes behind this input
   * @throws where the data is damaged, or its end is missing
   */
  step(input: Buffer, output: Buffer, isLast: boolean): void {
    const flush = isLast ? constants.Z_FINISH : constants.Z_NO_FLUSH;
    this.#handle.writeSync(flush, input, 0, input.length, output, 0, output.length);
    if (this.#failure !== undefined) throw new Error(this.#failure);
    this.written = output.length - this.#left[0]!;
    this.read = input.length - this.#left[1]!;
  }

  /** Ends the stream, with all its memory. */
  close(): void {
    this.#stream.destroy();
  }

  /** Whether it does as it should with data that is whole, with what is behind it, and without its end. */
  #works(): boolean {
    try {
      const output = Buffer.alloc(8);
      this.step(trial, output, true);
      if (this.read !== trial.length - 1 || output.toString("latin1", 0, this.written) !== "abc") return false;
      this.reset();
      this.step(trial.subarray(0, 2), output, true);
      return false;
    } catch {
      this.reset();
      return true;
    }
  }
}

/** "abc", and a byte behind it. */
const trial = Buffer.from([0x4b, 0x4c, 0x4a, 0x06, 0x00, 0xff]);
