export { createUnpacker, type Unpacker, type UnpackerOptions } from "./unpack/unpacker.ts";
export type { UnpackJob } from "./unpack/unpack-pool.ts";
export type { UnpackedFile, UnpackedWheel } from "./inspect/unpacked-wheel.ts";
export { installableWheel, type InstallableWheel } from "./unpack/installable-wheel.ts";
export { defaultLimits, type UnpackLimits } from "./archive/unpack-limits.ts";
export { readWheelMetadata, type WheelMetadata } from "./inspect/read-wheel-metadata.ts";
export { readZip, type ZipMember } from "./archive/read-zip.ts";
export { isTooLongPath } from "./archive/member-paths.ts";
export type { RandomAccess } from "./archive/random-access.ts";
export { essentialMetadata, parseMetadata, type CoreMetadata } from "./metadata/metadata.ts";
export { fitsFilename } from "./metadata/dist-info.ts";
export { parseWheelFile, type WheelFile } from "./metadata/wheel-file.ts";
export { formatRecord, parseRecord, type RecordEntry } from "./metadata/record.ts";
export { describeRecordProblems, recordError, type RecordProblems } from "./metadata/record-problems.ts";
export { parseEntryPoints, type EntryPoint } from "./metadata/entry-points.ts";
export type { KnownArchive } from "./archive/archive-hashes.ts";
export { giveBack } from "./archive/give-back.ts";
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
  WheelError,
  type WheelErrorCode,
  type WheelProblem,
} from "./errors.ts";
