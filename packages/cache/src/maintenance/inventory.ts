import { isRealFolder } from "@murre/files";
import { lstatSync, readdirSync, type Dirent } from "node:fs";
import { DOCUMENT_FOLDERS, type CacheLayout } from "../folder/layout.ts";
import { lookAtPointer } from "../entry/pointer.ts";
import { bytesOf, readWheelHead } from "../entry/manifest.ts";
import type { ManifestHead } from "../entry/manifest-head.ts";
import { openEntry } from "../entry/store-entry.ts";
import { isMissing, unlessMissing } from "../folder/fs-errors.ts";

/** A pointer that stands in `archives/`. */
export interface PointerPlace {
  readonly project: string;
  readonly sha256: string;
  readonly path: string;
}

/** All pointers, or those of some projects. */
export function* pointers(layout: CacheLayout, projects?: readonly string[]): Generator<PointerPlace> {
  const folderOf = (project: string) => `${layout.archives}/${project}`;
  // What was just listed as a folder is not looked at once more.
  const folders = projects?.filter((project) => isRealFolder(folderOf(project))) ?? foldersIn(layout.archives);
  for (const project of folders)
    for (const { name: sha256 } of entriesOf(folderOf(project)))
      yield { project, sha256, path: layout.pointer(project, sha256) };
}

function foldersIn(folder: string): string[] {
  if (!isRealFolder(folder)) return [];
  return entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** What is in a folder that was one a moment ago; nothing when it is gone. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
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
    const pointer = lookAtPointer(path);
    const entry = pointer?.id === undefined ? undefined : describe(layout, pointer.id, sha256);
    if (entry === undefined || pointer === undefined) continue;
    listed.push({ project, ...entry, sha256, lastUse: new Date(pointer.usedMs).toISOString() });
  }
  return listed.toSorted(
    (a, b) => compareTexts(a.project, b.project) || compareTexts(a.version ?? "", b.version ?? ""),
  );
}

/** Of a wheel what the first line of its manifest says. */
function describe(
  layout: CacheLayout,
  id: string,
  sha256: string,
): Omit<ListedEntry, "project" | "sha256" | "lastUse"> | undefined {
  const head = id.startsWith(sha256.slice(0, 32)) ? readWheelHead(`${layout.entry(id)}/manifest`) : undefined;
  if (head !== undefined) return describeHead(head);
  const entry = openEntry(layout, id, sha256);
  if (entry === undefined) return undefined;
  const { manifest } = entry;
  if (manifest.kind === "wheel") return describeHead(manifest.head);
  const { kind, version, filename } = manifest;
  return { kind, ...(version === undefined ? {} : { version }), filename, files: 1, bytes: bytesOf(manifest) };
}

function describeHead({ version, fileCount, apart, totalBytes }: ManifestHead) {
  return { kind: "wheel", version, files: fileCount + apart.length, bytes: totalBytes } as const;
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
  let entries = 0;
  for (const entry of isRealFolder(layout.root) ? entriesOf(layout.root) : []) {
    const { name } = entry;
    const before = total.bytes;
    walk(layout.root, [entry], name === "store", total, (depth, inFolder) => {
      // The pointers of a project.
      if (name === "archives" && depth === 2) entries += inFolder;
    });
    const isDocument = (DOCUMENT_FOLDERS as readonly string[]).includes(name);
    // A pointer, a record, a snapshot are links of one small file each: they are counted with what they name, if at all.
    parts[name === "store" ? "store" : isDocument ? "documents" : "rest"] += total.bytes - before;
  }
  return { entries, ...total, parts };
}

/** @param listed the entries of the folder. Of files alone more is asked than their folder's listing says. */
function walk(
  folder: string,
  listed: readonly Dirent[],
  isStore: boolean,
  total: { files: number; bytes: number; unsharedBytes: number },
  noteFolder: (depth: number, entries: number) => void,
  depth = 0,
): void {
  noteFolder(depth, listed.length);
  for (const entry of listed) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(path, entriesOf(path), isStore, total, noteFolder, depth + 1);
    else count(path, isStore, total);
  }
}

function count(path: string, isStore: boolean, total: { files: number; bytes: number; unsharedBytes: number }): void {
  const stat = unlessMissing(() => lstatSync(path, { throwIfNoEntry: false }));
  // The other links of a pointer's inode lie in the cache itself, and the token is the one that is counted.
  if (stat === undefined || (!isStore && stat.nlink > 1)) return;
  total.files += 1;
  total.bytes += stat.size;
  if (stat.nlink === 1) total.unsharedBytes += stat.size;
}
