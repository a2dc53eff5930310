import { isAscii } from "node:buffer";
import { enoughProblems, wheelError, type WheelProblem } from "../errors.ts";
import { readExtraFields, readUInt64, repeatsName } from "./extra-fields.ts";
import type { WindowedReader } from "./windowed-reader.ts";
import { BadEnd, readZipEnd } from "./zip-end.ts";

/** One member as the central directory describes it; a folder's path ends in a slash. */
export interface ArchiveEntry {
  /** The name; undefined where its bytes are not UTF-8, or the archive does not say that they are. */
  readonly path: string | undefined;
  readonly rawName: Buffer;
  readonly flags: number;
  /** 0 stored, 8 deflate. */
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly sizeBytes: number;
  /** Bytes from the start of the archive to the local header. */
  readonly headerOffset: number;
  /** Where the next member, or the central directory, begins: all bytes up to there are this member's. */
  readonly endOffset: number;
  /** `st_mode` as Unix tools write it, 0 where there is none. */
  readonly unixMode: number;
}

/** Bits of the general purpose flags. */
export const flags = { encrypted: 0x2041, hasDescriptor: 0x0008, utf8: 0x0800 } as const;

export interface ArchiveDirectory {
  /** In the order of the central directory. */
  readonly entries: readonly ArchiveEntry[];
  /** Members that overlap, or bytes between them that belong to none: what no honest archive has, and readers read differently. */
  readonly problems: readonly WheelProblem[];
}

const headerBytes = 46;
/** Names and extra fields of 500,000 members; far above any archive seen, and small enough to be held in memory (bytes). */
const largestDirectoryBytes = 128 * 1024 ** 2;

/**
 * All members by the central directory, which has to be all that there is: its entries fill it, and the members fill what is before it.
 * @throws what the source failed with
 * @throws {NotAZip} when the end record or the central directory is missing or damaged
 * @throws {AmbiguousArchive} when another reader could find other members
 * @throws {ArchiveTooLarge} when there are more than `maxEntries`
 */
export async function readArchiveDirectory(
  reader: WindowedReader,
  archive: string,
  maxEntries: number,
): Promise<ArchiveDirectory> {
  const fail = (code: WheelProblem["code"], text: string, cause?: unknown) =>
    wheelError(archive, [{ code, text }], { cause });
  const end = await readZipEnd(reader).catch((error: unknown) => {
    if (!(error instanceof BadEnd)) throw error;
    if (error.isAmbiguous) throw fail("MURRE_AMBIGUOUS_ARCHIVE", error.message, error);
    throw fail("MURRE_NOT_A_ZIP", `is no readable zip archive (it ${error.message}); download it again`, error);
  });
  const { entryCount, directoryStart, directoryEnd } = end;
  if (entryCount > maxEntries)
    throw fail("MURRE_ARCHIVE_TOO_LARGE", `has ${entryCount} entries, more than the limit of ${maxEntries}`);
  const size = directoryEnd - directoryStart;
  if (size > largestDirectoryBytes)
    throw fail("MURRE_ARCHIVE_TOO_LARGE", `has a directory of ${size} bytes, more than ${largestDirectoryBytes}`);
  const directory = await reader.range(directoryStart, directoryEnd);
  const entries: MutableEntry[] = [];
  let at = 0;
  for (let index = 0; index < entryCount; index++) {
    const header = readHeader(directory, at);
    if (typeof header === "string") throw fail("MURRE_AMBIGUOUS_ARCHIVE", header);
    if (header === undefined)
      throw fail("MURRE_NOT_A_ZIP", "is no readable zip archive (its directory is damaged); download it again");
    entries.push(header.entry);
    at = header.next;
  }
  if (at !== size)
    throw fail("MURRE_AMBIGUOUS_ARCHIVE", `has ${size - at} bytes in its directory beside the ${entryCount} entries`);
  return { entries, problems: layOut(entries, directoryStart) };
}

/** Where it ends is known once all are read. */
type MutableEntry = Omit<ArchiveEntry, "endOffset"> & { endOffset: number };

interface Header {
  readonly entry: MutableEntry;
  /** Where the next header begins in the directory. */
  readonly next: number;
}

/** @returns undefined for no header, and what is wrong with one that could be read in two ways. */
function readHeader(directory: Buffer, at: number): Header | string | undefined {
  // 0 - signature, 8 - flags, 10 - method, 16 - CRC-32, 20 and 24 - sizes, 28, 30, 32 - lengths of name, extra fields, comment,
  // 34 - number of the disk, 38 - attributes, 42 - place
  if (at + headerBytes > directory.length || directory.readUInt32LE(at) !== 0x02014b50) return undefined;
  const nameEnd = at + headerBytes + directory.readUInt16LE(at + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
  const next = extraEnd + directory.readUInt16LE(at + 32);
  if (next > directory.length) return undefined;
  const rawName = directory.subarray(at + headerBytes, nameEnd);
  const general = directory.readUInt16LE(at + 8);
  const path = decodeName(rawName, (general & flags.utf8) !== 0);
  const extra = readExtraFields(directory.subarray(nameEnd, extraEnd));
  const shown = JSON.stringify(path ?? rawName.toString("latin1"));
  if (extra === undefined) return `has damaged extra fields of ${shown}`;
  if (!repeatsName(extra, rawName)) return `has two names for ${shown}`;
  const plain: Places = [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ];
  const wide = widened(plain, directory.readUInt16LE(at + 34), extra.zip64);
  if (wide === undefined) return `has zip64 fields of ${shown} that contradict its header`;
  const entry: MutableEntry = {
    path,
    rawName,
    flags: general,
    compressionMethod: directory.readUInt16LE(at + 10),
    crc32: directory.readUInt32LE(at + 16),
    sizeBytes: wide[0],
    compressedSize: wide[1],
    headerOffset: wide[2],
    endOffset: 0,
    unixMode: directory.readUInt32LE(at + 38) >>> 16,
  };
  return { entry, next };
}

/** Size, packed size and place of a member. */
type Places = readonly [sizeBytes: number, compressedSize: number, headerOffset: number];

/**
 * The values in the order in which the zip64 field has those that do not fit: exactly those, and at its end the number of the disk, which is 0.
 * @returns undefined where it has more, or fewer, or another disk
 */
function widened(values: Places, disk: number, zip64: Buffer | undefined): Places | undefined {
  if (zip64 === undefined) return disk === 0 ? values : undefined;
  const missing = values.filter((value) => value === 0xffffffff).length;
  const hasDisk = zip64.length === missing * 8 + 4;
  if (zip64.length !== missing * 8 && !hasDisk) return undefined;
  if ((disk !== 0 && !(disk === 0xffff && hasDisk)) || (hasDisk && zip64.readUInt32LE(missing * 8) !== 0))
    return undefined;
  let at = 0;
  const value = (plain: number): number => {
    if (plain !== 0xffffffff) return plain;
    at += 8;
    return readUInt64(zip64, at - 8);
  };
  return [value(values[0]), value(values[1]), value(values[2])];
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Names of wheels are UTF-8 (PEP 427). Where the archive does not say so, other readers take the bytes for letters of code page 437. */
function decodeName(raw: Buffer, isUtf8: boolean): string | undefined {
  if (isAscii(raw)) return raw.toString("latin1");
  if (!isUtf8) return undefined;
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
}

/** A local header has 30 bytes and the name; extra fields of its own and a descriptor behind the data may come on top. */
const leastBytes = ({ rawName, compressedSize }: ArchiveEntry): number => 30 + rawName.length + compressedSize;
const mostBeside = 0xffff + 24;

/**
 * Members follow each other from the first byte up to the directory: overlapping ones are how a small archive unpacks to petabytes, and in gaps
 * others hide.
 */
function layOut(entries: readonly MutableEntry[], directoryStart: number): WheelProblem[] {
  const problems: WheelProblem[] = [];
  const report = (code: WheelProblem["code"], text: string) => {
    if (problems.length < enoughProblems) problems.push({ code, text });
  };
  const inOrder = entries.toSorted((one, other) => one.headerOffset - other.headerOffset);
  const start = inOrder[0]?.headerOffset ?? directoryStart;
  if (start !== 0)
    report("MURRE_AMBIGUOUS_ARCHIVE", `has ${start} bytes before its first member that belong to no member`);
  for (const [index, entry] of inOrder.entries()) {
    const next = inOrder[index + 1];
    entry.endOffset = next?.headerOffset ?? directoryStart;
    const spare = entry.endOffset - entry.headerOffset - leastBytes(entry);
    if (spare < 0)
      report("MURRE_CORRUPT_ARCHIVE", next ? `${next.path} overlaps another member` : "has members beyond its end");
    else if (spare > mostBeside)
      report("MURRE_AMBIGUOUS_ARCHIVE", `has ${spare} bytes behind ${entry.path} that belong to no member`);
  }
  return problems;
}
