import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * The layout of the cache on disk, described here and nowhere else. Names are dear to change: another version of
 * murre that knows another layout uses another folder beside this one.
 *
 * ```
 * <cache>/v1/
 *   store/<id>/pkg/                the files of one unpacked archive, as they stand in it
 *   store/<id>/manifest            what it holds (manifest.ts); written before the entry has this name
 *   store/<id>/key                 "<project>/<sha256>\n", the pointer that may name it
 *   store/<id>/ptr                 the token, "<id>\n": whoever links it to the pointer's name publishes the entry
 *   archives/<project>/<sha256>    the pointer: a hard link to the token of the entry
 *   files/<sha256 of URL>          what a URL without a known hash held (remembered-file.ts)
 *   metadata/ built/ index/ interpreters/ git/ resolutions/ servers/    whole documents (documents.ts)
 *   partial/ tmp/ trash/ leases/ heartbeats/ condemned/ snapshots/ locks/
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
    entry: (id) => `${store}/${id}`,
    pointer: (project, sha256) => `${root}/archives/${project}/${sha256}`,
    document: (segments) => [root, ...segments].join("/"),
  };
}

/** The first 32 hex digits of the archive's sha256, the lease that filled the entry, and a number fresh to that lease. */
export function entryId(sha256: string, leaseName: string, n: number): string {
  return `${sha256.slice(0, 32)}.${leaseName}.${n}`;
}

/** A short name for a key that may hold any character, such as a URL. */
export function hashedName(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
