import { runCli } from "@murre/cli";
import { createMurre } from "./create-murre.ts";
import { version } from "./version.ts";

/** The command: runs the process's own words and sets its exit code. */
export async function main(): Promise<void> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const exitCode = await runCli(process.argv.slice(2), {
    version,
    platform: process.platform,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: interruption.signal,
    createOperations: createMurre,
  });
  process.off("SIGINT", interrupt);
  process.off("SIGTERM", interrupt);
  process.exitCode = exitCode;
}
