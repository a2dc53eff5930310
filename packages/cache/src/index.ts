export { defaultCacheFolder, type CacheFolderContext } from "./cache-folder.ts";
export { CACHE_LAYOUT, cacheLayout, hashedName, type CacheLayout } from "./layout.ts";
export {
  beginCacheOperation,
  type CacheOperation,
  type CacheOptions,
  type EntryMaker,
  type EntryRequest,
} from "./operation.ts";
export type { FillEntry } from "./publish.ts";
export { isWhole, type StoreEntry } from "./store-entry.ts";
export type { PartialDownload } from "./partial.ts";
export type { Documents } from "./documents.ts";
export {
  decodeManifest,
  encodeManifest,
  type FileDetails,
  type Manifest,
  type ManifestDirectory,
  type ManifestHead,
} from "./manifest.ts";
export { fileValidators, rememberFileHash, rememberedFileHash } from "./remembered-file.ts";
export { CacheUnusable, CacheWriteFailed, InvalidManifest } from "./errors.ts";
