import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { Readable } from "node:stream";
import type { ArchiveEntry } from "./archive-entries.ts";
import { wheelError } from "./errors.ts";
import { giveBack } from "./give-back.ts";

/** Members above this size, packed or unpacked, are streamed instead of held in memory (bytes). */
export const streamedAboveBytes = 1024 * 1024;

/** Room for the extra field of a local header, which the central directory does not tell (bytes). */
const extraFieldGuess = 256;

const corrupt = (archive: string, entry: ArchiveEntry, text: string, cause?: unknown): Error =>
  wheelError(archive, [{ code: "MURRE_CORRUPT_ARCHIVE", path: entry.path ?? "", text: `${entry.path} ${text}` }], {
    cause,
  });

/** Bytes from the start of `block` to the member's data, once the local header agrees with the central directory. */
function dataStart(block: Buffer, entry: ArchiveEntry, archive: string): number {
  // 0 - signature, 8 - compression method, 26 - length of the name, 28 - length of the extra field, 30 - name
  if (block.length < 30 || block.readUInt32LE(0) !== 0x04034b50) throw corrupt(archive, entry, "has no local header");
  const nameEnd = 30 + block.readUInt16LE(26);
  const sameName = entry.rawName.equals(block.subarray(30, nameEnd));
  if (!sameName || block.readUInt16LE(8) !== entry.compressionMethod)
    throw corrupt(archive, entry, "has a local header that contradicts the central directory");
  return nameEnd + block.readUInt16LE(28);
}

/** How many bytes from the header on hold the whole member, unless its extra field is unusually long. */
export function memberSpan(entry: ArchiveEntry): number {
  return 30 + entry.rawName.length + extraFieldGuess + entry.compressedSize;
}

/**
 * The data of a member, checked against its size and CRC-32.
 * @param block the bytes from the local header on, {@link memberSpan} of them or up to the end of the archive
 * @param readMore called for the packed data where the span was too short
 * @throws {CorruptArchive}
 */
export function memberData(
  block: Buffer,
  entry: ArchiveEntry,
  archive: string,
  readMore: (offset: number, length: number) => Buffer,
): Buffer {
  const start = dataStart(block, entry, archive);
  const end = start + entry.compressedSize;
  const packed =
    end <= block.length ? block.subarray(start, end) : readMore(entry.headerOffset + start, entry.compressedSize);
  if (packed.length < entry.compressedSize) throw corrupt(archive, entry, "is cut off by the end of the archive");
  const data = entry.compressionMethod === 0 ? packed : inflated(packed, entry, archive);
  if (data.length !== entry.sizeBytes)
    throw corrupt(archive, entry, `has ${data.length} bytes, its header says ${entry.sizeBytes}`);
  if (crc32(data) !== entry.crc32) throw corrupt(archive, entry, "has a wrong CRC-32");
  return data;
}

/** One byte more than needed: zlib fills a buffer of the exact size, then allocates another to learn that it is done. */
const inflatingBytes = (entry: ArchiveEntry): number => Math.max(64, entry.sizeBytes + 1);

/** Gives back what {@link memberData} returned, where that was inflated for itself. */
export function giveBackMember(data: Buffer, entry: ArchiveEntry): void {
  if (entry.compressionMethod !== 0) giveBack(data, inflatingBytes(entry));
}

function inflated(packed: Buffer, entry: ArchiveEntry, archive: string): Buffer {
  try {
    return inflateRawSync(packed, {
      chunkSize: inflatingBytes(entry),
      maxOutputLength: Math.max(1, entry.sizeBytes),
    });
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const text = tooLong ? `has more than the ${entry.sizeBytes} bytes of its header` : "has damaged compressed data";
    throw corrupt(archive, entry, text, error);
  }
}

/** Reads up to `length` bytes; fewer only where the archive ends. */
export type BlockingRead = (offset: number, length: number) => Buffer;

const inputBytes = 128 * 1024;
const outputBytes = 256 * 1024;
/** Inflated data that may wait: zlib's thread goes on while this thread hashes and writes. */
const waitingBytes = 4 * outputBytes;

/**
 * The data of a large member in pieces, in bounded memory; the last piece has been checked against size and CRC-32
 * only when the iteration has ended.
 * @throws {CorruptArchive}
 */
export async function* streamMember(read: BlockingRead, entry: ArchiveEntry, archive: string): AsyncGenerator<Buffer> {
  const header = read(entry.headerOffset, 30 + entry.rawName.length);
  const start = entry.headerOffset + dataStart(header, entry, archive);
  let size = 0;
  let crc = 0;
  const pieces =
    entry.compressionMethod === 0
      ? packedPieces(read, start, entry, archive)
      : inflatedPieces(read, start, entry, archive);
  for await (const piece of pieces) {
    size += piece.length;
    if (size > entry.sizeBytes)
      throw corrupt(archive, entry, `has more than the ${entry.sizeBytes} bytes of its header`);
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size !== entry.sizeBytes) throw corrupt(archive, entry, `has ${size} bytes, its header says ${entry.sizeBytes}`);
  if (crc !== entry.crc32) throw corrupt(archive, entry, "has a wrong CRC-32");
}

function* packedPieces(read: BlockingRead, start: number, entry: ArchiveEntry, archive: string): Generator<Buffer> {
  for (let done = 0; done < entry.compressedSize;) {
    const piece = read(start + done, Math.min(inputBytes, entry.compressedSize - done));
    if (piece.length === 0) throw corrupt(archive, entry, "is cut off by the end of the archive");
    done += piece.length;
    yield piece;
  }
}

async function* inflatedPieces(
  read: BlockingRead,
  start: number,
  entry: ArchiveEntry,
  archive: string,
): AsyncGenerator<Buffer> {
  // Not in @types/node, but zlib hands its options on to the stream.
  const options = { chunkSize: outputBytes, readableHighWaterMark: waitingBytes };
  const inflate = createInflateRaw(options);
  const packed = packedPieces(read, start, entry, archive);
  const feed = () => {
    for (let next = packed.next(); !next.done; next = packed.next())
      // Of an archive that is held whole a piece is a part of its memory, as its header stands before it: it stays.
      if (!inflate.write(next.value, () => giveBack(next.value))) return void inflate.once("drain", guardedFeed);
    inflate.end();
  };
  const guardedFeed = () => {
    try {
      feed();
    } catch (error) {
      inflate.destroy(error as Error);
    }
  };
  guardedFeed();
  try {
    for await (const piece of inflate as Readable as AsyncIterable<Buffer>) {
      yield piece;
      // zlib fills a buffer piece by piece; after its end it begins another one.
      if (piece.byteOffset + piece.length === piece.buffer.byteLength) giveBack(piece, outputBytes);
    }
  } catch (error) {
    if (error instanceof Error && "problems" in error) throw error;
    throw corrupt(archive, entry, "has damaged compressed data", error);
  }
}
