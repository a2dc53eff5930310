// Ends processes at every call that changes the cache, and looks at what the next ones make of it.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseRecord } from "@murre/wheel";
import { seededRandom, writeWheel } from "@murre/test-kit";
import { maintainCache } from "../dist/index.js";
import { leavings } from "./leavings.mjs";

const child = fileURLToPath(new URL("cache-child.mjs", import.meta.url));
const preload = import.meta.resolve("@murre/test-kit/preload");
const scenarios = ["fill", "clean", "clean a project", "prune"];

/** Runs one scenario; resolves with its signal, exit code and output. */
function run(scenario, world, cache, env = {}) {
  return new Promise((resolve) => {
    const args = ["--import", preload, child, scenario, cache, world.wheels];
    const started = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    started.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    started.stderr.setEncoding("utf8").on("data", (text) => (err += text));
    started.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** Wheels, an empty cache for filling, and for the others one that is full, with leavings of the dead in it. */
async function makeWorld(folder) {
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  const files = { "m/__init__.py": "import os\n", "m/data.txt": "x".repeat(70_000) };
  for (const name of ["first", "second_one", "third"]) await writeWheel(wheels, { name, version: "1.0", files });
  const world = { folder, wheels, empty: join(folder, "empty"), full: join(folder, "full") };
  mkdirSync(world.empty);
  const filled = await run("fill", world, world.full);
  if (filled.code !== 0) throw new Error(filled.err);
  // Killed before its first link: a lease, a ticket, an entry that nothing names.
  rmSync(join(world.full, "v1/archives/third"), { recursive: true });
  await run("fill", world, world.full, { MURRE_KILL_AT: "20" });
  return world;
}

function copyOf(template, target) {
  // Keeps the links between pointers and tokens.
  execFileSync("cp", ["-a", template, target]);
  return target;
}

/** What is wrong with a cache, after a process was killed in it and another one filled and pruned it. */
async function damages(world, cache) {
  const filled = await run("fill", world, cache);
  if (filled.code !== 0) return [`filling ended with ${filled.code ?? filled.signal}: ${filled.err}`];
  const wrong = JSON.parse(filled.out).flatMap((pkg) => wrongFiles(pkg));
  await maintainCache(cache).prune();
  const { problems } = await maintainCache(cache).verify();
  return [...wrong, ...problems.map((problem) => JSON.stringify(problem)), ...leavings(join(cache, "v1"))];
}

function wrongFiles(pkg) {
  const distInfo = readdirSync(pkg).find((name) => name.endsWith(".dist-info"));
  return parseRecord(readFileSync(join(pkg, distInfo, "RECORD"), "utf8"))
    .filter(({ digest }) => digest !== undefined)
    .filter(
      ({ path, digest }) =>
        createHash("sha256")
          .update(readFileSync(join(pkg, path)))
          .digest("base64url") !== digest,
    )
    .map(({ path }) => `${pkg}/${path} is not what RECORD says`);
}

async function countCalls(scenario, world, cache) {
  const file = join(world.folder, "count");
  await run(scenario, world, cache, { MURRE_KILL_COUNT_FILE: file });
  const calls = readFileSync(file, "utf8").match(/^main /gm).length;
  rmSync(file);
  return calls;
}

/**
 * @param {{ folder: string, fraction: number, seed: number, parallel?: number, log?: (line: string) => void }} options
 * @returns how many points there are, how many were tried, and what went wrong at which
 */
export async function runKillMatrix({ folder, fraction, seed, parallel = 2, log = () => {} }) {
  const world = await makeWorld(folder);
  const random = seededRandom(seed);
  const points = [];
  for (const scenario of scenarios) {
    const template = scenario === "fill" ? world.empty : world.full;
    const calls = await countCalls(scenario, world, copyOf(template, join(folder, "counted")));
    rmSync(join(folder, "counted"), { recursive: true });
    log(`${scenario}: ${calls} calls`);
    for (let at = 1; at <= calls; at++)
      for (const when of ["before", "after"]) points.push({ scenario, template, at, when });
  }
  const chosen = points.filter(() => random() < fraction);
  const failures = [];
  const todo = chosen.entries();
  const work = async () => {
    for (const [index, { scenario, template, at, when }] of todo) {
      const cache = copyOf(template, join(folder, `cache-${index}`));
      const { signal } = await run(scenario, world, cache, { MURRE_KILL_AT: String(at), MURRE_KILL_WHEN: when });
      const found = await damages(world, cache);
      if (signal !== "SIGKILL") found.push("it was not killed");
      for (const damage of found) failures.push(`${scenario}, ${when} call ${at}: ${damage}`);
      rmSync(cache, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { points: points.length, tried: chosen.length, failures };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const fraction = Number(process.argv[2] ?? 1);
  try {
    const report = await runKillMatrix({ folder, fraction, seed: 1, log: console.log });
    writeFileSync(1, `${JSON.stringify(report, undefined, 2)}\n`);
    process.exitCode = report.failures.length > 0 || report.tried === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
