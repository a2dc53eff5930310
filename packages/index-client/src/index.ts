export { createIndexClient, type IndexClient, type IndexClientOptions, type NetworkSettings } from "./client.ts";
export { parseUrl, pathOfFileUrl, urlProblem } from "./file-url.ts";
export { DEFAULT_INDEX_URL } from "./default-index.ts";
export { indexKey, parseIndexLocation, withoutCredentials, type LocationContext } from "./index-location.ts";
export { loadPipConfiguration, type PipConfiguration, type Setting } from "./pip-configuration.ts";
export { pipConfigPlaces, type PipConfigContext, type PipConfigPlace } from "./pip-config-files.ts";
export { mergePipIndexOptions, pipIndexLocations, type PipIndexOptions } from "./pip-index-options.ts";
export { allowsFormat, applyFormatControl, type FormatControl } from "./format-control.ts";
export { rememberOwnMetadata, type ToldMetadata } from "./metadata.ts";
export { readHttpValidators } from "./http-validators.ts";
export type { Downloadable, Downloaded, DownloadOptions } from "./download.ts";
export type { HttpValidators } from "./http-validators.ts";
export type {
  DistributionFile,
  IndexEvent,
  IndexLocation,
  IndexStrategy,
  PageRelease,
  ProjectFiles,
  ProjectPage,
  Refresh,
  SkippedFile,
  TransferCounts,
} from "./types.ts";
export {
  DamagedPage,
  DownloadInterrupted,
  DownloadNotWritten,
  HashMismatch,
  HttpStatusError,
  IndexUnreachable,
  InvalidIndexLocation,
  InvalidIndexPage,
  InvalidPipConfiguration,
  InvalidTransportSettings,
  OfflineMiss,
  ProjectNotFound,
} from "./errors.ts";
