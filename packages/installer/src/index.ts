export type { BuildOptions, BuildProjectOptions, ChangeOptions } from "./api/operations.ts";
export type { CollectOptions, CompileOptions, IndexOptions } from "./api/operations.ts";
export type { InstallManyOptions, InstallOptions, LockOptions } from "./api/operations.ts";
export type { OperationContext, ProjectSelectionOptions, PythonOptions } from "./api/operations.ts";
export type { ResolutionOptions, SelectionOptions, SyncOptions } from "./api/operations.ts";
export type { SyncProjectOptions, UninstallOptions, VenvOptions } from "./api/operations.ts";
export type { Operations } from "./api/all-operations.ts";
export type { ResolvedNode, ResolveOptions, ResolveReport } from "./api/resolution.ts";
export type {
  CacheOperations,
  CacheProblem,
  CacheSize,
  CleanReport,
  ListedEntry,
  PruneOptions,
  VerifyAndRepairReport,
} from "./api/cache-operations.ts";
export type { InstallerEvent, OnEvent, WarningCode } from "./api/events.ts";
export type {
  BuildReport,
  ChangeReport,
  CheckProblem,
  CheckReport,
  CollectReport,
  CompiledPin,
  CompileReport,
  InstalledPin,
  InstalledReport,
  InstallManyReport,
  LockReport,
  ManyFailure,
  Pin,
  RecoverReport,
  ShownDistribution,
  ShowReport,
  SyncProjectReport,
  VenvReport,
} from "./api/reports.ts";
export type { CheckOptions, FreshnessOptions, ListOptions, ShowOptions } from "./api/inspection-options.ts";
export type { DescribeOptions, HashOptions, IndexVersionsOptions } from "./api/inspection-options.ts";
export type { FindPythonOptions, ListPythonsOptions, PinPythonOptions } from "./api/inspection-options.ts";
export type { InspectOptions, RecoverOptions, TreeOptions } from "./api/inspection-options.ts";
export type { ConfigurationReport, DescribeReport, HashReport } from "./api/inspection-reports.ts";
export type { IndexVersionsReport, InspectedDistribution, InspectReport } from "./api/inspection-reports.ts";
export type { FindPythonReport, ListedPython, ListPythonsReport } from "./api/inspection-reports.ts";
export type { PinPythonReport } from "./api/inspection-reports.ts";
export type { TreeDistribution, TreeReport } from "./api/inspection-reports.ts";
export type { InstallationReport, ReportedInstallation } from "./api/report-format.ts";
export { configuredOptions, createInstaller } from "./create-installer.ts";
export type { ConfiguredOption, ConfiguredRequest } from "./configured/configured-options.ts";
export { checkOptions, optionKinds, type OptionKind, type OptionRules, type OptionTable } from "./api/check-options.ts";
export type { InstallerSettings } from "./api/settings.ts";
export { BuildOptionInvalid, BuildRequirementsUnmet, CannotBuild, ConflictingRequirements } from "./errors.ts";
export {
  ExternallyManaged,
  FileSystemRefused,
  HashNotAccepted,
  HashRequired,
  UserSiteInvisible,
  VirtualenvRequired,
} from "./errors.ts";
export { InvalidOption, MetadataRefuted, NoMatchingVersion, NoSolution, NothingRequired } from "./errors.ts";
export { NoUsableFile, OperationsClosed, PathNotFound, ResolutionOptionInvalid, SeveralProblems } from "./errors.ts";
export { UnsupportedRequirement, UnusableProjectSource, UnusableUrl } from "./errors.ts";
export { DynamicRequirements, InvalidWorkspace, NoProject, OutdatedLock, PinRefused, UnknownExtra } from "./errors.ts";
export { InstallerError, type InstallerErrorCode } from "./errors.ts";
