export { describeCrash, runCli, type CliContext, type ExitCode, type Trace } from "./run-cli.ts";
export { CliError, UsageError, type CliErrorCode } from "./errors.ts";
