import { NotAFile, openFile } from "@murre/files";
import { closeSync, read as readWithCallback } from "node:fs";
import { promisify } from "node:util";
import { basename } from "node:path";
import { readArchiveDirectory, type ArchiveEntry } from "../archive/archive-entries.ts";
import { memberData, memberSpan } from "../archive/archive-member.ts";
import { inflateAlone } from "../archive/inflater.ts";
import { findDistInfo, identityProblems, wheelIdentity } from "../metadata/dist-info.ts";
import { noFileError, wheelError, type WheelProblem } from "../errors.ts";
import { decode } from "./inspect-wheel.ts";
import { parseMetadata, type CoreMetadata } from "../metadata/metadata.ts";
import type { RandomAccess } from "../archive/random-access.ts";
import { WindowedReader } from "../archive/windowed-reader.ts";
import { checkSizes, distInfoSizeProblem } from "../archive/check-sizes.ts";
import { defaultLimits } from "../archive/unpack-limits.ts";

/** A wheel's METADATA: parsed, and as it stands in the archive. */
export interface WheelMetadata {
  readonly metadata: CoreMetadata;
  readonly text: string;
}

/**
 * Reads the central directory and METADATA of a wheel, nothing else: of the end of the archive 64 KiB, what the central
 * directory has before that, and the member, each in one read.
 * @param source a path, or anything that reads at any place, such as a URL by range requests
 * @param filename the wheel's filename, which name and version must fit; default: that of the path
 * @throws {NotAZip | AmbiguousArchive | InvalidWheel | InvalidMetadata | CorruptArchive | UnsupportedWheel | ArchiveTooLarge}
 * @throws what the source's `read` rejects with, unchanged
 */
export async function readWheelMetadata(source: string): Promise<WheelMetadata>;
export async function readWheelMetadata(source: string | RandomAccess, filename: string): Promise<WheelMetadata>;
export async function readWheelMetadata(source: string | RandomAccess, filename?: string): Promise<WheelMetadata> {
  if (typeof source !== "string") return readFrom(source, filename!);
  const name = filename ?? basename(source);
  try {
    return await readFromPath(source, name);
  } catch (error) {
    if (error instanceof NotAFile) throw noFileError(name, error);
    const system = error as NodeJS.ErrnoException;
    if (system.syscall === undefined) throw error;
    throw wheelError(name, [{ code: "MURRE_UNPACK_FAILED", text: `could not be read (${system.message})` }], {
      cause: error,
    });
  }
}

const readAt = promisify(readWithCallback);

async function readFromPath(path: string, filename: string): Promise<WheelMetadata> {
  const { descriptor, stats } = openFile(path);
  try {
    const read = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await readAt(descriptor, Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return await readFrom({ size: stats.size, read }, filename);
  } finally {
    closeSync(descriptor);
  }
}

async function readFrom(source: RandomAccess, filename: string): Promise<WheelMetadata> {
  const identity = wheelIdentity(filename);
  const fail = (problems: readonly WheelProblem[]) => wheelError(filename, problems);
  const readWithin = (offset: number, length: number) =>
    source.read(offset, Math.max(0, Math.min(length, source.size - offset)));
  const reader = new WindowedReader(readWithin, source.size);
  const { entries, problems: layout } = await readArchiveDirectory(reader, filename, defaultLimits.maxEntries);
  if (layout.length > 0) throw fail(layout);
  const distInfo = findDistInfo(
    entries.map(({ path }) => path ?? ""),
    identity,
  );
  if (typeof distInfo !== "string") throw fail([distInfo]);
  const entry = entries.find(({ path }) => path === `${distInfo}/METADATA`);
  if (!entry) throw fail([{ code: "MURRE_INVALID_WHEEL", text: `has no ${distInfo}/METADATA` }]);
  const tooLarge = distInfoSizeProblem("METADATA", entry, entries);
  const problems = [...checkSizes([entry], source.size, defaultLimits), ...(tooLarge ? [tooLarge] : [])];
  if (problems.length > 0) throw fail(problems);
  const data = await readMember(reader, entry, filename, readWithin);
  const text = decode(data, "METADATA", filename, "MURRE_INVALID_METADATA");
  const metadata = parseMetadata(text, filename);
  const mismatches = identityProblems("METADATA", metadata.name, metadata.version, identity);
  if (mismatches.length > 0) throw fail(mismatches);
  return { metadata, text };
}

async function readMember(
  reader: WindowedReader,
  entry: ArchiveEntry,
  filename: string,
  readWithin: (offset: number, length: number) => Promise<Buffer>,
): Promise<Buffer> {
  const span = memberSpan(entry);
  const block = reader.known(entry.headerOffset, span) ?? (await readWithin(entry.headerOffset, span));
  return memberData(block, entry, filename, inflateAlone);
}
