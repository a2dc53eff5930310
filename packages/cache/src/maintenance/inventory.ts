import { namesIn } from "@murre/files";
import { lstatSync } from "node:fs";
import { DOCUMENT_FOLDERS, type CacheLayout } from "../folder/layout.ts";
import { ARCHIVE_MARK, type Manifest } from "../entry/manifest.ts";
import { readPointer } from "../entry/pointer.ts";
import { openEntry } from "../entry/store-entry.ts";
import { isMissing } from "../folder/fs-errors.ts";

/** A pointer that stands in `archives/`. */
export interface PointerPlace {
  readonly project: string;
  readonly sha256: string;
  readonly path: string;
}

/** All pointers, or those of some projects. */
export function* pointers(
  layout: CacheLayout,
  projects: readonly string[] = namesIn(layout.archives),
): Generator<PointerPlace> {
  for (const project of projects)
    for (const sha256 of namesIn(`${layout.archives}/${project}`))
      yield { project, sha256, path: layout.pointer(project, sha256) };
}

/** One archive in the cache. */
export interface ListedEntry {
  readonly project: string;
  /** `sources`: an archive of sources, kept as it is. */
  readonly kind: "wheel" | "sources";
  /** Of sources: what their filename says, empty where it says none. */
  readonly version: string;
  /** Of sources: the archive's own name. */
  readonly filename?: string;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  readonly files: number;
  /** As unpacked. */
  readonly bytes: number;
  /** ISO 8601; as precise as a day. */
  readonly lastUse: string;
}

/** What the cache holds for whom, by project and version. Nothing is checked; see verify. */
export function listEntries(layout: CacheLayout): ListedEntry[] {
  const listed: ListedEntry[] = [];
  for (const { project, sha256, path } of pointers(layout)) {
    const id = readPointer(path);
    const entry = id === undefined ? undefined : openEntry(layout, id, sha256);
    const lastUse = lastUseOf(path);
    if (entry === undefined || lastUse === undefined) continue;
    const { fileCount: files, apart, totalBytes: bytes } = entry.manifest.head;
    const what = describe(entry.manifest);
    listed.push({ project, ...what, sha256, files: files + apart.length, bytes, lastUse: lastUse.toISOString() });
  }
  return listed.toSorted((a, b) => compare(a.project, b.project) || compare(a.version, b.version));
}

function describe({ head, names }: Manifest): Pick<ListedEntry, "kind" | "version" | "filename"> {
  if (head.distInfo !== ARCHIVE_MARK) return { kind: "wheel", version: head.version };
  // Earlier versions of murre wrote "0" for all sources.
  return { kind: "sources", version: head.version === "0" ? "" : head.version, filename: names[0] ?? "" };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** When an archive was last used: its pointer's mtime. Undefined when it is gone. */
export function lastUseOf(pointer: string): Date | undefined {
  return lstatSync(pointer, { throwIfNoEntry: false })?.mtime;
}

export interface CacheSize {
  /** Published archives. */
  readonly entries: number;
  readonly files: number;
  /** Of all files in the cache's folder, as their sizes say. */
  readonly bytes: number;
  /** Of those files that no environment links: what removing the cache would free. */
  readonly unsharedBytes: number;
  /** Of `bytes`: in entries of the store, in documents (pages, metadata, …), and in everything else (interrupted, temporary, on its way out). */
  readonly parts: { readonly store: number; readonly documents: number; readonly rest: number };
}

/** Walks the whole folder, so it takes a while on a large cache; it holds nothing up. */
export function measureCache(layout: CacheLayout): CacheSize {
  const total = { files: 0, bytes: 0, unsharedBytes: 0 };
  const parts = { store: 0, documents: 0, rest: 0 };
  for (const name of namesIn(layout.root)) {
    const before = total.bytes;
    walk(`${layout.root}/${name}`, name === "store", total);
    const isDocument = (DOCUMENT_FOLDERS as readonly string[]).includes(name);
    // A pointer, a record, a snapshot are links of one small file each: they are counted with what they name, if at all.
    parts[name === "store" ? "store" : isDocument ? "documents" : "rest"] += total.bytes - before;
  }
  return { entries: [...pointers(layout)].length, ...total, parts };
}

function walk(path: string, isStore: boolean, total: { files: number; bytes: number; unsharedBytes: number }): void {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) {
      for (const name of namesIn(path)) walk(`${path}/${name}`, isStore, total);
      return;
    }
    // The other links of a pointer's inode lie in the cache itself, and the token is the one that is counted.
    if (!isStore && stat.nlink > 1) return;
    total.files += 1;
    total.bytes += stat.size;
    if (stat.nlink === 1) total.unsharedBytes += stat.size;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
