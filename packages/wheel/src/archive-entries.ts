import { isAscii } from "node:buffer";
import { fromRandomAccessReaderPromise, type Entry } from "yauzl";
import { wheelError, type WheelProblem } from "./errors.ts";
import type { WindowedReader } from "./windowed-reader.ts";

/** One member as the central directory describes it. */
export interface ArchiveEntry {
  /** The name; undefined where its bytes are not UTF-8. */
  readonly path: string | undefined;
  readonly rawName: Buffer;
  /** 0 stored, 8 deflate. */
  readonly compressionMethod: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly sizeBytes: number;
  /** Bytes from the start of the archive to the local header. */
  readonly headerOffset: number;
  /** `st_mode` as Unix tools write it, 0 where there is none. */
  readonly unixMode: number;
}

/**
 * All members in the order of the central directory, folders left out: a wheel's folders follow from its files.
 * @throws what the reader failed with
 * @throws {NotAZip} when the end record or the central directory is missing or damaged
 * @throws {ArchiveTooLarge} when there are more than `maxEntries`
 */
export async function readArchiveEntries(
  reader: WindowedReader,
  size: number,
  archive: string,
  maxEntries: number,
): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  let entryCount: number;
  try {
    const zip = await fromRandomAccessReaderPromise(reader, size, {
      decodeStrings: false,
      validateEntrySizes: false,
      autoClose: false,
    });
    entryCount = zip.entryCount;
    if (entryCount <= maxEntries)
      for await (const entry of zip.eachEntry()) {
        const converted = convert(entry);
        if (converted.path?.endsWith("/") !== true) entries.push(converted);
      }
  } catch (error) {
    if (reader.failure) throw reader.failure;
    const text = `is no readable zip archive (${(error as Error).message}); download it again`;
    throw wheelError(archive, [{ code: "MURRE_NOT_A_ZIP", text }], { cause: error });
  }
  if (entryCount > maxEntries) throw tooManyEntries(archive, entryCount, maxEntries);
  return entries;
}

function tooManyEntries(archive: string, count: number, limit: number): Error {
  const problem: WheelProblem = {
    code: "MURRE_ARCHIVE_TOO_LARGE",
    text: `has ${count} entries, more than the limit of ${limit}`,
  };
  return wheelError(archive, [problem]);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Names of wheels are UTF-8 (PEP 427), whether or not the archive's flag says so. */
function decodeName(raw: Buffer): string | undefined {
  if (isAscii(raw)) return raw.toString("latin1");
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
}

function convert(entry: Entry): ArchiveEntry {
  // With decodeStrings off, yauzl leaves every name as bytes.
  const rawName = entry.fileNameRaw;
  return {
    path: decodeName(rawName),
    rawName,
    compressionMethod: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    crc32: entry.crc32,
    compressedSize: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
    headerOffset: entry.relativeOffsetOfLocalHeader,
    unixMode: entry.externalFileAttributes >>> 16,
  };
}
