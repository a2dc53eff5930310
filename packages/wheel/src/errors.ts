/** The permanent codes of this package's errors. */
export type WheelErrorCode =
  | "MURRE_NOT_A_ZIP"
  | "MURRE_AMBIGUOUS_ARCHIVE"
  | "MURRE_UNSUPPORTED_WHEEL"
  | "MURRE_HASH_MISMATCH"
  | "MURRE_UNSAFE_PATH"
  | "MURRE_ARCHIVE_TOO_LARGE"
  | "MURRE_INVALID_WHEEL"
  | "MURRE_CORRUPT_ARCHIVE"
  | "MURRE_RECORD_MISMATCH"
  | "MURRE_INVALID_METADATA"
  | "MURRE_INVALID_RECORD"
  | "MURRE_INVALID_ENTRY_POINTS"
  | "MURRE_UNPACK_FAILED"
  | "MURRE_UNPACK_WORKER_LOST";

/** One thing that is wrong with an archive; plain data, so that it can leave a worker thread. */
export interface WheelProblem {
  readonly code: WheelErrorCode;
  /** What is wrong, as a clause that can follow the archive's name. */
  readonly text: string;
  /** The member or row concerned, as written. */
  readonly path?: string;
  readonly expected?: string;
  readonly actual?: string;
}

const shownProblems = 5;
/** Characters of one problem in a message; names and lines of an archive may be of any length. */
const longestShown = 1000;

const shorten = (text: string): string => (text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`);

/** What one step finds beyond this many problems of an archive is not kept: there may be one for each of 500,000 members. */
export const enoughProblems = 20;

/** What all errors about one archive have: its name and every problem found before reading stopped. */
export abstract class WheelError extends Error {
  abstract readonly code: WheelErrorCode;
  /** The wheel's filename. */
  readonly archive: string;
  /** All that was found; those that gave the error its class come first. */
  readonly problems: readonly WheelProblem[];

  constructor(archive: string, problems: readonly WheelProblem[], options?: ErrorOptions) {
    const lines = problems.slice(0, shownProblems).map(({ text }) => shorten(text));
    if (problems.length > shownProblems) lines.push(`and ${problems.length - shownProblems} more`);
    super(`${archive}: ${lines.join("; ")} (${problems[0]?.code})`, options);
    this.archive = archive;
    this.problems = problems;
  }
}

/**
 * The file is no zip archive, or its central directory cannot be read.
 * To do: fetch it again; an error page may have been saved under its name.
 */
export class NotAZip extends WheelError {
  override readonly name = "NotAZip";
  readonly code = "MURRE_NOT_A_ZIP";
}

/**
 * The archive could be read in two ways: bytes that belong to no member, a second end, entries that are not counted.
 * To do: do not trust it; tell its author, who may have built it with a broken tool.
 */
export class AmbiguousArchive extends WheelError {
  override readonly name = "AmbiguousArchive";
  readonly code = "MURRE_AMBIGUOUS_ARCHIVE";
}

/**
 * A wheel of a format that this version does not know: Wheel-Version 2, encryption, another compression.
 * To do: use a newer murre, or another file.
 */
export class UnsupportedWheel extends WheelError {
  override readonly name = "UnsupportedWheel";
  readonly code = "MURRE_UNSUPPORTED_WHEEL";
}

/**
 * The archive as a whole is not the one that was asked for.
 * To do: do not install it; find out which of the two is wrong.
 */
export class HashMismatch extends WheelError {
  override readonly name = "HashMismatch";
  readonly code = "MURRE_HASH_MISMATCH";
}

/**
 * A member or script would be written outside the place it belongs to, or is a link, or has a name no file may have.
 * To do: do not trust it; tell its author.
 */
export class UnsafePath extends WheelError {
  override readonly name = "UnsafePath";
  readonly code = "MURRE_UNSAFE_PATH";
}

/**
 * The archive has more entries, more bytes, or a higher compression than the limits allow.
 * To do: do not trust it, unless that size is no surprise; then take its sdist, or another version.
 */
export class ArchiveTooLarge extends WheelError {
  override readonly name = "ArchiveTooLarge";
  readonly code = "MURRE_ARCHIVE_TOO_LARGE";
}

/**
 * The archive is a zip, but not a wheel as the standard has it.
 * To do: tell its author, or take another file.
 */
export class InvalidWheel extends WheelError {
  override readonly name = "InvalidWheel";
  readonly code = "MURRE_INVALID_WHEEL";
}

/**
 * A member's bytes are not what the archive's own headers say: CRC-32, sizes, broken compression, truncation.
 * To do: fetch it again.
 */
export class CorruptArchive extends WheelError {
  override readonly name = "CorruptArchive";
  readonly code = "MURRE_CORRUPT_ARCHIVE";
}

/**
 * RECORD and the archive's members disagree; each problem has its `path`.
 * To do: go without `--strict-record`, or tell its author.
 */
export class RecordMismatch extends WheelError {
  override readonly name = "RecordMismatch";
  readonly code = "MURRE_RECORD_MISMATCH";
}

/**
 * METADATA or WHEEL lacks a field or has one that cannot be read.
 * To do: tell its author, or take another version.
 */
export class InvalidMetadata extends WheelError {
  override readonly name = "InvalidMetadata";
  readonly code = "MURRE_INVALID_METADATA";
}

/**
 * RECORD is not the table of paths, hashes and sizes that it must be.
 * To do: tell its author, or take another version.
 */
export class InvalidRecord extends WheelError {
  override readonly name = "InvalidRecord";
  readonly code = "MURRE_INVALID_RECORD";
}

/**
 * entry_points.txt has lines that are no entry points.
 * To do: tell its author, or take another version.
 */
export class InvalidEntryPoints extends WheelError {
  override readonly name = "InvalidEntryPoints";
  readonly code = "MURRE_INVALID_ENTRY_POINTS";
}

/**
 * The system refused to read the archive or to write a file; the cause is its error. What was written so far stays.
 * To do: make room or allow writing, and unpack again into a new folder.
 */
export class UnpackFailed extends WheelError {
  override readonly name = "UnpackFailed";
  readonly code = "MURRE_UNPACK_FAILED";
}

/**
 * The worker thread ended in the middle of the archive. What was written so far stays.
 * To do: unpack again into a new folder, with fewer threads if memory is short.
 */
export class UnpackWorkerLost extends WheelError {
  override readonly name = "UnpackWorkerLost";
  readonly code = "MURRE_UNPACK_WORKER_LOST";
}

// In order of precedence: where one archive has several problems, the first class listed here names the error.
const classes = [
  ["MURRE_HASH_MISMATCH", HashMismatch],
  ["MURRE_NOT_A_ZIP", NotAZip],
  ["MURRE_UNSAFE_PATH", UnsafePath],
  ["MURRE_ARCHIVE_TOO_LARGE", ArchiveTooLarge],
  ["MURRE_UNSUPPORTED_WHEEL", UnsupportedWheel],
  ["MURRE_CORRUPT_ARCHIVE", CorruptArchive],
  ["MURRE_AMBIGUOUS_ARCHIVE", AmbiguousArchive],
  ["MURRE_INVALID_WHEEL", InvalidWheel],
  ["MURRE_INVALID_METADATA", InvalidMetadata],
  ["MURRE_INVALID_RECORD", InvalidRecord],
  ["MURRE_INVALID_ENTRY_POINTS", InvalidEntryPoints],
  ["MURRE_RECORD_MISMATCH", RecordMismatch],
  ["MURRE_UNPACK_FAILED", UnpackFailed],
  ["MURRE_UNPACK_WORKER_LOST", UnpackWorkerLost],
] as const;

/** The error for all problems of one archive (at least one). */
export function wheelError(
  archive: string,
  problems: readonly WheelProblem[],
  options?: ErrorOptions,
): InstanceType<(typeof classes)[number][1]> {
  const [code, Class] = classes.find(([candidate]) => problems.some((problem) => problem.code === candidate))!;
  const named = problems.filter((problem) => problem.code === code);
  const others = problems.filter((problem) => problem.code !== code);
  return new Class(archive, [...named, ...others], options);
}

/** The error for what is no file at all, so that nothing was read from it. */
export function noFileError(archive: string, cause: Error & { readonly kind: string }): Error {
  const text = `could not be read: it is a ${cause.kind}, and a file is needed`;
  return wheelError(archive, [{ code: "MURRE_UNPACK_FAILED", text }], { cause });
}
