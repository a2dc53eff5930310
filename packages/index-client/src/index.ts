export { createIndexClient, type IndexClient, type IndexClientOptions, type NetworkSettings } from "./client.ts";
export type { KeyringProvider } from "./credentials/keyring.ts";
export { loadConnections } from "./connections/dispatchers.ts";
export { parseUrl, pathOfFileUrl, urlProblem } from "./location/file-url.ts";
export { DEFAULT_INDEX_URL } from "./location/default-index.ts";
export { indexKey, parseIndexLocation, withoutCredentials, type LocationContext } from "./location/index-location.ts";
export {
  loadPipConfiguration,
  readOtherPipOptions,
  type PipConfiguration,
  type PipOption,
  type Setting,
} from "./pip/pip-configuration.ts";
export { pipConfigPlaces, type PipConfigContext, type PipConfigPlace } from "./pip/pip-config-files.ts";
export { mergePipIndexOptions, pipIndexLocations, type PipIndexOptions } from "./pip/pip-index-options.ts";
export { allowsFormat, applyFormatControl, type FormatControl } from "./pip/format-control.ts";
export type { PublisherIdentity, PublisherValue } from "./provenance/parse-provenance.ts";
export { readKnownPublishers } from "./provenance/read-publishers.ts";
export { rememberOwnMetadata, type ToldMetadata } from "./metadata/metadata.ts";
export type { Witnessed } from "./answers/witness.ts";
export { readWitnessed, stillHolds } from "./metadata/still-holds.ts";
export { readHttpValidators } from "./http/http-validators.ts";
export type { Downloadable, Downloaded, DownloadOptions } from "./http/download.ts";
export type { HttpValidators } from "./http/http-validators.ts";
export type {
  DistributionFile,
  IndexEvent,
  IndexLocation,
  IndexStrategy,
  PageRelease,
  ProjectFiles,
  ProjectPage,
  ProjectRelations,
  Refresh,
  SkippedFile,
  TransferCounts,
} from "./location/types.ts";
export {
  DamagedPage,
  DownloadInterrupted,
  DownloadNotWritten,
  DownloadTooLong,
  HashMismatch,
  HttpStatusError,
  IndexError,
  IndexUnreachable,
  InvalidIndexLocation,
  InvalidIndexPage,
  InvalidPipConfiguration,
  InvalidProvenance,
  InvalidTransportSettings,
  OfflineMiss,
  ProjectNotFound,
  type IndexErrorCode,
} from "./errors.ts";
