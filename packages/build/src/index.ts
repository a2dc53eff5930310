export { createBuilder, type Builder } from "./builder/builder.ts";
export type { BuildEvent, BuildServices, BuildSettings, BuildSource, Checkout } from "./builder/build-services.ts";
export type { BuildEnvironment, BuildEnvironments } from "./backend/build-environment.ts";
export { buildTree, type BuiltDistributions, type TreeBuild } from "./builder/build-tree.ts";
export { openBackend, type Backend, type BackendOptions, type ConfigSettings } from "./backend/backend.ts";
export { unpackSdist } from "./sdist/unpack-sdist.ts";
export { defaultSdistLimits, type SdistLimits } from "./sdist/sdist-limits.ts";
export { openBuildLog, type BuildLog } from "./backend/build-log.ts";
export { readBuildSystem } from "./source/static-metadata.ts";
export {
  BuildCycle,
  BuildError,
  BuildFailed,
  BuildMismatch,
  BuildTimeout,
  EditableUnsupported,
  InvalidBackendAnswer,
  NoSourceTree,
  SdistTooLarge,
  SharedBuildFailure,
  SourceChanging,
  UnreadableSdist,
  UnsafeSdist,
  type BuildErrorCode,
  type FailedBuild,
} from "./errors.ts";
