/** The permanent codes of this package's errors. */
export type CliErrorCode = "MURRE_USAGE";

/** What all errors of this package are. */
export abstract class CliError extends Error {
  abstract readonly code: CliErrorCode;
}

/**
 * The words of the command line make no sense together. Exit code 2.
 * To do: see `--help` of the command.
 */
export class UsageError extends CliError {
  override readonly name = "UsageError";
  readonly code = "MURRE_USAGE";
}
