/**
 * The text is no version in any spelling that PEP 440 accepts.
 * To do: correct it.
 */
export class InvalidVersion extends Error {
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
export class InvalidSpecifier extends Error {
  override readonly name = "InvalidSpecifier";
  readonly code = "MURRE_INVALID_SPECIFIER";
  /** The one clause that is wrong, without the white space around it. */
  readonly text: string;
  constructor(text: string, reason: string, options?: ErrorOptions) {
    super(`${JSON.stringify(text)} is not a version specifier: ${reason}`, options);
    this.text = text;
  }
}
