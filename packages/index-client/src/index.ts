export { createIndexClient, type IndexClient, type IndexClientOptions, type NetworkSettings } from "./client.ts";
export { DEFAULT_INDEX_URL } from "./default-index.ts";
export { indexKey, parseIndexLocation, withoutCredentials, type LocationContext } from "./index-location.ts";
export { loadPipConfiguration, type PipConfiguration, type Setting } from "./pip-configuration.ts";
export { pipConfigPlaces, type PipConfigContext, type PipConfigPlace } from "./pip-config-files.ts";
export { mergePipIndexOptions, pipIndexLocations, type PipIndexOptions } from "./pip-index-options.ts";
export { allowsFormat, applyFormatControl, type FormatControl } from "./format-control.ts";
export { rememberOwnMetadata, type ToldMetadata } from "./metadata.ts";
export type { Downloadable, Downloaded, DownloadOptions, HttpValidators } from "./download.ts";
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
