import { closeSync, openSync } from "node:fs";
import { readArchiveDirectory, type ArchiveDirectory, type ArchiveEntry } from "./archive-entries.ts";
import { memberData, memberSpan, streamedAboveBytes, streamMember } from "./archive-member.ts";
import { checkSizes } from "./check-sizes.ts";
import { wheelError } from "../errors.ts";
import { notUtf8 } from "./member-paths.ts";
import { BlockingFile, type ArchiveFile } from "./random-access.ts";
import { WindowedReader } from "./windowed-reader.ts";
import type { UnpackLimits } from "./unpack-limits.ts";

/** One member of a zip archive that is no wheel. */
export interface ZipMember {
  /** As the archive has it: nothing but its encoding is checked. A folder's ends in a slash. */
  readonly path: string;
  readonly sizeBytes: number;
  /** `st_mode` as Unix tools write it, 0 where there is none. */
  readonly unixMode: number;
  /**
   * The data; the last piece has been checked against size and CRC-32 only when the iteration has ended. A piece may be other bytes after the
   * next one, of this or of another member.
   */
  content(): AsyncIterable<Buffer>;
}

/**
 * Reads any zip archive, as strictly as a wheel: what two readers could read differently is refused. Reads block.
 * @param take is given one member after the other; what it throws ends the reading
 * @throws {NotAZip | AmbiguousArchive | CorruptArchive | UnsupportedWheel | UnsafePath | ArchiveTooLarge}, and errors of the system
 */
export async function readZip(
  path: string,
  archive: string,
  limits: UnpackLimits,
  take: (member: ZipMember) => Promise<void> | void,
): Promise<void> {
  const fd = openSync(path, "r");
  try {
    const file = new BlockingFile(fd);
    try {
      const { entries, problems } = await readDirectoryOf(file, archive, limits.maxEntries);
      const all = [...problems, ...checkSizes(entries, file.size, limits)];
      if (all.length > 0) throw wheelError(archive, all);
      for (const entry of entries) await take(memberOf(file, entry, archive));
    } finally {
      file.close();
    }
  } finally {
    closeSync(fd);
  }
}

function memberOf(file: ArchiveFile, entry: ArchiveEntry, archive: string): ZipMember {
  const { path, sizeBytes, compressedSize, unixMode, rawName } = entry;
  if (path === undefined) {
    const shown = rawName.toString("latin1");
    const text = `${JSON.stringify(shown)} ${notUtf8}`;
    throw wheelError(archive, [{ code: "MURRE_UNSAFE_PATH", path: shown, text }]);
  }
  const content = async function* (): AsyncGenerator<Buffer> {
    if (Math.max(sizeBytes, compressedSize) <= streamedAboveBytes) yield readMember(file, entry, archive);
    else yield* streamFrom(file, entry, archive);
  };
  return { path, sizeBytes, unixMode, content };
}

export function readDirectoryOf(file: ArchiveFile, archive: string, maxEntries: number): Promise<ArchiveDirectory> {
  const read = async (offset: number, length: number) => file.read(offset, length);
  return readArchiveDirectory(new WindowedReader(read, file.size), archive, maxEntries);
}

/** The data may be other bytes after the next call. */
export function readMember(file: ArchiveFile, entry: ArchiveEntry, archive: string): Buffer {
  const block = file.view(entry.headerOffset, memberSpan(entry));
  return memberData(block, entry, archive, (packed, sizeBytes) => file.inflater.whole(packed, sizeBytes));
}

/** As {@link streamMember}, of an open archive. */
export function streamFrom(file: ArchiveFile, entry: ArchiveEntry, archive: string): AsyncGenerator<Buffer> {
  return streamMember((offset, length) => file.view(offset, length), entry, archive, file.inflater);
}
