import { Readable } from "node:stream";
import { createInflateRaw, inflateRawSync } from "node:zlib";
import type { WheelErrorCode } from "../errors.ts";
import { InflateEngine } from "./inflate-engine.ts";

/** Packed data that is not what a member has; the message goes behind the member's path. */
export class BadData extends Error {
  readonly code: WheelErrorCode;

  constructor(code: WheelErrorCode, text: string, cause?: unknown) {
    super(text, { cause });
    this.code = code;
  }
}

const damaged = (cause: unknown) => new BadData("MURRE_CORRUPT_ARCHIVE", "has damaged compressed data", cause);
const tooLong = (bytes: number) =>
  new BadData("MURRE_CORRUPT_ARCHIVE", `has more than the ${bytes} bytes of its header`);
const behindData = () => new BadData("MURRE_AMBIGUOUS_ARCHIVE", "holds bytes behind the end of its compressed data");

/** Inflates data that is held whole. @throws {BadData} where it has more than these bytes, or is not all of what is packed */
export type InflateWhole = (packed: Buffer, sizeBytes: number) => Buffer;

interface InflatedWithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Into memory of its own. */
export const inflateAlone: InflateWhole = (packed, sizeBytes) => {
  // Not in @types/node: with `info` zlib says as well how much it has read. One byte more than needed: zlib fills a buffer of the exact size,
  // then allocates another to learn that it is done.
  const options = { info: true, chunkSize: Math.max(64, sizeBytes + 1), maxOutputLength: Math.max(1, sizeBytes) };
  let result: InflatedWithInfo;
  try {
    result = inflateRawSync(packed, options) as unknown as InflatedWithInfo;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooLong(sizeBytes) : damaged(error);
  }
  if (result.engine.bytesWritten !== packed.length) throw behindData();
  return result.buffer;
};

/** Data of large members comes in pieces of at most so many bytes. */
export const pieceBytes = 256 * 1024;
/** A larger output is for one file of the dist-info, and is not kept. */
const keptBytes = 1024 * 1024 + 1;

/** Inflates one member after the other, into memory that the next one uses again. */
export class Inflater {
  /** Taken by those that begin, left by those that end: a thread has one, as a rule. */
  static #idle: Inflater | undefined;
  readonly #engine: InflateEngine | undefined;
  #output = Buffer.alloc(0);

  /** @param engine undefined to go without: what Node documents does the same, with more work */
  constructor(engine: InflateEngine | undefined) {
    this.#engine = engine;
  }

  static take(): Inflater {
    const inflater = Inflater.#idle ?? new Inflater(InflateEngine.open());
    Inflater.#idle = undefined;
    return inflater;
  }

  leave(): void {
    if (Inflater.#idle === undefined) Inflater.#idle = this;
    else this.#engine?.close();
  }

  /** As {@link inflateAlone}, but the bytes may be other ones after the next call. */
  whole(packed: Buffer, sizeBytes: number): Buffer {
    const engine = this.#engine;
    if (engine === undefined) return inflateAlone(packed, sizeBytes);
    const output = this.#room(sizeBytes + 1);
    engine.reset();
    try {
      engine.step(packed, output, true);
    } catch (error) {
      throw damaged(error);
    }
    if (engine.written > sizeBytes) throw tooLong(sizeBytes);
    if (engine.read !== packed.length) throw behindData();
    return output.subarray(0, engine.written);
  }

  /**
   * Inflates data that comes in pieces, into pieces that may be other bytes after the next one.
   * @param packedBytes of all pieces together
   * @throws {BadData}
   */
  async *pieces(packed: Iterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
    const engine = this.#engine;
    if (engine === undefined) return yield* streamed(packed, packedBytes);
    if (packedBytes === 0) throw damaged(undefined);
    const output = this.#room(pieceBytes);
    engine.reset();
    let left = packedBytes;
    for (const piece of packed) {
      left -= piece.length;
      let rest = piece;
      do {
        try {
          engine.step(rest, output, left === 0);
        } catch (error) {
          throw damaged(error);
        }
        if (engine.written > 0) yield output.subarray(0, engine.written);
        rest = rest.subarray(engine.read);
      } while (engine.written === output.length);
      if (rest.length > 0) throw behindData();
    }
  }

  #room(bytes: number): Buffer {
    if (bytes > keptBytes) return Buffer.allocUnsafeSlow(bytes);
    if (this.#output.length < bytes) this.#output = Buffer.allocUnsafeSlow(bytes);
    return this.#output.subarray(0, bytes);
  }
}

/** By what Node documents. */
async function* streamed(packed: Iterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  // The pieces wait in the stream, while their memory is used again.
  const source = Readable.from(copied(packed)).on("error", (error) => inflate.destroy(error));
  try {
    yield* source.pipe(inflate) as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof Error && "problems" in error ? error : damaged(error);
  } finally {
    source.destroy();
  }
  if (inflate.bytesWritten !== packedBytes) throw behindData();
}

function* copied(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}
