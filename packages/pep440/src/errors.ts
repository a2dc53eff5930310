/** The permanent codes of this package's errors. */
export type Pep440ErrorCode = "MURRE_INVALID_VERSION" | "MURRE_INVALID_SPECIFIER";

/** What all errors of this package are. */
export abstract class Pep440Error extends Error {
  abstract readonly code: Pep440ErrorCode;
}

/**
 * The text is no version in any spelling that PEP 440 accepts.
 * To do: correct it.
 */
export class InvalidVersion extends Pep440Error {
  override readonly name = "InvalidVersion";
  readonly code = "MURRE_INVALID_VERSION";
  /** What was given, unchanged. */
  readonly text: string;
  constructor(text: string, options?: ErrorOptions) {
    super(
      `${JSON.stringify(text)} is not a version: expected numbers separated by dots, optionally with a suffix, such as 1.0, 2.1rc1, 1.0.post2 or 3.0.dev4`,
      options,
    );
    this.text = text;
  }
}

/**
 * The text is no version specifier, or no comma separated list of them.
 * To do: correct it.
 */
export class InvalidSpecifier extends Pep440Error {
  override readonly name = "InvalidSpecifier";
  readonly code = "MURRE_INVALID_SPECIFIER";
  /** The one clause that is wrong, without the white space around it. */
  readonly text: string;
  constructor(text: string, reason: string, options?: ErrorOptions) {
    super(`${JSON.stringify(text)} is not a version specifier: ${reason}`, options);
    this.text = text;
  }
}
