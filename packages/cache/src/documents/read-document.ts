import { readSmallFile } from "@murre/files";
import { cacheLayout } from "../folder/layout.ts";
import { distrust } from "../folder/trust.ts";

/**
 * A whole document of a cache, for who needs nothing else of it. That takes no lease: a document is there whole or not at all, and nobody may
 * rely on its staying.
 * @returns undefined where there is none, or the cache is not to be trusted
 */
export function readDocument(cacheFolder: string, ...segments: string[]): Buffer | undefined {
  if (distrust(cacheFolder) !== undefined) return undefined;
  try {
    return readSmallFile(cacheLayout(cacheFolder).document(segments), { followsLinks: false });
  } catch {
    return undefined;
  }
}
