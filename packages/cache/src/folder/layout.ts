import { sha256Hex } from "@murre/files";
import { join } from "node:path";

/**
 * The layout of the cache on disk, described here and nowhere else. A version of murre with
 * another layout uses another folder beside this one, so a name here can be changed only together with the folder's.
 *
 * ```
 * <cache>/v1/
 *   store/<id>/pkg/                the files of one unpacked archive, as they stand in it
 *   store/<id>/manifest            what it holds (manifest.ts); written before the entry has this name
 *   store/<id>/key                 "<project>/<sha256>\n", the pointer that may name it
 *   store/<id>/ptr                 the token, "<id>\n": whoever links it to the pointer's name publishes the entry
 *   archives/<project>/<sha256>    the pointer: a hard link to the token of the entry
 *   files/<sha256 of URL>          what a URL without a known hash held (remembered-file.ts)
 *   metadata/ built/ index/ interpreters/ git/ resolutions/ servers/ provenance/    whole documents (documents.ts)
 *   repositories/<key>/            copies that are added to (kept-folder.ts)
 *   partial/ tmp/ trash/ leases/ heartbeats/ sockets/ condemned/ snapshots/ locks/ hints/
 * ```
 *
 * An id is `<first 32 hex digits of the sha256>.<lease>.<n>`: never used twice, and it tells whose entry it is.
 */
export const CACHE_LAYOUT = "v1";

/** Paths inside one cache folder. All are absolute; none is created here. */
export interface CacheLayout {
  readonly root: string;
  readonly store: string;
  readonly temporary: string;
  readonly trash: string;
  readonly condemned: string;
  readonly snapshots: string;
  readonly leases: string;
  readonly archives: string;
  readonly partial: string;
  readonly repositories: string;
  entry(id: string): string;
  pointer(project: string, sha256: string): string;
  document(segments: readonly string[]): string;
}

/** @param cacheFolder what the user calls the cache; the layout's own folder lies inside it. */
export function cacheLayout(cacheFolder: string): CacheLayout {
  const root = join(cacheFolder, CACHE_LAYOUT);
  const store = join(root, "store");
  return {
    root,
    store,
    temporary: join(root, "tmp"),
    trash: join(root, "trash"),
    condemned: join(root, "condemned"),
    snapshots: join(root, "snapshots"),
    leases: join(root, "leases"),
    archives: join(root, "archives"),
    partial: join(root, "partial"),
    repositories: join(root, "repositories"),
    entry: (id) => `${store}/${id}`,
    pointer: (project, sha256) => `${root}/archives/${project}/${sha256}`,
    document: (segments) => [root, ...segments].join("/"),
  };
}

/** The first 32 hex digits of the archive's sha256, the lease that filled the entry, and a number fresh to that lease. */
export function entryId(sha256: string, leaseName: string, n: number): string {
  return `${sha256.slice(0, 32)}.${leaseName}.${n}`;
}

/** Whose entry this is: the lease in an id `<32 hex>.<lease>.<n>`; undefined for a name that is no id. */
export function leaseOfEntry(id: string): string | undefined {
  return /^[0-9a-f]{32}\.([^.]+)\.\d+$/.exec(id)?.[1];
}

/** Whose temporary this is: the lease in `<lease>-<n>`. A name of another form is no living lease's. */
export function leaseOfTemporary(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("-")));
}

/** Whose interrupted download this is: the lease in `<url key>.<lease>`. */
export function leaseOfPartial(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

/** An entry's key file, "<project>/<sha256>\n"; undefined when it is damaged, so that no foreign text becomes a path. */
export function parseKey(text: string): { readonly project: string; readonly sha256: string } | undefined {
  const match = /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\/([0-9a-f]{64})\n$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { project: match[1], sha256: match[2] };
}

/** Folders of whole documents: each can be fetched or computed again, so that removing one is always safe. */
export const DOCUMENT_FOLDERS = [
  "files",
  "metadata",
  "built",
  "index",
  "interpreters",
  "git",
  "resolutions",
  "servers",
  "provenance",
] as const;

/** All folders of the layout. Who can write to the cache could have replaced one by a link. */
export const LAYOUT_FOLDERS = [
  "store",
  "archives",
  ...DOCUMENT_FOLDERS,
  "repositories",
  "partial",
  "tmp",
  "trash",
  "leases",
  "heartbeats",
  "sockets",
  "condemned",
  "snapshots",
  "locks",
  "hints",
] as const;

/** A short name for a key that may hold any character, such as a URL. */
export function hashedName(key: string): string {
  return sha256Hex(key);
}
