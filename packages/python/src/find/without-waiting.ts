import { beginSpan } from "@murre/files";
import { spawn } from "node:child_process";
import type { ProgramResult, PythonContext, RunProgram } from "../interpreter/interpreter.ts";
import { programResult } from "../interpreter/probe.ts";

/** `spawnSync` keeps no more of what a program says (characters). */
const mostText = 1024 * 1024;

type Asked = Parameters<RunProgram>;

/** Ends a search at a program that has not been run yet. No search catches it. */
class Unanswered extends Error {
  readonly asked: Asked;
  constructor(asked: Asked) {
    super(`${asked[0]} was not run yet`);
    this.asked = asked;
  }
}

/**
 * Searches for an interpreter without holding up the event loop: an interpreter that is asked for the first time may take half a minute. A search
 * is a function of files and of what programs answer, so it ends at the first program that did not answer yet, which is run meanwhile, and begins anew.
 * Where all that it asks is remembered, nothing is run and nothing is done twice.
 * @param context one that brings a `run` of its own is used as it is
 * @param signal ends the program that is run
 * @throws what `search` throws, or the reason of the signal
 */
export async function withoutWaiting<Found>(
  context: PythonContext,
  signal: AbortSignal | undefined,
  search: (context: PythonContext) => Found,
): Promise<Found> {
  if (context.run !== undefined) return search(context);
  const answers = new Map<string, ProgramResult>();
  const keyOf = ([program, args]: readonly [string, readonly string[], ...unknown[]]) => [program, ...args].join("\0");
  const run: RunProgram = (...asked) => {
    const answer = answers.get(keyOf(asked));
    if (answer === undefined) throw new Unanswered(asked);
    return answer;
  };
  /** What the search finds, or the first program that has to be run for it. */
  const attempt = (): { readonly found: Found } | { readonly asked: Asked } => {
    signal?.throwIfAborted();
    try {
      return { found: search({ ...context, run }) };
    } catch (error) {
      if (error instanceof Unanswered) return { asked: error.asked };
      throw error;
    }
  };
  const once = context.cache?.once ?? ((_key, _lookup, make) => make());
  for (;;) {
    const first = attempt();
    if ("found" in first) return first.found;
    const key = keyOf(first.asked);
    const next = await once(
      key,
      () => {
        const now = attempt();
        return "asked" in now && keyOf(now.asked) === key ? undefined : now;
      },
      async () => {
        answers.set(key, await startProgram(first.asked, signal));
        // Others find what this keeps.
        return attempt();
      },
    );
    if ("found" in next) return next.found;
  }
}

/** As {@link runProgram}, which waits. @throws the reason of the signal */
function startProgram([program, args, options]: Asked, signal: AbortSignal | undefined): Promise<ProgramResult> {
  const { env, timeoutMs, cwd } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const endSpan = beginSpan("process", program, { process: child.pid });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
        // As spawnSync has it: no interpreter says as much.
        if (said[stream].length > mostText) end(`said more than ${mostText} characters`);
      });
    let problem: string | undefined;
    const end = (reason: string) => {
      problem ??= reason;
      child.kill("SIGKILL");
      // What it started itself may hold them for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(end, timeoutMs, `ended after ${timeoutMs / 1000} seconds without an answer`);
    const abort = () => end("interrupted");
    signal?.addEventListener("abort", abort);
    const settle = (exitCode: number | null, problemHere: string) => {
      endSpan();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted) reject(signal.reason);
      else resolve(programResult(problem === undefined ? exitCode : null, said, problem ?? problemHere));
    };
    child.on("error", (error) => settle(null, error.message));
    child.on("close", (exitCode, by) => settle(exitCode, by === null ? "" : `ended by ${by}`));
  });
}
