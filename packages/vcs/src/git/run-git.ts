import { beginSpan, endLeftovers, endProcessTree, ownGroup } from "@murre/files";
import { redactUrl } from "@murre/pep508";
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { GitNotFound } from "../errors.ts";
import { commonArguments } from "./git-environment.ts";
import { failureOf } from "./failures.ts";

/** One run of git. */
export interface GitRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder that nobody else works in. */
  readonly cwd: string;
  /** For messages. */
  readonly repository: string;
  readonly task: string;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal | undefined;
  /** So long may it say nothing (milliseconds). Undefined: it waits for nobody. */
  readonly silenceMs?: number | undefined;
  readonly input?: string | Buffer;
}

/** How it ended. What it printed is kept up to a bound. */
export interface GitEnd {
  readonly status: number | string;
  readonly stdout: Buffer;
  /** Without credentials. */
  readonly stderr: string;
  /** It was ended, because for so long nothing had come (milliseconds). */
  readonly silentMs: number | undefined;
}

/** A list of the files of a very large repository has some tens of megabytes. */
const mostOutputBytes = 256 * 1024 * 1024;
const mostMessageBytes = 64 * 1024;

/** @returns what git printed. @throws {GitNotFound} and what {@link failureOf} makes of its messages; the signal's reason. */
export async function git(run: GitRun): Promise<Buffer> {
  const end = await tryGit(run);
  if (end.status === 0) return end.stdout;
  throw failureOf(run, end);
}

/** Runs git, however it ends. When this settles, neither it nor anything that it started is running. @throws {GitNotFound} and the signal's reason. */
export async function tryGit(run: GitRun): Promise<GitEnd> {
  run.signal?.throwIfAborted();
  const end = await waitForEnd(run);
  run.signal?.throwIfAborted();
  if (end instanceof Error) {
    if ((end as NodeJS.ErrnoException).code === "ENOENT") throw new GitNotFound(run.repository, "git", { cause: end });
    throw failureOf(run, { status: end.message, stderr: "" });
  }
  return end;
}

function waitForEnd({ args, env, cwd, platform, signal, silenceMs, input }: GitRun): Promise<GitEnd | Error> {
  return new Promise((resolve) => {
    const child = spawn("git", [...commonArguments, ...args], {
      cwd,
      // No repository in which the folder may lie has a say.
      env: { ...env, GIT_CEILING_DIRECTORIES: dirname(cwd) },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...ownGroup(platform),
    });
    const endSpan = beginSpan("process", `git ${args[0] ?? ""}`, { process: child.pid });
    let silentMs: number | undefined;
    const stop = () => endProcessTree(child, platform);
    const watch =
      silenceMs === undefined
        ? undefined
        : setTimeout(() => {
            silentMs = silenceMs;
            stop();
          }, silenceMs);
    signal?.addEventListener("abort", stop, { once: true });
    const stdout = collect(mostOutputBytes, "first", stop);
    const stderr = collect(mostMessageBytes, "last", () => {});
    child.stdout?.on("data", (chunk: Buffer) => {
      watch?.refresh();
      stdout.add(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      watch?.refresh();
      stderr.add(chunk);
    });
    child.stdin?.on("error", () => {}); // it ended first
    child.stdin?.end(input);
    const settle = (end: GitEnd | Error) => {
      endSpan();
      clearTimeout(watch);
      signal?.removeEventListener("abort", stop);
      resolve(end);
    };
    child.on("error", settle);
    child.once("close", (code, killedBy) => {
      endLeftovers(child.pid, platform);
      const status = stdout.isFull() ? "more output than it may have" : (code ?? killedBy ?? "no status");
      settle({ status, stdout: stdout.bytes(), stderr: redactUrl(stderr.bytes().toString("utf8")), silentMs });
    });
  });
}

/** Keeps the first bytes, and says when there are more; or the last ones. */
function collect(most: number, which: "first" | "last", onFull: () => void) {
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk: Buffer) {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= most) return;
      if (which === "first") onFull();
      const all = Buffer.concat(chunks);
      chunks = [which === "first" ? all.subarray(0, most) : all.subarray(-most / 2)];
      if (which === "last") size = chunks[0]?.length ?? 0;
    },
    bytes: () => Buffer.concat(chunks),
    isFull: () => which === "first" && size > most,
  };
}
