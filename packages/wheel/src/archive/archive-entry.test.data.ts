import type { ArchiveEntry } from "./archive-entries.ts";

/** A member as far as paths are looked at. */
export function entryOf(path: string): ArchiveEntry {
  return {
    path,
    rawName: Buffer.from(path),
    compressionMethod: 0,
    flags: 0,
    crc32: 0,
    compressedSize: 0,
    sizeBytes: 0,
    headerOffset: 0,
    endOffset: 0,
    unixMode: path.endsWith("/") ? 0o040755 : 0o100644,
  };
}
