export { planChange, type PlanOptions } from "./plan/plan.ts";
export type {
  ChangePlan,
  Conflict,
  GeneratedFile,
  InstalledBytes,
  RestoredFile,
  WheelToInstall,
} from "./plan/change-plan.ts";
export { installedBytes } from "./plan/installed-bytes.ts";
export { planRemoval, type Removal } from "./plan/removal.ts";
export { entryPointScript, shebang } from "./plan/scripts.ts";
export type { Destination, LauncherStubs, Scheme } from "./environment/destination.ts";
export { canonicalDestination, openFolders, type Folders } from "./environment/folders.ts";
export { viewEnvironment, type EnvironmentView } from "./environment/environment-view.ts";
export {
  recordedFiles,
  type ForeignRow,
  type RecordedDistribution,
  type RecordedFiles,
} from "./environment/recorded-files.ts";
export { startLinkWorkers, type LinkWorkers } from "./link/link-workers.ts";
export type { LinkCounts, LinkMode } from "./link/link-task.ts";
export { environmentState, hasState, type EnvironmentState } from "./state/environment-state.ts";
export {
  isUntouched,
  recordedProvenances,
  untouchedArchives,
  type Stamp,
  type StampedDistribution,
} from "./state/stamp.ts";
export {
  withWriter,
  type CommitEnd,
  type CommitOptions,
  type EnvironmentWriter,
  type WriterOptions,
} from "./transaction/writer.ts";
export { removeState } from "./transaction/remove-state.ts";
export { changePrivately } from "./transaction/private-change.ts";
export { readEnvironment, type ReadOptions } from "./transaction/reader.ts";
export type { Recovered } from "./transaction/recover.ts";
export {
  CaseCollision,
  ChangeInterrupted,
  FileAgainstDirectory,
  ForeignState,
  LinkerError,
  LinkFailed,
  NoRecord,
  PathLeavesEnvironment,
  ReservedPath,
  UnownedFileInTheWay,
  UnreadableJournal,
  type LinkerErrorCode,
} from "./errors.ts";
