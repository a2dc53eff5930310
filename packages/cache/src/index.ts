export { distrust } from "./folder/trust.ts";
export { chosenCacheFolder, defaultCacheFolder, type CacheFolderContext } from "./folder/cache-folder.ts";
export { CACHE_LAYOUT, cacheLayout, hashedName, type CacheLayout } from "./folder/layout.ts";
export { beginCacheOperation } from "./operation/operation.ts";
export type { CacheOperation, CacheOptions, EntryMaker, EntryRequest } from "./operation/cache-operation.ts";
export type { Turn } from "./operation/turns.ts";
export type { FillEntry } from "./operation/publish.ts";
export type { ArchiveEntry, EntryOf, StoreEntry, WheelEntry } from "./entry/store-entry.ts";
export { maintainCache, type CacheMaintenance, type VerifyAndRepairReport } from "./maintenance/maintenance.ts";
export type { CleanReport, PruneOptions } from "./maintenance/clean.ts";
export type { CacheSize, ListedEntry } from "./maintenance/inventory.ts";
export type { CacheProblem } from "./maintenance/verify-entry.ts";
export type { VerifyProgress } from "./maintenance/verify.ts";
export type { PartialDownload, PartialRequest, ReadValidators } from "./operation/partial.ts";
export type { DocumentData, DocumentRequest, Documents } from "./documents/documents.ts";
export { readDocument, type OpenDocument } from "./documents/read-document.ts";
export {
  decodeManifest,
  decodeWheelManifest,
  encodeManifest,
  readWheelManifest,
  type EntryContents,
  type Manifest,
} from "./entry/manifest.ts";
export type { ManifestDirectory, WheelContents, WheelManifest } from "./entry/wheel-manifest.ts";
export type { ArchiveManifest } from "./entry/archive-manifest.ts";
export type { FileDetails, ManifestHead } from "./entry/manifest-head.ts";
export { fileValidators, rememberFileHash, rememberedFileHash } from "./documents/remembered-file.ts";
export {
  CacheError,
  CacheUnusable,
  CacheWriteFailed,
  InvalidManifest,
  type CacheErrorCode,
  type CacheWarningCode,
} from "./errors.ts";
