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
import { types } from "node:util";
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

/** Of {@link MurreError}, those that may have this code; of a code that several classes have, each. */
type ErrorOf<Code extends ErrorCode> = Extract<MurreError, { readonly code: Code }>;

/**
 * Whether something that was thrown is one of murre's errors, and has one of these codes if some are given. It looks at what the error is made
 * of and not at its class, so that it holds for errors of another copy of murre, of a bundle, and of another realm too.
 */
export function isMurreError(error: unknown): error is MurreError;
export function isMurreError<const Code extends ErrorCode>(error: unknown, ...codes: Code[]): error is ErrorOf<Code>;
export function isMurreError(error: unknown, ...codes: ErrorCode[]): boolean {
  const code = types.isNativeError(error) && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !/^MURRE_[A-Z0-9_]+$/.test(code)) return false;
  return codes.length === 0 || codes.some((one) => one === code);
}
