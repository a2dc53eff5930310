// Every call at which a process can be ended or refused, and the program around those who try them.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inScratch } from "./processes.mjs";

/** Loaded into a process (`--import`, NODE_OPTIONS) it counts the calls that change a file system, and ends the process at one. */
export const preload = import.meta.resolve("@murre/test-kit/preload");

/** The environment of this process without what configures murre and pip. */
export function unconfigured() {
  const env = { ...process.env, PIP_CONFIG_FILE: "/dev/null" };
  for (const name of Object.keys(env)) if (/^(?:MURRE_|VIRTUAL_ENV|PIP_(?!CONFIG_FILE))/.test(name)) delete env[name];
  return env;
}

/** A copy that keeps the links between pointers and tokens. */
export function copyOf(template, target) {
  execFileSync("cp", ["-a", template, target]);
  return target;
}

/** How many calls a process made, by what MURRE_KILL_COUNT_FILE says. */
export function readCounts(file) {
  const counts = { main: 0, worker: 0 };
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const [thread, calls] = line.split(" ");
    counts[thread] = Math.max(counts[thread], Number(calls));
  }
  rmSync(file);
  return counts;
}

/** Runs `attempt` on each of `points`, so many at once. */
export async function tryEach(points, parallel, attempt) {
  const todo = points.entries();
  const work = async () => {
    for (const [index, point] of todo) await attempt(point, index);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

/**
 * The program of a module: `node FILE [FRACTION] [RANDOM POINTS] [SEED]`. Prints the report, and ends with 1 where something went wrong or
 * nothing was tried. Does nothing in a module that was imported.
 */
export async function asProgram(url, job) {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const [fraction = 1, randomPoints = 300, seed = 1] = process.argv.slice(2).map(Number);
  await inScratch(async (folder) => {
    const report = await job({ folder, fraction, randomPoints, seed, log: console.log });
    console.log(JSON.stringify(report, undefined, 2));
    process.exitCode = report.failures.length > 0 || report.tried === 0 || report.killed === 0 ? 1 : 0;
  });
}
