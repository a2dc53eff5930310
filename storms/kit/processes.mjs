// Processes that end with their storm: only those that were started here are ever killed, by their handle, and none outlives a time or this process.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const murreBin = fileURLToPath(new URL("../../apps/murre/bin/murre.js", import.meta.url));

const alive = new Set();

function killAll() {
  for (const child of alive) child.kill("SIGKILL");
}
process.once("exit", killAll);

/** A folder for everything, removed at the end; children find it as their TMPDIR, so that nothing lands elsewhere. */
export async function inScratch(job) {
  const scratch = mkdtempSync(join(process.env.MURRE_BENCH_DIR ?? tmpdir(), "murre-storm-"));
  process.env.TMPDIR = join(scratch, "tmp");
  mkdirSync(process.env.TMPDIR);
  const stop = () => process.exit(130);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const remove = () => {
    killAll();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", remove);
  try {
    return await job(scratch);
  } finally {
    process.off("exit", remove);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    remove();
  }
}

/** Starts a process that ends with this one at the latest. */
export function start(file, args, options) {
  const child = spawn(file, args, options);
  alive.add(child);
  const ended = () => alive.delete(child);
  child.once("error", ended).once("close", ended);
  return child;
}

/**
 * Runs one process to its end, or ends it with `hangSignal` after `timeoutMs`. Never throws.
 * `env` is added to `base`; `onStart` is given the child.
 */
export function run(file, args, options = {}) {
  const { timeoutMs = 180_000, hangSignal = "SIGKILL", base = process.env, env = {}, cwd, onStart } = options;
  return new Promise((resolve) => {
    const begun = performance.now();
    const child = start(file, args, { cwd, env: { ...base, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let timedOut = false;
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"])
      child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill(hangSignal);
    }, timeoutMs);
    const done = (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, timedOut, ms: performance.now() - begun, ...output });
    };
    child.on("error", (error) => ((output.stderr += String(error)), done(-1, null)));
    child.on("close", done);
    onStart?.(child);
  });
}

/** As {@link run}, of what a contestant says. */
export const runCommand = ({ file, args }, options) => run(file, args, options);

/** What such a command prints, in a program that waits for it. @throws when it fails */
export const runSync = ({ file, args }) =>
  execFileSync(file, args, { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] });

export const runMurre = (args, options) => run(process.execPath, [murreBin, ...args], options);

/** How a process ended, and what it said. */
export const howItEnded = ({ code, signal, timedOut, stderr }) =>
  `${code ?? signal}${timedOut ? " (stuck)" : ""}: ${stderr}`;

/** What the ended children of this process have cost; undefined where the platform does not say. */
export function childrenCpu() {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync("/proc/self/stat", "latin1");
  // proc_pid_stat(5): cutime and cstime, the fields 16 and 17, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { userMs: Number(fields[13]) * 10, systemMs: Number(fields[14]) * 10 };
}

export function cpuSince(before) {
  const now = childrenCpu();
  return now && { userMs: now.userMs - before.userMs, systemMs: now.systemMs - before.systemMs };
}
