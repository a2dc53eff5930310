import { namesIn, streamFile } from "@murre/files";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { condemn } from "../reclaim/condemn.ts";
import { isMissing } from "../folder/fs-errors.ts";
import { pointers, type PointerPlace } from "./inventory.ts";
import type { CacheLayout } from "../folder/layout.ts";
import type { FileDetails } from "../entry/manifest-head.ts";
import { keyOf } from "../reclaim/orphan.ts";
import { readPointer } from "../entry/pointer.ts";
import { filesOf } from "../entry/manifest.ts";
import { openEntry, type StoreEntry } from "../entry/store-entry.ts";

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

export interface VerifyReport {
  readonly entries: number;
  readonly files: number;
  readonly problems: readonly CacheProblem[];
  /** Archives that were taken out of the cache, to be fetched again when they are needed. */
  readonly repaired: number;
}

/**
 * Hashes every file of every entry against its manifest. With `repair` a damaged archive is condemned like one that is cleaned: those who
 * use it keep it, and the next one fetches it again. An environment that links a changed file has the change, and is not touched.
 */
export async function verify(
  layout: CacheLayout,
  options: { readonly repair?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<VerifyReport> {
  const problems: CacheProblem[] = [];
  const damaged: string[] = [];
  const counts = { entries: 0, files: 0 };
  for (const place of pointers(layout)) {
    options.signal?.throwIfAborted();
    const found = await verifyPointer(layout, place, counts);
    problems.push(...found);
    if (found.length > 0) damaged.push(place.path);
  }
  const repaired = options.repair === true ? condemn(layout, damaged) : 0;
  return { ...counts, problems, repaired };
}

async function verifyPointer(
  layout: CacheLayout,
  { project, sha256, path }: PointerPlace,
  counts: { entries: number; files: number },
): Promise<CacheProblem[]> {
  const problem = (kind: CacheProblem["kind"]): CacheProblem[] => [{ kind, project, sha256 }];
  const id = readPointer(path);
  if (id === undefined) return isGone(path) ? [] : problem("broken-pointer");
  if (isGone(layout.entry(id))) return isGone(path) ? [] : problem("dangling-pointer");
  const key = keyOf(layout, id);
  if (key === undefined || key.project !== project || key.sha256 !== sha256) return problem("foreign-entry");
  const entry = openEntry(layout, id, sha256);
  if (entry === undefined) return problem("broken-manifest");
  counts.entries += 1;
  try {
    const found = await verifyFiles(entry);
    counts.files += found.files;
    return found.problems.map(({ kind, path: file }) => ({ kind, project, sha256, path: file }));
  } catch {
    return problem("broken-manifest"); // its sections do not go together
  }
}

async function verifyFiles({ filesFolder, manifest }: StoreEntry) {
  const problems: { kind: CacheProblem["kind"]; path: string }[] = [];
  const expected = filesOf(manifest);
  for (const file of expected) {
    const kind = await verifyFile(`${filesFolder}/${file.path}`, file);
    if (kind !== undefined) problems.push({ kind, path: file.path });
  }
  const known = new Set(expected.map(({ path }) => path));
  for (const path of filesBelow(filesFolder, "")) if (!known.has(path)) problems.push({ kind: "extra-file", path });
  return { files: expected.length, problems };
}

async function verifyFile(path: string, { sizeBytes, sha256 }: FileDetails): Promise<CacheProblem["kind"] | undefined> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return "missing-file";
  if (stat.size !== sizeBytes) return stat.size < sizeBytes ? "truncated-file" : "changed-file";
  const hash = createHash("sha256");
  await pipeline(streamFile(path, { followsLinks: false }), hash);
  return hash.digest("base64url") === sha256 ? undefined : "changed-file";
}

function* filesBelow(root: string, folder: string): Generator<string> {
  const at = folder === "" ? root : `${root}/${folder}`;
  if (namesIn(at).length === 0) return;
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else yield path;
  }
}

function isGone(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return isMissing(error);
  }
}
