export { distrust } from "./trust.ts";
export { defaultCacheFolder, type CacheFolderContext } from "./cache-folder.ts";
export { CACHE_LAYOUT, cacheLayout, hashedName, type CacheLayout } from "./layout.ts";
export { beginCacheOperation } from "./operation.ts";
export type { CacheOperation, CacheOptions, EntryMaker, EntryRequest } from "./cache-operation.ts";
export type { Turn } from "./turns.ts";
export type { FillEntry } from "./publish.ts";
export type { StoreEntry } from "./store-entry.ts";
export { maintainCache, type CacheMaintenance, type VerifyAndRepairReport } from "./maintenance.ts";
export type { CleanReport, PruneOptions } from "./clean.ts";
export type { CacheSize, ListedEntry } from "./inventory.ts";
export type { CacheProblem } from "./verify.ts";
export type { PartialDownload } from "./partial.ts";
export type { DocumentRequest, Documents } from "./documents.ts";
export {
  decodeManifest,
  encodeManifest,
  type FileDetails,
  type Manifest,
  type ManifestDirectory,
  type ManifestHead,
  ARCHIVE_MARK,
} from "./manifest.ts";
export { fileValidators, rememberFileHash, rememberedFileHash } from "./remembered-file.ts";
export { CacheUnusable, CacheWriteFailed, InvalidManifest } from "./errors.ts";
