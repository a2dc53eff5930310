import type { Operations } from "@murre/installer";
import { runCli, type CliContext } from "./run-cli.ts";

/** Runs the command line over the given operations: its exit code, and what it wrote. */
export async function runWords(
  words: readonly string[],
  operations: Partial<Operations>,
  context: Partial<CliContext> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const output = { out: "", err: "" };
  const code = await runCli(words, {
    version: "1.2.3",
    platform: "linux",
    env: {},
    stdout: { write: (text) => void (output.out += text) },
    stderr: { write: (text) => void (output.err += text) },
    signal: new AbortController().signal,
    createOperations: () => operations as Operations,
    ...context,
  });
  return { code, ...output };
}
