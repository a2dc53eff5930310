export { defaultCacheFolder, type CacheFolderContext } from "./cache-folder.ts";
export { CACHE_LAYOUT, cacheLayout, hashedName, type CacheLayout } from "./layout.ts";
export { beginCacheOperation, type CacheOperation, type FillEntry, type StoreEntry } from "./operation.ts";
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
