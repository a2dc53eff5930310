/** The permanent codes of this package's errors. */
export type PlatformTagsErrorCode =
  | "MURRE_INVALID_TAG"
  | "MURRE_INVALID_WHEEL_FILENAME"
  | "MURRE_INVALID_SDIST_FILENAME";

/** What all errors of this package are. */
export abstract class PlatformTagsError extends Error {
  abstract readonly code: PlatformTagsErrorCode;
}

/**
 * A tag set that is not `interpreter-abi-platform` with `.`-separated members (PEP 425).
 * To do: correct it.
 */
export class InvalidTag extends PlatformTagsError {
  override readonly name = "InvalidTag";
  readonly code = "MURRE_INVALID_TAG";
  readonly tag: string;
  readonly reason: string;
  constructor(tag: string, reason: string) {
    super(`invalid tag ${JSON.stringify(tag)}: ${reason}`);
    this.tag = tag;
    this.reason = reason;
  }
}

/**
 * A file name that is not `name-version(-build)?-interpreter-abi-platform.whl` (PEP 427).
 * To do: give the file back the name that it was built with.
 */
export class InvalidWheelFilename extends PlatformTagsError {
  override readonly name = "InvalidWheelFilename";
  readonly code = "MURRE_INVALID_WHEEL_FILENAME";
  readonly filename: string;
  readonly reason: string;
  constructor(filename: string, reason: string, options?: ErrorOptions) {
    super(`invalid wheel file name ${JSON.stringify(filename)}: ${reason}`, options);
    this.filename = filename;
    this.reason = reason;
  }
}

/**
 * A file name that is not `name-version.tar.gz` or `name-version.zip` (PEP 625 and its forerunners).
 * To do: give the file back the name that it was built with.
 */
export class InvalidSdistFilename extends PlatformTagsError {
  override readonly name = "InvalidSdistFilename";
  readonly code = "MURRE_INVALID_SDIST_FILENAME";
  readonly filename: string;
  readonly reason: string;
  constructor(filename: string, reason: string, options?: ErrorOptions) {
    super(`invalid sdist file name ${JSON.stringify(filename)}: ${reason}`, options);
    this.filename = filename;
    this.reason = reason;
  }
}
