export { parseTagSet, tagToString, type Tag } from "./tag.ts";
export { supportedTags, type SupportedTags } from "./supported-tags.ts";
export type { ElfHeader, LibcVersion, PlatformTarget, TagTarget } from "./target.ts";
export { platformTags } from "./platform.ts";
export {
  isSourceArchive,
  parseSdistFilename,
  parseWheelFilename,
  versionAfter,
  type SdistFilename,
  type WheelFilename,
} from "./distribution-filename.ts";
export {
  InvalidSdistFilename,
  InvalidTag,
  InvalidWheelFilename,
  PlatformTagsError,
  type PlatformTagsErrorCode,
} from "./errors.ts";
