export { parseRequirementsFile } from "./file/requirements-file.ts";
export { readNamedFile } from "./file/read-named-file.ts";
export { parseEditableArgument, parseRequirementArgument, type TextContext } from "./file/requirement-text.ts";
export type {
  AcceptedHashes,
  Constraint,
  DirectReference,
  FileOptions,
  FileSetting,
  Origin,
  RequirementEntry,
  RequirementsContext,
  RequirementsFile,
} from "./types.ts";
export {
  legacyBuildSystem,
  parsePyproject,
  type BuildSystem,
  type Pyproject,
  type StaticProject,
} from "./pyproject/pyproject.ts";
export { openProjectFile, type ProjectFile } from "./pyproject/project-file.ts";
export { parseScript, type ScriptMetadata } from "./pyproject/script.ts";
export type { ProjectRequirements } from "./pyproject/project-requirements.ts";
export type { UvCacheKey, UvExclusion, UvIndex, UvOverride, UvSettings } from "./pyproject/uv-settings.ts";
export { readUvConfig, type UvSetting } from "./pyproject/uv-config.ts";
export type { UvSource } from "./pyproject/uv-sources.ts";
export { parseLockFile, type LockFileReading } from "./lock/read-lock-file.ts";
export { parseUvPins, type UvPin } from "./lock/uv-lock.ts";
export { writeLockFile } from "./lock/write-lock-file.ts";
export { selectPackages, type LockSelection } from "./lock/select-packages.ts";
export {
  isLockFileName,
  lockedFilename,
  type LockedContent,
  type LockedDistribution,
  type LockedPackage,
  type LockedPlace,
  type LockedSource,
  type LockFile,
} from "./lock/lock-file.ts";
export { writeRequirements } from "./write/write-requirements.ts";
export { editRequirements, type RequirementsEdit } from "./write/edit-requirements.ts";
export { headerCommand } from "./write/header-command.ts";
export type { CompiledPlace, CompiledRequirement, RequirementSource, WriteOptions } from "./write/compiled.ts";
export {
  InvalidLockFile,
  InvalidPyproject,
  InvalidRequirementArgument,
  InvalidRequirementsFile,
  InvalidScript,
  RequirementsError,
  UnfitLockFile,
  UnknownDependencyGroup,
  UnsupportedLockVersion,
  UnwritableRequirement,
  type FileProblem,
  type FileProblemCode,
  type RequirementsErrorCode,
  type UnfitLockFileCode,
} from "./errors.ts";
