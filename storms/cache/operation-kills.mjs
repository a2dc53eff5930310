// Ends processes at every call that changes the cache, and looks at what the next ones make of it.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CACHE_LAYOUT, maintainCache } from "@murre/cache";
import { seededRandom, writeWheel } from "@murre/test-kit";
import {
  asProgram,
  cacheLeavings,
  copyOf,
  distInfosIn,
  howItEnded,
  preload,
  readCounts,
  recordProblems,
  run,
  tryEach,
} from "../kit.mjs";

const child = fileURLToPath(new URL("operation-child.mjs", import.meta.url));
const scenarios = ["fill", "clean", "clean a project", "prune"];

const runChild = (scenario, { wheels }, cache, env) =>
  run(process.execPath, ["--import", preload, child, scenario, cache, wheels], { env, hangSignal: "SIGABRT" });

/** Wheels, an empty cache for filling, and for the others one that is full, with leavings of the dead in it. */
async function makeWorld(folder) {
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  const files = { "m/__init__.py": "import os\n", "m/data.txt": "x".repeat(70_000) };
  for (const name of ["first", "second_one", "third"]) await writeWheel(wheels, { name, version: "1.0", files });
  const world = { folder, wheels, empty: join(folder, "empty"), full: join(folder, "full") };
  mkdirSync(world.empty);
  const filled = await runChild("fill", world, world.full);
  if (filled.code !== 0) throw new Error(filled.stderr);
  // Killed before its first link: a lease, a ticket, an entry that nothing names.
  rmSync(join(world.full, `${CACHE_LAYOUT}/archives/third`), { recursive: true });
  await runChild("fill", world, world.full, { MURRE_KILL_AT: "20" });
  return world;
}

/** What is wrong with a cache, after a process was killed in it and another one filled and pruned it. */
async function damages(world, cache) {
  const filled = await runChild("fill", world, cache);
  if (filled.code !== 0) return [`filling ended with ${howItEnded(filled)}`];
  const wrong = JSON.parse(filled.stdout).flatMap((pkg) =>
    distInfosIn(pkg).flatMap((name) => recordProblems(pkg, name)),
  );
  await maintainCache(cache).prune();
  const { problems } = await maintainCache(cache).verify();
  return [...wrong, ...problems.map((problem) => JSON.stringify(problem)), ...cacheLeavings(join(cache, CACHE_LAYOUT))];
}

/** @returns {Promise<import("./operation-kills.d.mts").KillReport>} */
export async function runOperationKills({ folder, fraction, seed, log = () => {} }) {
  const world = await makeWorld(folder);
  const random = seededRandom(seed);
  const points = [];
  for (const scenario of scenarios) {
    const template = scenario === "fill" ? world.empty : world.full;
    const counted = copyOf(template, join(folder, "counted"));
    await runChild(scenario, world, counted, { MURRE_KILL_COUNT_FILE: join(folder, "count") });
    rmSync(counted, { recursive: true });
    const calls = readCounts(join(folder, "count")).main;
    log(`${scenario}: ${calls} calls`);
    for (let at = 1; at <= calls; at++)
      for (const when of ["before", "after"]) points.push({ scenario, template, at, when });
  }
  const chosen = points.filter(() => random() < fraction);
  const report = { points: points.length, tried: chosen.length, killed: 0, failures: [] };
  await tryEach(chosen, 2, async ({ scenario, template, at, when }, index) => {
    const cache = copyOf(template, join(folder, `cache-${index}`));
    const ended = await runChild(scenario, world, cache, { MURRE_KILL_AT: String(at), MURRE_KILL_WHEN: when });
    const found = await damages(world, cache);
    if (ended.signal === "SIGKILL") report.killed += 1;
    else found.push(`it was not killed: ${howItEnded(ended)}`);
    for (const damage of found) report.failures.push(`${scenario}, ${when} call ${at}: ${damage}`);
    rmSync(cache, { recursive: true, force: true });
  });
  return report;
}

await asProgram(import.meta.url, runOperationKills);
