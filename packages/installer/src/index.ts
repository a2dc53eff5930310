export type {
  ChangeOptions,
  IndexOptions,
  InstallOptions,
  ListOptions,
  OperationContext,
  Operations,
  PythonOptions,
  SyncOptions,
  VenvOptions,
} from "./operations.ts";
export type { InstallerEvent, OnEvent } from "./events.ts";
export type { ChangeReport, InstalledPin, InstalledReport, Pin, VenvReport } from "./reports.ts";
export { createInstaller } from "./create-installer.ts";
export type { InstallerSettings } from "./settings.ts";
export {
  ConflictingRequirements,
  ExternallyManaged,
  HashRequired,
  NoMatchingVersion,
  NothingRequired,
  NoUsableWheel,
  SeveralProblems,
  UnsupportedRequirement,
} from "./errors.ts";
