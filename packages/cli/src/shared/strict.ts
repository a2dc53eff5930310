import { pythonOptions, type PythonFlags } from "../options.ts";
import { presentProblems } from "../present/reports.ts";
import type { CommandRun } from "../runner.ts";

/** uv's `--strict`: what the environment lacks is said, and is no failure. */
export async function warnOfProblems(
  { operations, terminal, context }: Pick<CommandRun, "operations" | "terminal" | "context">,
  flags: PythonFlags,
): Promise<void> {
  presentProblems(await operations.check({ ...context, ...pythonOptions(flags) }), terminal);
}
