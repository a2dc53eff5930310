/** The permanent codes of this package's errors. */
export type InstallerErrorCode =
  | "MURRE_NO_MATCHING_VERSION"
  | "MURRE_NO_USABLE_WHEEL"
  | "MURRE_CONFLICTING_REQUIREMENTS"
  | "MURRE_UNSUPPORTED_REQUIREMENT"
  | "MURRE_UNUSABLE_URL"
  | "MURRE_HASH_REQUIRED"
  | "MURRE_HASH_MISMATCH"
  | "MURRE_NOTHING_REQUIRED"
  | "MURRE_EXTERNALLY_MANAGED"
  | "MURRE_VIRTUALENV_REQUIRED"
  | "MURRE_USER_SITE"
  | "MURRE_SEVERAL_PROBLEMS"
  | "MURRE_NO_SOLUTION"
  | "MURRE_BUILD_REQUIREMENTS"
  | "MURRE_CANNOT_BUILD"
  | "MURRE_BUILD_OPTION"
  | "MURRE_WHEEL_NOT_FOUND"
  | "MURRE_METADATA_MISMATCH"
  | "MURRE_INVALID_OPTION"
  | "MURRE_CLOSED"
  | "MURRE_FILE_SYSTEM"
  | "MURRE_UNKNOWN_EXTRA"
  | "MURRE_DYNAMIC_REQUIREMENTS"
  | "MURRE_PROJECT_SOURCE"
  | "MURRE_WORKSPACE"
  | "MURRE_NO_PROJECT"
  | "MURRE_OUTDATED_LOCK"
  | "MURRE_PIN_REFUSED"
  | "MURRE_RESOLUTION_OPTION"
  /**
   * A project of `install-many` failed with an error that has no code, so that only its message says what happened. Nothing of it was
   * installed; all others were gone on with.
   * To do: report it, with the message.
   */
  | "MURRE_UNKNOWN";

/** What all errors of this package are. */
export abstract class InstallerError extends Error {
  abstract readonly code: InstallerErrorCode;
}
