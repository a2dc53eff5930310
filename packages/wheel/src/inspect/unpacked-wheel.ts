import type { EntryPoint } from "../metadata/entry-points.ts";
import type { RecordProblems } from "../metadata/record-problems.ts";

/** One file as it was written. */
export interface UnpackedFile {
  /** `/` between parts, relative to the destination. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
  /** URL-safe base64 without padding, as in RECORD. */
  readonly sha256: string;
}

/** What an unpacked wheel is, and everything a link plan needs; plain data. */
export interface UnpackedWheel {
  /** Such as `x-1.0.dist-info`. */
  readonly distInfo: string;
  /** Name and version as METADATA writes them. */
  readonly name: string;
  readonly version: string;
  readonly rootIsPurelib: boolean;
  /** The Tag lines of WHEEL, expanded: `py3-none-any`. */
  readonly wheelTags: readonly string[];
  readonly entryPoints: { readonly console: readonly EntryPoint[]; readonly gui: readonly EntryPoint[] };
  readonly metadataText: string;
  /** Relative, sorted, parents before children. */
  readonly directories: readonly string[];
  /** In the order of the archive, RECORD included. */
  readonly files: readonly UnpackedFile[];
  readonly totalBytes: number;
  /** Of the archive, hexadecimal. */
  readonly archiveSha256: string;
  /** Paths that differ from another one only in case or Unicode form; such a wheel cannot live on every file system. */
  readonly caseCollisions: readonly string[];
  /** How RECORD and the archive disagree, where they do. `files` says what is there. */
  readonly recordProblems?: RecordProblems;
  /** What is worth telling the user, such as a newer minor Wheel-Version. */
  readonly warnings: readonly string[];
}

/** The files in the form that crosses threads: a few strings and arrays instead of an object for each of 10,000 files. */
export interface PackedFiles {
  /** Joined by NUL, which no path may hold. */
  readonly paths: string;
  readonly sizes: Float64Array;
  readonly executables: Uint8Array;
  /** Each 43 characters. */
  readonly sha256s: string;
}

const digestLength = 43;

export function packFiles(files: readonly UnpackedFile[]): PackedFiles {
  const sizes = new Float64Array(files.length);
  const executables = new Uint8Array(files.length);
  files.forEach((file, index) => {
    sizes[index] = file.sizeBytes;
    executables[index] = file.executable ? 1 : 0;
  });
  return {
    paths: files.map((file) => file.path).join("\0"),
    sizes,
    executables,
    sha256s: files.map((file) => file.sha256).join(""),
  };
}

export function unpackFiles({ paths, sizes, executables, sha256s }: PackedFiles): UnpackedFile[] {
  return paths.split("\0").map((path, index) => ({
    path,
    sizeBytes: sizes[index]!,
    executable: executables[index] === 1,
    sha256: sha256s.slice(index * digestLength, (index + 1) * digestLength),
  }));
}
