import * as errors from "./errors.ts";

export { createMurre, type MurreSettings } from "./create-murre.ts";
export { version } from "./version.ts";
export { errors };
export { isMurreError, type ErrorCode, type MurreError } from "./error-code.ts";
export type {
  BuildOptions,
  BuildProjectOptions,
  BuildReport,
  CacheOperations,
  CacheProblem,
  CacheSize,
  ChangeOptions,
  ChangeReport,
  CheckOptions,
  CheckProblem,
  CheckReport,
  CleanReport,
  CollectOptions,
  CollectReport,
  CompiledPin,
  CompileOptions,
  CompileReport,
  IndexOptions,
  InstalledPin,
  InstalledReport,
  InstallerEvent,
  InstallManyOptions,
  InstallManyReport,
  InstallOptions,
  ListedEntry,
  ListOptions,
  LockOptions,
  LockReport,
  ManyFailure,
  OnEvent,
  OperationContext,
  Operations,
  Pin,
  ProjectSelectionOptions,
  PruneOptions,
  PythonOptions,
  RecoverReport,
  ResolutionOptions,
  ResolvedNode,
  ResolveOptions,
  ResolveReport,
  SelectionOptions,
  ShownDistribution,
  ShowOptions,
  ShowReport,
  SyncOptions,
  SyncProjectOptions,
  SyncProjectReport,
  UninstallOptions,
  VenvOptions,
  VenvReport,
  VerifyAndRepairReport,
  WarningCode,
} from "@murre/installer";
export type { ConfigurationReport, DescribeOptions, DescribeReport, FreshnessOptions } from "@murre/installer";
export type { HashOptions, HashReport, IndexVersionsOptions, IndexVersionsReport } from "@murre/installer";
export type { InspectedDistribution, InspectOptions, InspectReport, InstallationReport } from "@murre/installer";
export type { RecoverOptions, ReportedInstallation, TreeDistribution, TreeOptions } from "@murre/installer";
export type { FindPythonOptions, FindPythonReport, ListedPython, ListPythonsOptions } from "@murre/installer";
export type { ListPythonsReport, PinPythonOptions, PinPythonReport, TreeReport } from "@murre/installer";
export type { DirectUrl } from "@murre/python";
export type { MarkerEnvironment } from "@murre/pep508";
