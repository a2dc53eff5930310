export type {
  BuildOptions,
  BuildProjectOptions,
  ChangeOptions,
  CollectOptions,
  IndexOptions,
  InstallManyOptions,
  InstallOptions,
  CheckOptions,
  ListOptions,
  OperationContext,
  Operations,
  PythonOptions,
  ShowOptions,
  SyncOptions,
  UninstallOptions,
  VenvOptions,
} from "./operations.ts";
export type {
  CacheOperations,
  CacheProblem,
  CacheSize,
  CleanReport,
  ListedEntry,
  PruneOptions,
  VerifyAndRepairReport,
} from "./cache-operations.ts";
export type { InstallerEvent, OnEvent } from "./events.ts";
export type {
  BuildReport,
  ChangeReport,
  CheckProblem,
  CheckReport,
  CollectReport,
  InstalledPin,
  InstalledReport,
  InstallManyReport,
  ManyFailure,
  Pin,
  RecoverReport,
  ShownDistribution,
  ShowReport,
  VenvReport,
} from "./reports.ts";
export { createInstaller } from "./create-installer.ts";
export { checkOptions, optionKinds, type OptionKind, type OptionRules, type OptionTable } from "./check-options.ts";
export type { InstallerSettings } from "./settings.ts";
export {
  BuildOptionInvalid,
  BuildRequirementsUnmet,
  CannotBuild,
  ConflictingRequirements,
  ExternallyManaged,
  HashRequired,
  InvalidOption,
  NoMatchingVersion,
  NoSolution,
  NothingRequired,
  NoUsableWheel,
  SeveralProblems,
  UnsupportedRequirement,
  WheelNotFound,
} from "./errors.ts";
