import { fileState, NotAFile, openFile } from "@murre/files";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ArchiveEntry } from "../archive/archive-entries.ts";
import { checkArchiveHashes, isKnown, type KnownArchive } from "../archive/archive-hashes.ts";
import { streamedAboveBytes } from "../archive/archive-member.ts";
import { digestProblem } from "../inspect/check-record.ts";
import { dataFolderPlaces, findDistInfo, wheelIdentity } from "../metadata/dist-info.ts";
import { enoughProblems, noFileError, wheelError, type WheelProblem } from "../errors.ts";
import { inspectWheel } from "../inspect/inspect-wheel.ts";
import { checkPaths, differsFromItself } from "../archive/member-paths.ts";
import { BlockingFile, HeldFile, type ArchiveFile } from "../archive/random-access.ts";
import { readDirectoryOf, readMember, streamFrom } from "../archive/read-zip.ts";
import { recordProblems } from "../metadata/record-problems.ts";
import type { RecordEntry } from "../metadata/record.ts";
import { checkSizes } from "../archive/check-sizes.ts";
import { defaultLimits, type UnpackLimits } from "../archive/unpack-limits.ts";
import type { UnpackedFile, UnpackedWheel } from "../inspect/unpacked-wheel.ts";
import { digestsOf, writeFileExclusive, writeStreamExclusive, type FileDigests } from "./write-member.ts";

/** What is unpacked where; plain data, so that it can be sent to a worker thread. */
export interface UnpackTask {
  readonly wheelPath: string;
  readonly bytes?: Uint8Array | undefined;
  /** An existing empty folder. */
  readonly destination: string;
  /** The wheel's filename: it says which name and version the content must have. */
  readonly filename: string;
  /** Algorithm → digest of the archive in hexadecimal. */
  readonly expectedHashes: Readonly<Record<string, string>>;
  readonly known?: KnownArchive | undefined;
  /** As `process.platform`. */
  readonly platform: string;
  readonly limits: Partial<UnpackLimits>;
}

/**
 * Checks the archive and writes its members. In this order: the hashes of the whole, unless they are known; names, sizes and types of all
 * members; the one dist-info folder, its METADATA and WHEEL; then, member by member, CRC-32 and size. The problems of one step are reported
 * together, and nothing is written before the last step. What RECORD says is compared with all of it, and is no reason to stop.
 * @param check called often; what it throws ends the work
 * @throws an error of this package; after it the destination may hold some of the files.
 */
export async function unpackArchive(task: UnpackTask, check: () => void): Promise<UnpackedWheel> {
  try {
    return await (task.bytes === undefined
      ? unpackPath(task, check)
      : unpackOpen(new HeldFile(task.bytes), task, check));
  } catch (error) {
    if (error instanceof NotAFile) throw noFileError(task.filename, error);
    const system = error as NodeJS.ErrnoException;
    if (system.syscall === undefined) throw error;
    const text = `could not be unpacked into ${task.destination} (${system.message})`;
    throw wheelError(task.filename, [{ code: "MURRE_UNPACK_FAILED", text }], { cause: error });
  }
}

async function unpackPath(task: UnpackTask, check: () => void): Promise<UnpackedWheel> {
  const { descriptor: fd } = openFile(task.wheelPath);
  try {
    return await unpackOpen(new BlockingFile(fd), task, check);
  } finally {
    closeSync(fd);
  }
}

async function unpackOpen(file: ArchiveFile, task: UnpackTask, check: () => void): Promise<UnpackedWheel> {
  try {
    return await unpackFile(file, task, check);
  } finally {
    file.close();
  }
}

function throwIfAny(task: UnpackTask, problems: readonly WheelProblem[]): void {
  if (problems.length > 0) throw wheelError(task.filename, problems);
}

async function unpackFile(file: ArchiveFile, task: UnpackTask, check: () => void): Promise<UnpackedWheel> {
  const limits = { ...defaultLimits, ...task.limits };
  const identity = wheelIdentity(task.filename);
  const known = isKnown(file, task.known, task.expectedHashes) ? task.known : undefined;
  const hashes =
    known === undefined ? checkArchiveHashes(file, task.expectedHashes, check) : { ...known, problems: [] };
  throwIfAny(task, hashes.problems);
  const { entries: archived, problems: layout } = await readDirectoryOf(file, task.filename, limits.maxEntries);
  const archivedPaths = archived.map(({ path }) => path ?? "");
  const distInfo = findDistInfo(archivedPaths, identity);
  const placeOf =
    typeof distInfo === "string" ? dataFolderPlaces(archivedPaths, distInfo, identity) : (path: string) => path;
  const paths = checkPaths(
    archived.map((entry) => placed(entry, placeOf)),
    task.platform,
  );
  const { members, repeats } = paths;
  throwIfAny(task, [
    ...paths.problems,
    ...layout,
    ...checkSizes([...members, ...repeats, ...paths.folders], file.size, limits),
  ]);
  if (typeof distInfo !== "string") throw wheelError(task.filename, [distInfo]);
  const readEntry = (entry: ArchiveEntry) => readMember(file, entry, task.filename);
  // Nothing is written for them, but another reader could find something in them.
  for (const folder of paths.folders) readEntry(folder);
  const { wheel, rows, dataScripts, ...inspected } = inspectWheel(
    members,
    distInfo,
    identity,
    placeOf,
    readEntry,
    task.platform,
  );
  throwIfAny(task, inspected.problems);

  for (const directory of paths.directories) mkdirSync(join(task.destination, directory));
  const mismatches = [...inspected.recordProblems];
  const files = await writeMembers(file, members, { task, rows, mismatches, dataScripts, check });
  throwIfAny(task, await differing(repeats, files, file, task, check));
  if (known?.state !== undefined && stateAt(task.wheelPath) !== known.state) throwIfAny(task, [changedMeanwhile]);
  const inRecord = recordProblems(mismatches);
  return {
    ...wheel,
    directories: paths.directories,
    files,
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    archiveSha256: hashes.sha256,
    caseCollisions: paths.caseCollisions,
    ...(inRecord === undefined ? {} : { recordProblems: inRecord }),
  };
}

const changedMeanwhile: WheelProblem = {
  code: "MURRE_HASH_MISMATCH",
  text: "was changed or taken away while it was unpacked",
};

function stateAt(path: string): string | undefined {
  try {
    return fileState(path);
  } catch {
    return undefined;
  }
}

function placed(entry: ArchiveEntry, placeOf: (path: string) => string): ArchiveEntry {
  if (entry.path === undefined) return entry;
  const path = placeOf(entry.path);
  return path === entry.path ? entry : { ...entry, path };
}

/** Of the members that an earlier one has the path and the checksum of, those with other bytes. */
async function differing(
  repeats: readonly ArchiveEntry[],
  files: readonly UnpackedFile[],
  file: ArchiveFile,
  task: UnpackTask,
  check: () => void,
): Promise<WheelProblem[]> {
  if (repeats.length === 0) return [];
  const problems: WheelProblem[] = [];
  const written = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  for (const entry of repeats) {
    const path = entry.path!;
    const hash = createHash("sha256");
    for await (const piece of streamFrom(file, entry, task.filename)) {
      check();
      hash.update(piece);
    }
    if (written.get(path) !== hash.digest("base64url"))
      problems.push({ code: "MURRE_INVALID_WHEEL", path, text: `${JSON.stringify(path)} ${differsFromItself}` });
  }
  return problems;
}

interface Writing {
  readonly task: UnpackTask;
  readonly rows: ReadonlyMap<string, RecordEntry>;
  /** Where members go that have not the hash of their row. */
  readonly mismatches: WheelProblem[];
  /** The prefix of files that are executable whatever the archive says. */
  readonly dataScripts: string;
  readonly check: () => void;
}

async function writeMembers(
  file: ArchiveFile,
  entries: readonly ArchiveEntry[],
  writing: Writing,
): Promise<UnpackedFile[]> {
  const { task, rows, mismatches, check } = writing;
  const files: UnpackedFile[] = [];
  const problems: WheelProblem[] = [];
  const settle = (entry: ArchiveEntry, executable: boolean, { sha256, recorded }: FileDigests): void => {
    const path = entry.path!;
    const row = rows.get(path);
    files.push({ path, sizeBytes: entry.sizeBytes, executable, sha256 });
    if (row?.digest !== undefined && recorded !== row.digest) mismatches.push(digestProblem(row, recorded!));
  };
  for (const entry of entries) {
    check();
    if (problems.length >= enoughProblems) break;
    const target = `${task.destination}/${entry.path}`;
    // As pip has it: only regular files of Unix archives can be executable.
    const marked = (entry.unixMode & 0o170000) === 0o100000 && (entry.unixMode & 0o111) !== 0;
    const executable = marked || entry.path!.startsWith(writing.dataScripts);
    const row = rows.get(entry.path!);
    try {
      if (Math.max(entry.sizeBytes, entry.compressedSize) > streamedAboveBytes) {
        const pieces = streamFrom(file, entry, task.filename);
        settle(entry, executable, await writeStreamExclusive(target, pieces, executable, row, check));
      } else {
        const data = readMember(file, entry, task.filename);
        settle(entry, executable, digestsOf(data, row));
        writeFileExclusive(target, data, executable);
      }
    } catch (error) {
      // Those of the archive are kept, so that the next members are looked at as well.
      problems.push(...problemsOf(error));
    }
  }
  throwIfAny(task, problems);
  return files;
}

function problemsOf(error: unknown): readonly WheelProblem[] {
  if (error instanceof Error && "problems" in error) return error.problems as readonly WheelProblem[];
  throw error;
}
