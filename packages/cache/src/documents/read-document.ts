import { readSmallFile } from "@murre/files";
import { cacheLayout, type CacheLayout } from "../folder/layout.ts";
import { distrust } from "../folder/trust.ts";

/**
 * A whole document of a cache, for who needs nothing else of it. That takes no lease: a document is there whole or not at all, and nobody may
 * rely on its staying.
 * @returns undefined where there is none, or the cache is not to be trusted
 */
export function readDocument(cacheFolder: string, ...segments: string[]): Buffer | undefined {
  return distrust(cacheFolder) === undefined ? readCopy(cacheLayout(cacheFolder), segments) : undefined;
}

/** The document in one folder; undefined where it is not, or cannot be read. */
export function readCopy(layout: CacheLayout, segments: readonly string[], atMostBytes?: number): Buffer | undefined {
  try {
    const path = layout.document(segments);
    return readSmallFile(path, { followsLinks: false, ...(atMostBytes === undefined ? {} : { atMostBytes }) });
  } catch {
    return undefined;
  }
}
