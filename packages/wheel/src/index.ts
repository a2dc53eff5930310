export { createUnpacker, type Unpacker, type UnpackerOptions } from "./unpacker.ts";
export type { UnpackJob } from "./unpack-pool.ts";
export type { UnpackedFile, UnpackedWheel } from "./unpacked-wheel.ts";
export { defaultLimits, type UnpackLimits } from "./unpack-limits.ts";
export { readWheelMetadata, type WheelMetadata } from "./read-wheel-metadata.ts";
export { readZip, type ZipMember } from "./read-zip.ts";
export { isTooLongPath } from "./member-paths.ts";
export type { RandomAccess } from "./random-access.ts";
export { parseMetadata, type CoreMetadata } from "./metadata.ts";
export { fitsFilename } from "./dist-info.ts";
export { parseWheelFile, type WheelFile } from "./wheel-file.ts";
export { formatRecord, parseRecord, type RecordEntry } from "./record.ts";
export { describeRecordProblems, recordError, type RecordProblems } from "./record-problems.ts";
export { parseEntryPoints, type EntryPoint } from "./entry-points.ts";
export { giveBack } from "./give-back.ts";
export {
  AmbiguousArchive,
  ArchiveTooLarge,
  CorruptArchive,
  HashMismatch,
  InvalidEntryPoints,
  InvalidMetadata,
  InvalidRecord,
  InvalidWheel,
  NotAZip,
  RecordMismatch,
  UnpackFailed,
  UnpackWorkerLost,
  UnsafePath,
  UnsupportedWheel,
  type WheelErrorCode,
  type WheelProblem,
} from "./errors.ts";
