import { crc32 } from "node:zlib";
import { flags, type ArchiveEntry } from "./archive-entries.ts";
import { wheelError, type WheelErrorCode } from "../errors.ts";
import { readExtraFields, readUInt64, repeatsName } from "./extra-fields.ts";
import { BadData, pieceBytes, type Inflater, type InflateWhole } from "./inflater.ts";

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
 * The data of a member, checked against its size and CRC-32: where it is inflated, in the memory of `inflate`, else in the block's.
 * @param block the bytes from the local header on, {@link memberSpan} of them
 * @throws {CorruptArchive} {AmbiguousArchive}
 */
export function memberData(block: Buffer, entry: ArchiveEntry, archive: string, inflate: InflateWhole): Buffer {
  if (block.length < memberSpan(entry)) throw wrong(archive, entry, "is cut off by the end of the archive");
  const { start, end } = dataPlace(block, entry, archive, (at) => block.subarray(at));
  const packed = block.subarray(start, end);
  const data = entry.compressionMethod === 0 ? packed : inflated(packed, entry, archive, inflate);
  if (data.length !== entry.sizeBytes)
    throw wrong(archive, entry, `has ${data.length} bytes, its header says ${entry.sizeBytes}`);
  if (crc32(data) !== entry.crc32) throw wrong(archive, entry, "has a wrong CRC-32");
  return data;
}

function inflated(packed: Buffer, entry: ArchiveEntry, archive: string, inflate: InflateWhole): Buffer {
  try {
    return inflate(packed, entry.sizeBytes);
  } catch (error) {
    throw explained(error, entry, archive);
  }
}

function explained(error: unknown, entry: ArchiveEntry, archive: string): unknown {
  return error instanceof BadData ? wrong(archive, entry, error.message, error.cause, error.code) : error;
}

/** Reads up to `length` bytes, fewer only where the archive ends; they may be other ones after the next reading. */
export type BlockingRead = (offset: number, length: number) => Buffer;

/**
 * The data of a large member in pieces, in bounded memory; each may be other bytes after the next one. The last one has been checked against
 * size and CRC-32 only when the iteration has ended.
 * @throws {CorruptArchive} {AmbiguousArchive}
 */
export async function* streamMember(
  read: BlockingRead,
  entry: ArchiveEntry,
  archive: string,
  inflater: Inflater,
): AsyncGenerator<Buffer> {
  const header = Buffer.from(read(entry.headerOffset, memberSpan(entry) - entry.compressedSize));
  const place = dataPlace(header, entry, archive, (at) => read(entry.headerOffset + at, memberSpan(entry) - at));
  const packed = packedPieces(read, entry.headerOffset + place.start, entry, archive);
  let size = 0;
  let crc = 0;
  try {
    const pieces = entry.compressionMethod === 0 ? packed : inflater.pieces(packed, entry.compressedSize);
    for await (const piece of pieces) {
      size += piece.length;
      if (size > entry.sizeBytes)
        throw wrong(archive, entry, `has more than the ${entry.sizeBytes} bytes of its header`);
      crc = crc32(piece, crc);
      yield piece;
    }
  } catch (error) {
    throw explained(error, entry, archive);
  }
  if (size !== entry.sizeBytes) throw wrong(archive, entry, `has ${size} bytes, its header says ${entry.sizeBytes}`);
  if (crc !== entry.crc32) throw wrong(archive, entry, "has a wrong CRC-32");
}

function* packedPieces(read: BlockingRead, start: number, entry: ArchiveEntry, archive: string): Generator<Buffer> {
  for (let done = 0; done < entry.compressedSize;) {
    const piece = read(start + done, Math.min(pieceBytes, entry.compressedSize - done));
    if (piece.length === 0) throw wrong(archive, entry, "is cut off by the end of the archive");
    done += piece.length;
    yield piece;
  }
}
