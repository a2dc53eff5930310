/**
 * The words of the command line make no sense together. Exit code 2.
 * To do: see `--help` of the command.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "MURRE_USAGE";
}
