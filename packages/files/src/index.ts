export {
  openFile,
  readBeginning,
  readSmallFile,
  readSmallText,
  type OpenedFile,
  type OpenOptions,
  type ReadOptions,
} from "./small-file.ts";
export { errorCode, hasCode } from "./error-code.ts";
export { reasonOf } from "./reason.ts";
export { writeAll } from "./write-all.ts";
export { fileState } from "./file-state.ts";
export { streamFile } from "./stream-file.ts";
export { readInput, readStream, type InputOptions } from "./input.ts";
export { isRealFolder, namesIn, refuseLink } from "./folder.ts";
export { isRemote } from "./remote.ts";
export { endLeftovers, endProcessTree, ownGroup } from "./process-tree.ts";
export {
  beginSpan,
  isTraced,
  onTraceMark,
  type EndOfSpan,
  type TracedBy,
  type TracedDetails,
  type TracedKind,
  type TraceMark,
} from "./trace.ts";
export { randomDigits, sha256Hex } from "./digest.ts";
export { makeTemporaryFolder, temporaryPlace } from "./temporary-folder.ts";
export {
  FilesError,
  FileTooLarge,
  NotAFile,
  NoTemporaryFolder,
  type FilesErrorCode,
  type NoFileKind,
} from "./errors.ts";
