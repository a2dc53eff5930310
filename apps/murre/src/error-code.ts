import type { BuildErrorCode } from "@murre/build";
import type { CacheErrorCode } from "@murre/cache";
import type { FilesErrorCode } from "@murre/files";
import type { IndexErrorCode } from "@murre/index-client";
import type { InstallerErrorCode } from "@murre/installer";
import type { LinkerErrorCode } from "@murre/linker";
import type { LockingErrorCode } from "@murre/locking";
import type { Pep440ErrorCode } from "@murre/pep440";
import type { Pep508ErrorCode } from "@murre/pep508";
import type { PlatformTagsErrorCode } from "@murre/platform-tags";
import type { PythonErrorCode } from "@murre/python";
import type { RequirementsErrorCode } from "@murre/requirements";
import type { VcsErrorCode } from "@murre/vcs";
import type { WheelErrorCode } from "@murre/wheel";
import type * as errors from "./errors.ts";

type ClassOf = typeof errors;

/** One of murre's errors. */
export type MurreError = InstanceType<ClassOf[keyof ClassOf]>;

/** What `error.code` may be; none is ever renamed. A failed build that another process made has that one's code. */
export type ErrorCode =
  | BuildErrorCode
  | CacheErrorCode
  | FilesErrorCode
  | IndexErrorCode
  | InstallerErrorCode
  | LinkerErrorCode
  | LockingErrorCode
  | Pep440ErrorCode
  | Pep508ErrorCode
  | PlatformTagsErrorCode
  | PythonErrorCode
  | RequirementsErrorCode
  | VcsErrorCode
  | WheelErrorCode;
