import { namesIn } from "@murre/files";
import { lstatSync } from "node:fs";
import { DOCUMENT_FOLDERS, type CacheLayout } from "../folder/layout.ts";
import { readPointer } from "../entry/pointer.ts";
import { bytesOf } from "../entry/manifest.ts";
import { openEntry, type StoreEntry } from "../entry/store-entry.ts";
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

/** One entry of the cache. */
export interface ListedEntry {
  readonly project: string;
  /** `archive`: an archive of sources, kept as it is. */
  readonly kind: "wheel" | "archive";
  /** Of an archive: what its filename says; absent where it says none. */
  readonly version?: string;
  /** Of an archive: its own name. */
  readonly filename?: string;
  /** Of the wheel's or the sources' archive, hexadecimal. */
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
    listed.push({ project, ...describe(entry), sha256, lastUse: lastUse.toISOString() });
  }
  return listed.toSorted(
    (a, b) => compareTexts(a.project, b.project) || compareTexts(a.version ?? "", b.version ?? ""),
  );
}

function describe({ manifest }: StoreEntry): Omit<ListedEntry, "project" | "sha256" | "lastUse"> {
  if (manifest.kind === "archive") {
    const { kind, version, filename } = manifest;
    return { kind, ...(version === undefined ? {} : { version }), filename, files: 1, bytes: bytesOf(manifest) };
  }
  const { version, fileCount, apart } = manifest.head;
  return { kind: manifest.kind, version, files: fileCount + apart.length, bytes: bytesOf(manifest) };
}

/** By their characters, in any locale. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
