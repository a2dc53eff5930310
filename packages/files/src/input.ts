import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { addAbortSignal, type Readable } from "node:stream";
import type { ReadStream } from "node:tty";
import { FileTooLarge, NotAFile } from "./errors.ts";
import {
  isNullDevice,
  kindOf,
  openAnything,
  readSmallFile,
  usuallyAtMostBytes,
  type OpenedFile,
} from "./small-file.ts";

export interface InputOptions {
  readonly atMostBytes?: number;
  /** Ends the wait for whoever writes. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what a user names to be read once: a file, or what another program writes (`/dev/stdin`, a shell's `<(…)`, a named pipe), or a
 * terminal. Nobody else is kept from running meanwhile, and the signal ends it.
 * @throws {NotAFile} {FileTooLarge}, the signal's reason, and the system's error where there is nothing to be opened.
 */
export async function readInput(path: string, options: InputOptions = {}): Promise<Buffer> {
  const opened = openAnything(path);
  const stream = streamOf(opened);
  if (stream !== undefined) return readStream(stream, path, options);
  closeSync(opened.descriptor);
  const kind = kindOf(opened.stats);
  if (kind !== undefined && !isNullDevice(path, opened.stats)) throw new NotAFile(path, kind);
  return readSmallFile(path, options);
}

/** Undefined for what is read at once. The modules are loaded where they are needed: hardly ever. */
function streamOf({ descriptor, stats }: OpenedFile): Socket | ReadStream | undefined {
  if (stats.isFIFO()) {
    const net = process.getBuiltinModule("node:net");
    return new net.Socket({ fd: descriptor, readable: true, writable: false });
  }
  if (!stats.isCharacterDevice()) return undefined;
  const tty = process.getBuiltinModule("node:tty");
  return tty.isatty(descriptor) ? new tty.ReadStream(descriptor) : undefined;
}

/**
 * All of a stream, in memory. It is destroyed at the end, however that is.
 * @param shown what the stream is to be called in errors.
 * @throws {FileTooLarge}, and the signal's reason.
 */
export async function readStream(stream: Readable, shown: string, options: InputOptions = {}): Promise<Buffer> {
  const { atMostBytes = usuallyAtMostBytes, signal } = options;
  if (signal !== undefined) addAbortSignal(signal, stream);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as Uint8Array);
      chunks.push(bytes);
      length += bytes.length;
      if (length > atMostBytes) throw new FileTooLarge(shown, atMostBytes);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks, length);
}
