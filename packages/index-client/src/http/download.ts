import { hasCode } from "@murre/files";
import { hashAlgorithm } from "@murre/pep508";
import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  DownloadInterrupted,
  DownloadNotWritten,
  DownloadTooLong,
  HashMismatch,
  HttpStatusError,
  type IndexErrorCode,
} from "../errors.ts";
import { validatorsOf, type HttpValidators } from "./http-validators.ts";
import type { Slots } from "./slots.ts";
import type { Answer, Headers, Transport } from "./transport.ts";

/** What is to be downloaded: a {@link DistributionFile}, or a direct URL with whatever is known of it. */
export interface Downloadable {
  readonly url: string;
  readonly hashes: Readonly<Record<string, string>>;
  /** What the index says of its size; it may be wrong, but not by much (see {@link mostBytesOf}). */
  readonly sizeBytes?: number | undefined;
}

export interface DownloadOptions {
  /** The file to write; made, or overwritten. Its folder must exist. */
  readonly into: string;
  /** Called before the first byte is written: until then nothing need be there. */
  readonly make?: () => void;
  /** An answer that says that it has no more bytes than this is held in memory, and nothing is written. Default: none is. */
  readonly heldBytes?: number;
  /** The first bytes of `into` are those of an earlier, interrupted download; they are hashed and continued. */
  readonly resumeFrom?: { readonly bytes: number; readonly validators: HttpValidators };
  /** Nothing is transferred when the URL still holds what had these validators. */
  readonly unlessStill?: HttpValidators;
  /** Bytes at the destination so far, and in all where the server says so. */
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
  /**
   * Called as soon as they are known, so that an interruption later can be resumed by another process; with the bytes in all where the server says
   * so. `into` may be renamed then, and nothing lies in it. Not called by an answer that continues what is there.
   */
  readonly onValidators?: (validators: HttpValidators, totalBytes: number | undefined) => void;
  readonly signal?: AbortSignal;
}

export type Downloaded =
  /** A `file:` URL: nothing was copied, and nothing is verified yet. */
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "fetched";
      /** Where the content lies, unless it was held. */
      readonly path: string;
      readonly held?: Buffer;
      readonly sizeBytes: number;
      /** Hexadecimal. */
      readonly sha256: string;
      readonly validators: HttpValidators;
      /** How many of the bytes were there before. */
      readonly resumedFromBytes: number;
    };

/**
 * Downloads a file while hashing it, and verifies every hash that is promised for it. A broken connection is continued
 * with `Range` and `If-Range` as often as the transport retries.
 * @throws {HashMismatch} {DownloadTooLong} {DownloadInterrupted} {DownloadNotWritten} {HttpStatusError} {IndexUnreachable} {OfflineMiss}
 */
export async function downloadFile(
  transport: Transport,
  slots: Slots,
  file: Downloadable,
  options: DownloadOptions,
): Promise<Downloaded> {
  if (file.url.startsWith("file:")) return { kind: "local", path: fileURLToPath(file.url) };
  const destination = Destination.open(options, file);
  try {
    // The earlier one had received everything, and ended before it made use of it.
    if (destination.isComplete()) return destination.finish();
    const outcome = await transferAll(transport, slots, file, destination, options);
    if (outcome === "unchanged") return { kind: "unchanged" };
    if (!destination.isPromised() && destination.isPieced) {
      // The pieces may be of different files: once more from the start before it is called a mismatch.
      destination.restart();
      await transferAll(transport, slots, file, destination, options);
    }
    return destination.finish();
  } finally {
    destination.close();
  }
}

async function transferAll(
  transport: Transport,
  slots: Slots,
  file: Downloadable,
  destination: Destination,
  options: DownloadOptions,
): Promise<"done" | "unchanged"> {
  try {
    return await transport.get(
      file.url,
      { headers: () => requestHeaders(destination, options), slots, signal: options.signal },
      (answer) => consume(answer, destination, options),
    );
  } catch (error) {
    // Nothing of it is left, so that nobody goes on with it.
    if (hasCode<IndexErrorCode>(error, "MURRE_DOWNLOAD_TOO_LONG")) destination.restart();
    const unreachable = hasCode<IndexErrorCode>(error, "MURRE_INDEX_UNREACHABLE");
    if (unreachable && destination.received > 0 && !destination.isHeld)
      throw new DownloadInterrupted(file.url, destination.received, (error as Error).message, { cause: error });
    throw error;
  }
}

function requestHeaders(destination: Destination, { unlessStill }: DownloadOptions): Record<string, string> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  const validator = strongValidator(destination.validators);
  if (destination.received > 0 && validator !== undefined) {
    headers["range"] = `bytes=${destination.received}-`;
    headers["if-range"] = validator;
  } else if (unlessStill?.etag !== undefined) headers["if-none-match"] = unlessStill.etag;
  else if (unlessStill?.lastModified !== undefined) headers["if-modified-since"] = unlessStill.lastModified;
  return headers;
}

/** RFC 9110, 13.1.5: `If-Range` takes no weak entity tag. */
function strongValidator({ etag, lastModified }: HttpValidators): string | undefined {
  return etag !== undefined && !etag.startsWith("W/") ? etag : lastModified;
}

async function consume(
  answer: Answer,
  destination: Destination,
  options: DownloadOptions,
): Promise<"done" | "unchanged"> {
  if (answer.status === 304) {
    await answer.drop();
    return "unchanged";
  }
  if (answer.status !== 200 && answer.status !== 206 && answer.status !== 416) {
    await answer.drop();
    // Where a redirect leads to is signed, and the signature is nobody's business.
    throw new HttpStatusError(answer.redirected ? answer.url.replace(/\?.*/s, "") : answer.url, answer.status);
  }
  if (answer.status === 416 && totalOf(answer.headers) === destination.received && destination.received > 0) {
    await answer.drop();
    return "done";
  }
  const continues = answer.status === 206 && rangeStart(answer.headers) === destination.received;
  if (!continues) destination.restart();
  if (answer.status !== 200 && !continues) {
    await answer.drop();
    // The transport's next attempt comes without Range, because nothing is received now.
    throw Object.assign(new Error("the server does not continue the download"), { code: "ECONNRESET" });
  }
  if (continues) {
    // Its validators are known: such an answer may leave them out (RFC 9110, 15.3.7), and what is kept of them is not to be written again.
    destination.isPieced = true;
  } else {
    const total = totalBytesOf(answer, destination);
    destination.validators = validatorsOf(answer.headers);
    // Of what is held nothing is left that anybody could go on with.
    if (!destination.begin(total)) options.onValidators?.(destination.validators, total);
  }
  await receive(answer, destination, options);
  return "done";
}

/**
 * More is not received of a file of which the index says a size (PEP 700): an answer without a length could go on until the disk is full. The hash
 * decides about what is shorter, because sizes are made by hand in some indexes.
 */
const mostBytesOf = (sizeBytes: number | undefined): number =>
  sizeBytes === undefined ? Infinity : 2 * sizeBytes + (1 << 20);

async function receive(answer: Answer, destination: Destination, options: DownloadOptions): Promise<void> {
  const total = totalBytesOf(answer, destination);
  if (total !== undefined && total > destination.mostBytes) {
    await answer.drop();
    throw destination.tooLong();
  }
  await answer.read((chunk) => {
    destination.append(chunk);
    options.onProgress?.(destination.received, total);
  });
  if (total !== undefined && destination.received !== total)
    throw Object.assign(new Error(`the answer ended after ${destination.received} of ${total} bytes`), {
      code: "ECONNRESET",
    });
}

/** What lies at the destination when the answer has been received, where it says so. */
function totalBytesOf({ headers }: Answer, { received }: Destination): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : received + Number(length);
}

function rangeStart(headers: Headers): number | undefined {
  const start = /^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** RFC 9110, 14.4: an unsatisfied range is answered with the length that the content has. */
function totalOf(headers: Headers): number | undefined {
  const total = /^bytes \*\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

/** In a cache that others can write as well, nobody's link is followed, and no pipe is waited for. */
const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const toContinue = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
const toBegin = toContinue | O_CREAT | O_TRUNC;

/**
 * The file being written, with the state of its hashes: `received` bytes lie in it and in them. All of it by blocking calls: each takes less time than
 * to hand it to another thread.
 */
class Destination {
  received = 0;
  resumedFromBytes = 0;
  /** What was received came with more than one answer, or in an earlier run. */
  isPieced = false;
  validators: HttpValidators = {};
  #file: number | undefined;
  /** What is held in place of a file. */
  #held: Buffer[] | undefined;
  /** Whether the file may be longer than what was received. */
  #isLonger = false;
  readonly #options: DownloadOptions;
  readonly #promised: Downloadable;
  readonly mostBytes: number;
  #hashes = new Map<string, Hash>();

  private constructor(options: DownloadOptions, promised: Downloadable) {
    this.#options = options;
    this.#promised = promised;
    this.mostBytes = mostBytesOf(promised.sizeBytes);
    this.#resetHashes();
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  tooLong(): DownloadTooLong {
    return new DownloadTooLong(this.#promised.url, this.#promised.sizeBytes ?? 0);
  }

  static open(options: DownloadOptions, promised: Downloadable): Destination {
    const { resumeFrom } = options;
    const destination = new Destination(options, promised);
    try {
      if (resumeFrom !== undefined && resumeFrom.bytes > 0 && strongValidator(resumeFrom.validators) !== undefined) {
        destination.#isLonger = true;
        destination.#open(true);
        destination.#resume(resumeFrom.bytes, resumeFrom.validators);
      }
    } catch (error) {
      destination.close();
      throw error;
    }
    return destination;
  }

  #open(resume: boolean): number {
    const { into, make } = this.#options;
    return (this.#file = this.#writing(() => {
      make?.();
      return openSync(into, resume ? toContinue : toBegin);
    }));
  }

  /** Before the first byte of a content of so many. @returns whether it is held */
  begin(totalBytes: number | undefined): boolean {
    const { heldBytes } = this.#options;
    const isSmall = heldBytes !== undefined && totalBytes !== undefined && totalBytes <= heldBytes;
    const isHeld = isSmall && this.#file === undefined;
    this.#held = isHeld ? [] : undefined;
    if (!isHeld && this.#file === undefined) this.#open(false);
    return isHeld;
  }

  #resume(bytes: number, validators: HttpValidators): void {
    const buffer = Buffer.allocUnsafe(1 << 20);
    while (this.received < bytes) {
      const wanted = Math.min(buffer.length, bytes - this.received);
      const bytesRead = this.#writing(() => readSync(this.#file!, buffer, 0, wanted, this.received));
      if (bytesRead === 0) return this.restart();
      this.#take(buffer.subarray(0, bytesRead));
    }
    this.resumedFromBytes = bytes;
    this.isPieced = true;
    this.validators = validators;
  }

  #resetHashes(): void {
    this.#hashes = new Map([["sha256", createHash("sha256")]]);
    for (const name of Object.keys(this.#promised.hashes)) {
      const algorithm = hashAlgorithm(name);
      if (algorithm !== undefined) this.#hashes.set(name, createHash(algorithm.node));
    }
  }

  #take(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
    this.received += chunk.byteLength;
  }

  restart(): void {
    if (this.received === 0) return;
    this.#held &&= [];
    const file = this.#file;
    if (file !== undefined) this.#writing(() => ftruncateSync(file, 0));
    this.received = 0;
    this.resumedFromBytes = 0;
    this.isPieced = false;
    this.validators = {};
    this.#resetHashes();
  }

  /** Writes at once, with a blocking call: the chunk must not wait in memory for the disk, nor the network for us. */
  append(chunk: Uint8Array): void {
    if (this.received + chunk.byteLength > this.mostBytes) throw this.tooLong();
    // What came in may be a part of a larger piece of memory.
    if (this.#held !== undefined) this.#held.push(Buffer.from(chunk));
    else this.#write(this.#file ?? this.#open(false), chunk);
    this.#take(chunk);
  }

  #write(file: number, chunk: Uint8Array): void {
    this.#writing(() => {
      for (let done = 0; done < chunk.byteLength;)
        done += writeSync(file, chunk, done, chunk.byteLength - done, this.received + done);
    });
  }

  #writing<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      throw new DownloadNotWritten(this.#options.into, { cause });
    }
  }

  #mismatch(): HashMismatch | undefined {
    for (const [name, hash] of this.#hashes) {
      const expected = this.#promised.hashes[name]?.toLowerCase();
      const actual = hash.copy().digest("hex");
      if (expected !== undefined && expected !== actual)
        return new HashMismatch(this.#promised.url, name, expected, actual);
    }
    return undefined;
  }

  isPromised(): boolean {
    return this.#mismatch() === undefined;
  }

  /** Whether what was there before is the whole file: known only by a promised hash. */
  isComplete(): boolean {
    return (
      this.received > 0 &&
      [...this.#hashes.keys()].some((name) => Object.hasOwn(this.#promised.hashes, name)) &&
      this.isPromised()
    );
  }

  /** @throws {HashMismatch} */
  finish(): Downloaded {
    const mismatch = this.#mismatch();
    if (mismatch !== undefined) throw mismatch;
    // Left over from a longer, earlier content.
    const file = this.#file;
    if (this.#isLonger && file !== undefined) this.#writing(() => ftruncateSync(file, this.received));
    const sha256 = this.#hashes.get("sha256")?.digest("hex") ?? "";
    const { received: sizeBytes, validators, resumedFromBytes } = this;
    const held = this.#held === undefined ? {} : { held: Buffer.concat(this.#held) };
    return { kind: "fetched", path: this.#options.into, ...held, sizeBytes, sha256, validators, resumedFromBytes };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
