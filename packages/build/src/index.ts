export { createBuilder, type Builder, type BuildEvent, type BuildServices, type BuildSettings } from "./builder.ts";
export type { BuildSource } from "./builder.ts";
export type { BuildEnvironment, BuildEnvironments } from "./build-environment.ts";
export { buildTree, type BuiltDistributions, type TreeBuild } from "./build-tree.ts";
export { openBackend, type Backend, type BackendOptions, type ConfigSettings } from "./backend.ts";
export { unpackSdist } from "./unpack-sdist.ts";
export { defaultSdistLimits, type SdistLimits } from "./sdist-limits.ts";
export { openBuildLog, type BuildLog } from "./build-log.ts";
export { readBuildSystem } from "./static-metadata.ts";
export {
  BuildCycle,
  BuildFailed,
  BuildMismatch,
  BuildTimeout,
  InvalidBackendAnswer,
  NoSourceTree,
  SdistTooLarge,
  SharedBuildFailure,
  SourceChanging,
  UnreadableSdist,
  UnsafeSdist,
  type FailedBuild,
} from "./errors.ts";
