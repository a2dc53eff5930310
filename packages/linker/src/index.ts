export { planChange, type ChangePlan, type PlanOptions, type RestoredFile, type WheelToInstall } from "./plan.ts";
export { installedBytes, type InstalledBytes } from "./installed-bytes.ts";
export type { EnvironmentView } from "./existing.ts";
export { planRemoval, type Removal } from "./removal.ts";
export { recordedFiles, type ForeignRow, type RecordedDistribution, type RecordedFiles } from "./recorded-files.ts";
export { canonicalDestination, openFolders, type Folders } from "./folders.ts";
export type { Conflict } from "./ownership.ts";
export type { GeneratedFile } from "./generated.ts";
export type { Destination, Scheme } from "./destination.ts";
export { viewEnvironment } from "./environment-view.ts";
export { environmentState, hasState, type EnvironmentState } from "./environment-state.ts";
export {
  removeState,
  withWriter,
  type CommitEnd,
  type CommitOptions,
  type EnvironmentWriter,
  type WriterOptions,
} from "./writer.ts";
export { changePrivately } from "./private-change.ts";
export type { RenameConditions } from "./places.ts";
export { readEnvironment, type ReadOptions } from "./reader.ts";
export type { Recovered } from "./recover.ts";
export { isUntouched, untouchedArchives, type Stamp, type StampedDistribution } from "./stamp.ts";
export { startLinkWorkers, type LinkWorkers } from "./link-workers.ts";
export type { LinkCounts, LinkMode } from "./link-task.ts";
export { entryPointScript, shebang } from "./scripts.ts";
export type { LauncherStubs } from "./windows-launcher.ts";
export {
  CaseCollision,
  ChangeInterrupted,
  FileAgainstDirectory,
  ForeignState,
  LinkFailed,
  NoRecord,
  PathLeavesEnvironment,
  ReservedPath,
  UnownedFileInTheWay,
  UnreadableJournal,
} from "./errors.ts";
