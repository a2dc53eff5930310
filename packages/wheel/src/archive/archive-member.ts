import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { Readable } from "node:stream";
import { flags, type ArchiveEntry } from "./archive-entries.ts";
import { wheelError, type WheelErrorCode } from "../errors.ts";
import { readExtraFields, readUInt64, repeatsName } from "./extra-fields.ts";
import { giveBack, prepareToGiveBack } from "./give-back.ts";

// Whoever loads this is about to inflate.
prepareToGiveBack();

/** Members above this size, packed or unpacked, are streamed instead of held in memory (bytes). */
export const streamedAboveBytes = 1024 * 1024;

function wrong(archive: string, entry: ArchiveEntry, text: string, cause?: unknown, code = corrupt): Error {
  return wheelError(archive, [{ code, path: entry.path ?? "", text: `${entry.path} ${text}` }], { cause });
}
const corrupt: WheelErrorCode = "MURRE_CORRUPT_ARCHIVE";

/** Where the data of a member lies, in bytes from the start of its local header. */
interface DataPlace {
  readonly start: number;
  readonly end: number;
}

/**
 * What is before and behind the data, once both agree with the central directory: other readers go by them.
 * @param header the bytes from the local header on, up to the data at least
 * @param behind the bytes from a place on up to where the member ends
 */
function dataPlace(header: Buffer, entry: ArchiveEntry, archive: string, behind: (start: number) => Buffer): DataPlace {
  // 0 - signature, 6 - flags, 8 - method, 14 - CRC-32, 18 and 22 - sizes, 26 and 28 - lengths of name and extra fields, 30 - name
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw wrong(archive, entry, "has no local header");
  const nameEnd = 30 + header.readUInt16LE(26);
  const start = nameEnd + header.readUInt16LE(28);
  const end = start + entry.compressedSize;
  const isSame =
    entry.rawName.equals(header.subarray(30, nameEnd)) &&
    ((header.readUInt16LE(6) ^ entry.flags) & comparedFlags) === 0 &&
    header.readUInt16LE(8) === entry.compressionMethod &&
    start <= header.length &&
    saysTheSame(header, header.subarray(nameEnd, start), entry);
  if (!isSame) throw wrong(archive, entry, "has a local header that contradicts the central directory");
  const spare = entry.endOffset - entry.headerOffset - end;
  if (spare < 0) throw wrong(archive, entry, "reaches into what lies behind it");
  const hasDescriptor = (entry.flags & flags.hasDescriptor) !== 0;
  if (hasDescriptor ? isDescriptor(behind(end), entry) : spare === 0) return { start, end };
  const text = hasDescriptor
    ? "is not followed by the sizes that its header announces"
    : `is followed by ${spare} bytes that belong to no member`;
  throw wrong(archive, entry, text, undefined, "MURRE_AMBIGUOUS_ARCHIVE");
}

/** All but how well it was compressed, which is said there for people. */
const comparedFlags = flags.encrypted | flags.hasDescriptor | flags.utf8;

/** CRC-32 and sizes; where they follow the data, the header may say nothing of them. */
function saysTheSame(header: Buffer, extra: Buffer, entry: ArchiveEntry): boolean {
  const fields = readExtraFields(extra);
  if (fields === undefined || !repeatsName(fields, entry.rawName)) return false;
  const { zip64 } = fields;
  // Here it always has both sizes, whether or not they are needed.
  if (zip64 !== undefined && zip64.length < 16 && zip64.length > 0) return false;
  const mayBeMissing = (entry.flags & flags.hasDescriptor) !== 0;
  const fits = (value: number, expected: number) => value === expected || (mayBeMissing && value === 0);
  const sizeFits = (value: number, at: number, expected: number) => {
    const isElsewhere = value === 0xffffffff && zip64 !== undefined && zip64.length >= 16;
    if (!isElsewhere && !fits(value, expected)) return false;
    return zip64 === undefined || zip64.length === 0 || fits(readUInt64(zip64, at), expected);
  };
  return (
    fits(header.readUInt32LE(14), entry.crc32) &&
    sizeFits(header.readUInt32LE(22), 0, entry.sizeBytes) &&
    sizeFits(header.readUInt32LE(18), 8, entry.compressedSize)
  );
}

/** CRC-32 and sizes behind the data: with a signature or without one, with sizes of 32 or 64 bits. */
function isDescriptor(bytes: Buffer, entry: ArchiveEntry): boolean {
  const at = bytes.length === 16 || bytes.length === 24 ? 4 : 0;
  if (at === 4 && bytes.readUInt32LE(0) !== 0x08074b50) return false;
  const packed = at + 4;
  if (bytes.length - at === 12)
    return (
      bytes.readUInt32LE(at) === entry.crc32 &&
      bytes.readUInt32LE(packed) === entry.compressedSize &&
      bytes.readUInt32LE(packed + 4) === entry.sizeBytes
    );
  return (
    bytes.length - at === 20 &&
    bytes.readUInt32LE(at) === entry.crc32 &&
    readUInt64(bytes, packed) === entry.compressedSize &&
    readUInt64(bytes, packed + 8) === entry.sizeBytes
  );
}

/** How many bytes from the header on the member takes. */
export const memberSpan = ({ headerOffset, endOffset }: ArchiveEntry): number => endOffset - headerOffset;

/**
 * The data of a member, checked against its size and CRC-32.
 * @param block the bytes from the local header on, {@link memberSpan} of them
 * @throws {CorruptArchive} {AmbiguousArchive}
 */
export function memberData(block: Buffer, entry: ArchiveEntry, archive: string): Buffer {
  if (block.length < memberSpan(entry)) throw wrong(archive, entry, "is cut off by the end of the archive");
  const { start, end } = dataPlace(block, entry, archive, (at) => block.subarray(at));
  const packed = block.subarray(start, end);
  const data = entry.compressionMethod === 0 ? packed : inflated(packed, entry, archive);
  if (data.length !== entry.sizeBytes)
    throw wrong(archive, entry, `has ${data.length} bytes, its header says ${entry.sizeBytes}`);
  if (crc32(data) !== entry.crc32) throw wrong(archive, entry, "has a wrong CRC-32");
  return data;
}

/** One byte more than needed: zlib fills a buffer of the exact size, then allocates another to learn that it is done. */
const inflatingBytes = (entry: ArchiveEntry): number => Math.max(64, entry.sizeBytes + 1);

/** Gives back what {@link memberData} returned, where that was inflated for itself. */
export function giveBackMember(data: Buffer, entry: ArchiveEntry): void {
  if (entry.compressionMethod !== 0) giveBack(data, inflatingBytes(entry));
}

interface InflatedWithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const behindData = "holds bytes behind the end of its compressed data";

function inflated(packed: Buffer, entry: ArchiveEntry, archive: string): Buffer {
  try {
    // Not in @types/node: with `info` zlib says as well how much it has read.
    const options = {
      info: true,
      chunkSize: inflatingBytes(entry),
      maxOutputLength: Math.max(1, entry.sizeBytes),
    };
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as InflatedWithInfo;
    if (engine.bytesWritten === packed.length) return buffer;
    throw wrong(archive, entry, behindData, undefined, "MURRE_AMBIGUOUS_ARCHIVE");
  } catch (error) {
    if (error instanceof Error && "problems" in error) throw error;
    const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const text = tooLong ? `has more than the ${entry.sizeBytes} bytes of its header` : "has damaged compressed data";
    throw wrong(archive, entry, text, error);
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
  const header = read(entry.headerOffset, memberSpan(entry) - entry.compressedSize);
  const place = dataPlace(header, entry, archive, (at) => read(entry.headerOffset + at, memberSpan(entry) - at));
  const start = entry.headerOffset + place.start;
  let size = 0;
  let crc = 0;
  const pieces =
    entry.compressionMethod === 0
      ? packedPieces(read, start, entry, archive)
      : inflatedPieces(read, start, entry, archive);
  for await (const piece of pieces) {
    size += piece.length;
    if (size > entry.sizeBytes) throw wrong(archive, entry, `has more than the ${entry.sizeBytes} bytes of its header`);
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size !== entry.sizeBytes) throw wrong(archive, entry, `has ${size} bytes, its header says ${entry.sizeBytes}`);
  if (crc !== entry.crc32) throw wrong(archive, entry, "has a wrong CRC-32");
}

function* packedPieces(read: BlockingRead, start: number, entry: ArchiveEntry, archive: string): Generator<Buffer> {
  for (let done = 0; done < entry.compressedSize;) {
    const piece = read(start + done, Math.min(inputBytes, entry.compressedSize - done));
    if (piece.length === 0) throw wrong(archive, entry, "is cut off by the end of the archive");
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
    throw wrong(archive, entry, "has damaged compressed data", error);
  }
  if (inflate.bytesWritten !== entry.compressedSize)
    throw wrong(archive, entry, behindData, undefined, "MURRE_AMBIGUOUS_ARCHIVE");
}
