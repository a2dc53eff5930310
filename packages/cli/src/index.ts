export { describeCrash, runCli, type CliContext, type ExitCode } from "./run-cli.ts";
export { UsageError } from "./errors.ts";
