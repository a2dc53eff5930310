export {
  openFile,
  readSmallFile,
  readSmallText,
  type OpenedFile,
  type OpenOptions,
  type ReadOptions,
} from "./small-file.ts";
export { streamFile } from "./stream-file.ts";
export { readInput, readStream, type InputOptions } from "./input.ts";
export { isRealFolder } from "./folder.ts";
export { FileTooLarge, NotAFile, type NoFileKind } from "./errors.ts";
