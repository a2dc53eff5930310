export { planChange, type ChangePlan, type PlanOptions, type RestoredFile, type WheelToInstall } from "./plan/plan.ts";
export { installedBytes, type InstalledBytes } from "./plan/installed-bytes.ts";
export type { EnvironmentView } from "./plan/collisions-with-installed.ts";
export { planRemoval, type Removal } from "./plan/removal.ts";
export {
  recordedFiles,
  type ForeignRow,
  type RecordedDistribution,
  type RecordedFiles,
} from "./environment/recorded-files.ts";
export { canonicalDestination, openFolders, type Folders } from "./environment/folders.ts";
export type { Conflict } from "./plan/ownership.ts";
export type { GeneratedFile } from "./plan/generated.ts";
export type { Destination, Scheme } from "./environment/destination.ts";
export { viewEnvironment } from "./environment/environment-view.ts";
export { environmentState, hasState, type EnvironmentState } from "./state/environment-state.ts";
export {
  removeState,
  withWriter,
  type CommitEnd,
  type CommitOptions,
  type EnvironmentWriter,
  type WriterOptions,
} from "./transaction/writer.ts";
export { changePrivately } from "./transaction/private-change.ts";
export type { RenameConditions } from "./transaction/places.ts";
export { readEnvironment, type ReadOptions } from "./transaction/reader.ts";
export type { Recovered } from "./transaction/recover.ts";
export { isUntouched, untouchedArchives, type Stamp, type StampedDistribution } from "./state/stamp.ts";
export { startLinkWorkers, type LinkWorkers } from "./link/link-workers.ts";
export type { LinkCounts, LinkMode } from "./link/link-task.ts";
export { entryPointScript, shebang } from "./plan/scripts.ts";
export type { LauncherStubs } from "./plan/windows-launcher.ts";
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
