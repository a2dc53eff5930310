import { isRealFolder, NotAFile, openFile } from "@murre/files";
import { createHash, hash } from "node:crypto";
import { closeSync, readdirSync, readSync } from "node:fs";
import type { FileDetails } from "../entry/manifest-head.ts";
import { filesOf } from "../entry/manifest.ts";
import { readPointer } from "../entry/pointer.ts";
import { openEntry, type StoreEntry } from "../entry/store-entry.ts";
import { isNothingAt, isMissing } from "../folder/fs-errors.ts";
import type { CacheLayout } from "../folder/layout.ts";
import { keyOf } from "../reclaim/orphan.ts";
import type { PointerPlace } from "./inventory.ts";

export interface CacheProblem {
  readonly kind:
    | "broken-pointer"
    | "dangling-pointer"
    | "foreign-entry"
    | "broken-manifest"
    | "missing-file"
    | "truncated-file"
    | "changed-file"
    | "extra-file";
  readonly project: string;
  /** The archive's, hexadecimal. */
  readonly sha256: string;
  /** The file, relative to the entry's folder; absent when the problem is the entry's or the pointer's. */
  readonly path?: string;
}

/** Archives to be compared with their manifests, or one file of theirs that is work enough by itself. */
export type VerifyJob = { readonly places: readonly PointerPlace[] } | { readonly file: LargeFile };

export interface LargeFile {
  readonly place: PointerPlace;
  /** Absolute. */
  readonly at: string;
  readonly details: FileDetails;
}

/** What a job found out; of large files, which ones are still to be looked at. */
export interface VerifyFindings {
  readonly archives: number;
  entries: number;
  files: number;
  /** As the manifests say, of what was compared. */
  bytes: number;
  readonly problems: CacheProblem[];
  readonly large: LargeFile[];
}

/** From here on a file is a job of its own. */
const largeBytes = 8 * 1024 * 1024;

/** Does a job without letting anything else run: whoever has much to do gives it to threads. */
export function runVerifyJob(layout: CacheLayout, job: VerifyJob): VerifyFindings {
  const archives = "file" in job ? 0 : job.places.length;
  const findings: VerifyFindings = { archives, entries: 0, files: 0, bytes: 0, problems: [], large: [] };
  if ("file" in job) verifyLarge(job.file, findings);
  else for (const place of job.places) verifyPlace(layout, place, findings);
  return findings;
}

function verifyPlace(layout: CacheLayout, place: PointerPlace, findings: VerifyFindings): void {
  const { project, sha256, path } = place;
  const problem = (kind: CacheProblem["kind"]): void => void findings.problems.push({ kind, project, sha256 });
  const id = readPointer(path);
  if (id === undefined) return isNothingAt(path) ? undefined : problem("broken-pointer");
  const key = keyOf(layout, id);
  if (key === undefined && isNothingAt(layout.entry(id)))
    return isNothingAt(path) ? undefined : problem("dangling-pointer");
  if (key === undefined || key.project !== project || key.sha256 !== sha256) return problem("foreign-entry");
  const entry = openEntry(layout, id, sha256);
  if (entry === undefined) return problem("broken-manifest");
  findings.entries += 1;
  try {
    verifyFiles(place, entry, findings);
  } catch {
    problem("broken-manifest"); // its sections do not go together
  }
}

function verifyFiles(place: PointerPlace, { filesFolder, manifest }: StoreEntry, findings: VerifyFindings): void {
  const { project, sha256 } = place;
  const expected = filesOf(manifest);
  const found: CacheProblem[] = [];
  const large: LargeFile[] = [];
  let bytes = 0;
  for (const details of expected) {
    const at = `${filesFolder}/${details.path}`;
    if (details.sizeBytes >= largeBytes) {
      large.push({ place, at, details });
      continue;
    }
    bytes += details.sizeBytes;
    const kind = verifyFile(at, details);
    if (kind !== undefined) found.push({ kind, project, sha256, path: details.path });
  }
  const known = new Set(expected.map(({ path }) => path));
  if (isRealFolder(filesFolder))
    for (const path of filesBelow(filesFolder, ""))
      if (!known.has(path)) found.push({ kind: "extra-file", project, sha256, path });
  findings.problems.push(...found);
  findings.large.push(...large);
  findings.files += expected.length;
  findings.bytes += bytes;
}

function verifyLarge({ place: { project, sha256 }, at, details }: LargeFile, findings: VerifyFindings): void {
  findings.bytes += details.sizeBytes;
  try {
    const kind = verifyFile(at, details);
    if (kind !== undefined) findings.problems.push({ kind, project, sha256, path: details.path });
  } catch {
    findings.problems.push({ kind: "broken-manifest", project, sha256 }); // as of a small one
  }
}

/** Each thread has one, for all files. */
let sharedBuffer: Buffer | undefined;

function verifyFile(path: string, { sizeBytes, sha256 }: FileDetails): CacheProblem["kind"] | undefined {
  let opened: ReturnType<typeof openFile>;
  try {
    opened = openFile(path, { followsLinks: false });
  } catch (error) {
    if (error instanceof NotAFile || isMissing(error)) return "missing-file";
    throw error;
  }
  const { descriptor, stats } = opened;
  try {
    if (stats.size !== sizeBytes) return stats.size < sizeBytes ? "truncated-file" : "changed-file";
    return digestOf(descriptor, sizeBytes) === sha256 ? undefined : "changed-file";
  } finally {
    closeSync(descriptor);
  }
}

/** Of as many bytes as there were when it was opened. */
function digestOf(descriptor: number, sizeBytes: number): string {
  const buffer = (sharedBuffer ??= Buffer.allocUnsafeSlow(1024 * 1024));
  const first = readSync(descriptor, buffer, 0, Math.min(sizeBytes, buffer.length), 0);
  if (first === sizeBytes) return hash("sha256", buffer.subarray(0, first), "base64url");
  const all = createHash("sha256");
  for (let at = 0, read = first; read > 0; read = readSync(descriptor, buffer, 0, buffer.length, at)) {
    all.update(buffer.subarray(0, read));
    at += read;
  }
  return all.digest("base64url");
}

/** A link to a folder is a file here, and one too many. */
function* filesBelow(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(folder === "" ? root : `${root}/${folder}`, { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else yield path;
  }
}
