import { lstatSync } from "node:fs";
import { errorCode, isRealFolder, namesIn } from "@murre/files";
import { normalizeName } from "@murre/pep508";
import { condemn } from "../reclaim/condemn.ts";
import { CacheWriteFailed } from "../errors.ts";
import { isMissing } from "../folder/fs-errors.ts";
import { lastUseOf, pointers, type PointerPlace } from "./inventory.ts";
import { readCopy } from "../documents/read-document.ts";
import { DOCUMENT_FOLDERS, type CacheLayout } from "../folder/layout.ts";
import { readPointer } from "../entry/pointer.ts";
import { bytesOf } from "../entry/manifest.ts";
import { openEntry } from "../entry/store-entry.ts";
import { measureEntries, removeEmptyFolders, sweep } from "../reclaim/sweep.ts";
import { discard, nothing, type Amount } from "../reclaim/trash.ts";

/** What cleaning did. None of it waited for anybody. */
export interface CleanReport {
  /** Archives that are no longer found. */
  readonly archives: number;
  /** Index pages, metadata and other documents that were removed. */
  readonly documents: number;
  /** What is free now. Files that an environment links are removed here and free nothing: their bytes are that environment's. */
  readonly freed: Readonly<Amount>;
  /** What will be free when the last operation ends that may be using it. */
  readonly pending: Readonly<Amount>;
}

/** Empties the cache. Running operations keep what they have looked up until they end. @throws {CacheWriteFailed} */
export function cleanAll(layout: CacheLayout): Promise<CleanReport> {
  return cleaning(layout, () => {
    const freed = nothing();
    let documents = 0;
    for (const folder of DOCUMENT_FOLDERS) {
      const before = freed.files;
      discard(layout, `${layout.root}/${folder}`, freed);
      documents += freed.files - before;
    }
    discard(layout, layout.repositories, freed);
    return { archives: condemnAll(layout, [...pointers(layout)]), documents, freed, withPartials: true };
  });
}

/** Removes wheels, built wheels, metadata and index pages of these projects, and nothing else. @throws {CacheWriteFailed} */
export function cleanProjects(layout: CacheLayout, names: readonly string[]): Promise<CleanReport> {
  const projects = [...new Set(names.map(normalizeName))];
  return cleaning(layout, () => {
    const freed = nothing();
    const indexes = namesIn(`${layout.root}/index`).map((index) => `${layout.root}/index/${index}`);
    const pages = indexes.filter(isRealFolder).flatMap((index) => projects.map((project) => `${index}/${project}`));
    const folders = projects.flatMap((project) => [
      `${layout.root}/metadata/${project}.needs`,
      `${layout.root}/provenance/${project}`,
      `${layout.root}/built/${project}`,
    ]);
    for (const path of [...pages, ...folders]) discard(layout, path, freed);
    return {
      archives: condemnAll(layout, [...pointers(layout, projects)]),
      documents: freed.files,
      freed,
      withPartials: false,
    };
  });
}

export interface PruneOptions {
  /** Removes what was last used longer ago than this many milliseconds. */
  readonly olderThanMs?: number;
  /** Removes the archives that were not used for longest, until the others have at most this many bytes, unpacked. */
  readonly maxBytes?: number;
  /** Removes what can be fetched again, and leaves the wheels that were built here: for a cache that is kept from one run of a CI to the next. */
  readonly keepsOnlyBuilt?: boolean;
}

/** Removes what nobody can reach, what the dead left behind, and, where asked, what was not used for long. @throws {CacheWriteFailed} */
export function prune(layout: CacheLayout, options: PruneOptions = {}): Promise<CleanReport> {
  return cleaning(layout, () => {
    const freed = nothing();
    const chosen = options.keepsOnlyBuilt === true ? chooseFetched(layout) : chooseByUse(layout, options);
    if (options.olderThanMs !== undefined) removeOldDocuments(layout, Date.now() - options.olderThanMs, freed);
    const documents = freed.files;
    if (options.olderThanMs !== undefined) removeOldRepositories(layout, Date.now() - options.olderThanMs, freed);
    return { archives: condemnAll(layout, chosen), documents, freed, withPartials: true };
  });
}

/** All archives but the wheels that a note in `built/` names. */
function chooseFetched(layout: CacheLayout): PointerPlace[] {
  const built = new Set<string>();
  const root = `${layout.root}/built`;
  for (const project of namesIn(root))
    for (const name of namesIn(`${root}/${project}`)) {
      const note = readCopy(layout, ["built", project, name])?.toString("utf8") ?? "";
      const sha256 = /"sha256":"([0-9a-f]{64})"/.exec(note)?.[1];
      if (sha256 !== undefined) built.add(sha256);
    }
  return [...pointers(layout)].filter(({ sha256 }) => !built.has(sha256));
}

/** The archives that are too old, and the least recently used ones above the size. */
function chooseByUse(layout: CacheLayout, { olderThanMs, maxBytes }: PruneOptions) {
  if (olderThanMs === undefined && maxBytes === undefined) return [];
  const oldest = olderThanMs === undefined ? 0 : Date.now() - olderThanMs;
  const used = [...pointers(layout)]
    .map((place) => ({ ...place, usedMs: lastUseOf(place.path)?.getTime() ?? 0 }))
    .toSorted((a, b) => b.usedMs - a.usedMs);
  let room = maxBytes ?? Infinity;
  return used.filter((place) => {
    if (place.usedMs < oldest) return true;
    if (room < 0 || room === Infinity) return room < 0;
    const id = readPointer(place.path);
    const entry = id === undefined ? undefined : openEntry(layout, id, place.sha256);
    room -= entry === undefined ? 0 : bytesOf(entry.manifest);
    return room < 0;
  });
}

function removeOldDocuments(layout: CacheLayout, oldestMs: number, freed: Amount): void {
  const visit = (path: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) for (const name of namesIn(path)) visit(`${path}/${name}`);
    else if (stat !== undefined && stat.mtimeMs < oldestMs) discard(layout, path, freed);
  };
  for (const folder of DOCUMENT_FOLDERS) visit(`${layout.root}/${folder}`);
}

/** Whole ones: nobody works in them where they lie. */
function removeOldRepositories(layout: CacheLayout, oldestMs: number, freed: Amount): void {
  for (const name of namesIn(layout.repositories)) {
    const path = `${layout.repositories}/${name}`;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && stat.mtimeMs < oldestMs) discard(layout, path, freed);
  }
}

/** One listing of the leases serves all of them: cleaning 100,000 archives does not read it 100,000 times. */
function condemnAll(
  layout: CacheLayout,
  chosen: readonly { readonly project: string; readonly path: string }[],
): number {
  const count = condemn(
    layout,
    chosen.map(({ path }) => path),
  );
  removeEmptyFolders([...new Set(chosen.map(({ project }) => `${layout.archives}/${project}`))]);
  return count;
}

interface Cleaned {
  readonly archives: number;
  readonly documents: number;
  readonly freed: Amount;
  readonly withPartials: boolean;
}

async function cleaning(layout: CacheLayout, clean: () => Cleaned): Promise<CleanReport> {
  // One that is not there is empty, and is not made for that.
  if (!isRealFolder(layout.root)) return { archives: 0, documents: 0, freed: nothing(), pending: nothing() };
  try {
    const { freed, withPartials, ...counts } = clean();
    const swept = await sweep(layout, withPartials);
    freed.entries += swept.freed.entries;
    freed.files += swept.freed.files;
    freed.bytes += swept.freed.bytes;
    return { ...counts, freed, pending: measureEntries(layout, swept.pending) };
  } catch (error) {
    if (isMissing(error)) return { archives: 0, documents: 0, freed: nothing(), pending: nothing() };
    throw new CacheWriteFailed(layout.root, errorCode(error) ?? String(error), { cause: error });
  }
}
