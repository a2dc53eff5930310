/**
 * Every error that murre ends with: `error instanceof errors.NoSolution`, or by its permanent `code`. Programs that work with several copies
 * of murre compare the code. Types are of what errors carry.
 */
export {
  UnreadableSdist,
  UnsafeSdist,
  SdistTooLarge,
  NoSourceTree,
  SourceChanging,
  BuildFailed,
  BuildTimeout,
  SharedBuildFailure,
  InvalidBackendAnswer,
  BuildMismatch,
  BuildCycle,
  EditableUnsupported,
} from "@murre/build";
export { CacheUnusable, CacheWriteFailed, InvalidManifest } from "@murre/cache";
export { FileTooLarge, NotAFile, NoTemporaryFolder } from "@murre/files";
export {
  DamagedPage,
  IndexUnreachable,
  ProjectNotFound,
  HttpStatusError,
  DownloadTooLong,
  HashMismatch,
  DownloadInterrupted,
  DownloadNotWritten,
  InvalidIndexPage,
  InvalidProvenance,
  InvalidIndexLocation,
  OfflineMiss,
  InvalidPipConfiguration,
  InvalidTransportSettings,
} from "@murre/index-client";
export {
  NoMatchingVersion,
  NoUsableFile,
  ConflictingRequirements,
  UnsupportedRequirement,
  HashRequired,
  HashNotAccepted,
  NothingRequired,
  ExternallyManaged,
  SeveralProblems,
  NoSolution,
  BuildRequirementsUnmet,
  CannotBuild,
  BuildOptionInvalid,
  PathNotFound,
  InvalidOption,
  OperationsClosed,
  FileSystemRefused,
  MetadataRefuted,
  UnusableUrl,
  ResolutionOptionInvalid,
  UnknownExtra,
  DynamicRequirements,
  InvalidWorkspace,
  NoProject,
  OutdatedLock,
  PinRefused,
  UnusableProjectSource,
  UserSiteInvisible,
  VirtualenvRequired,
} from "@murre/installer";
export {
  UnownedFileInTheWay,
  FileAgainstDirectory,
  CaseCollision,
  ReservedPath,
  PathLeavesEnvironment,
  LinkFailed,
  ChangeInterrupted,
  UnreadableJournal,
  ForeignState,
  NoRecord,
} from "@murre/linker";
export {
  LeaseUnavailable,
  LeaseLost,
  LockUnavailable,
  LockLost,
  LockTimeout,
  FlightFailed,
  FlightUnsettled,
  DeadlockRisk,
} from "@murre/locking";
export { InvalidVersion, InvalidSpecifier } from "@murre/pep440";
export {
  InvalidRequirement,
  InvalidMarker,
  UndefinedComparison,
  UndefinedMarkerVariable,
  MarkerTooComplex,
} from "@murre/pep508";
export { InvalidTag, InvalidWheelFilename, InvalidSdistFilename } from "@murre/platform-tags";
export {
  NoInterpreter,
  InvalidPythonRequest,
  InterpreterFailed,
  BrokenEnvironment,
  UnsupportedPython,
  EnvironmentExists,
  EnvironmentNotCreated,
  BytecodeNotCompiled,
  UnreadableDistribution,
} from "@murre/python";
export {
  InvalidRequirementsFile,
  InvalidRequirementArgument,
  InvalidPyproject,
  UnwritableRequirement,
  InvalidScript,
  UnknownDependencyGroup,
  InvalidLockFile,
  UnsupportedLockVersion,
  UnfitLockFile,
} from "@murre/requirements";
export {
  CloneChanged,
  CloneInTheWay,
  GitAuthenticationFailed,
  GitFailed,
  GitNotFound,
  InvalidVcsUrl,
  RepositoryNotFound,
  RepositoryOffline,
  RepositoryUnreachable,
  RevisionNotFound,
  UnsafeRepository,
  UnsupportedVcs,
} from "@murre/vcs";
export {
  AmbiguousArchive,
  NotAZip,
  UnsupportedWheel,
  HashMismatch as ArchiveHashMismatch,
  UnsafePath,
  ArchiveTooLarge,
  InvalidWheel,
  CorruptArchive,
  RecordMismatch,
  InvalidMetadata,
  InvalidRecord,
  InvalidEntryPoints,
  UnpackFailed,
  UnpackWorkerLost,
} from "@murre/wheel";
export type { FailedBuild } from "@murre/build";
export type { NoFileKind } from "@murre/files";
export type { FlightFailure, LockHolder } from "@murre/locking";
export type { Span } from "@murre/pep508";
export type { RejectedCandidate } from "@murre/python";
export type { FileProblem } from "@murre/requirements";
export type { Proof } from "@murre/resolver";
export type { WheelProblem } from "@murre/wheel";
