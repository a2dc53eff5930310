// Ends murre at every call that changes a file system, while it changes an environment, and looks at what the next command makes of it: exactly
// the environment as it was, or exactly as it was to become.
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { indexedWheel, seededRandom, writeIndex } from "@murre/test-kit";
import { createMurre } from "murre";
import {
  asProgram,
  howItEnded,
  preload,
  readCounts,
  runMurre,
  transactionLeavings,
  unconfigured,
  writeEditable,
} from "../kit.mjs";

/** A command that a signal ended later than this is reported; a hang guard, far from what is measured. */
const longestRunMs = 60_000;

/** Small distributions that share a namespace and a file, with scripts, data and headers; the second releases add, change and drop files. */
function wheels() {
  const alpha = (version, files, dataFiles) => ({
    name: "alpha",
    version,
    files: { "alpha/__init__.py": version, "alpha/sub/a.py": version, "space/alpha.py": version, ...files },
    dataFiles: { "data/share/alpha/doc.txt": version, "headers/alpha.h": version, ...dataFiles },
    entryPoints: { console_scripts: { alpha: "alpha:main" } },
  });
  const beta = (version, files) => ({
    name: "beta",
    version,
    files: { "space/beta/__init__.py": version, "space/shared.py": "of beta", "beta.py": version, ...files },
    dataFiles: { "scripts/beta-tool": `#!python\nprint(${JSON.stringify(version)})\n`, "data/share/beta.txt": version },
  });
  return [
    alpha("1.0", { "alpha/old/gone.py": "1", "space/shared.py": "of alpha" }, {}),
    alpha("2.0", { "alpha/new/here.py": "2" }, { "data/share/alpha/more.txt": "2" }),
    beta("1.0", { "space/beta/old.py": "1" }),
    beta("2.0", { "space/beta/new/x.py": "2" }),
    { name: "gamma", version: "1.0", files: { "gamma.py": "1", "space/gamma/g.py": "1" } },
  ];
}

const before = ["alpha==1.0", "beta==1.0"];
/** What is installed at first, the editable one among it, and the command. */
export const scenarios = {
  install: { from: [], words: ["install", "alpha==1.0", "beta==1.0"] },
  upgrade: { from: before, words: ["install", "--upgrade", "alpha==2.0"] },
  sync: { from: before, words: ["sync", "wanted.txt"] },
  uninstall: { from: before, words: ["uninstall", "alpha"] },
  editable: { from: ["alpha==1.0"], editable: "./delta-1.0", words: ["install", "-e", "./delta-2.0", "beta==2.0"] },
};

/** One index, one warm cache, and an environment that is made again and again at the same place, because scripts hold its path. */
class World {
  constructor(folder) {
    this.folder = folder;
    this.env = join(folder, "env");
    this.index = join(folder, "index", "simple");
    this.used = 0;
    const env = unconfigured();
    this.processEnv = { ...env, MURRE_CACHE_DIR: join(folder, "cache") };
    this.murre = createMurre({ cacheFolder: join(folder, "cache"), cwd: folder, env, threads: 1 });
  }

  async prepare() {
    const specs = wheels();
    writeIndex(join(this.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
    writeFileSync(join(this.folder, "wanted.txt"), "beta==2.0\ngamma==1.0\n");
    for (const version of ["1.0", "2.0"])
      writeEditable(join(this.folder, `delta-${version}`), { name: "delta", version });
    for (const { name, version } of specs) await this.reset({ from: [`${name}==${version}`] });
    this.states = {};
    for (const [name, scenario] of Object.entries(scenarios)) {
      const { words } = scenario;
      await this.reset(scenario);
      const old = this.snapshot();
      const { code, stderr } = await this.run(words, {});
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      this.states[name] = { old, new: this.snapshot() };
    }
  }

  /** Nothing is deleted between runs: on ext4 that makes the next ones slow. */
  async reset({ from: pins, editable }) {
    if (existsSync(this.env)) renameSync(this.env, join(this.folder, `used-${this.used++}`));
    const { murre, env: python, index: indexUrl } = this;
    await murre.venv({ path: python });
    const editables = editable === undefined ? [] : [editable];
    const given = { python, indexUrl, ignoreConfiguration: true };
    if (pins.length > 0) await murre.install({ ...given, requirements: pins, editables, dependencies: "none" });
  }

  /** Runs `murre pip WORDS`. */
  run(words, env) {
    const places = words[0] === "uninstall" ? [] : ["--index-url", this.index, "--no-config"];
    return runMurre(["pip", ...words, ...places, "-p", this.env], {
      cwd: this.folder,
      base: this.processEnv,
      // Worker threads have these as well.
      env: { NODE_OPTIONS: `--import=${preload}`, ...env },
      timeoutMs: longestRunMs,
      hangSignal: "SIGABRT",
    });
  }

  snapshot() {
    const lines = [];
    const walk = (folder, relative) => {
      for (const name of readdirSync(folder).toSorted()) {
        const path = `${folder}/${name}`;
        const here = `${relative}${name}`;
        if (name === ".murre") continue;
        const stats = lstatSync(path);
        if (stats.isDirectory()) {
          lines.push(`${here}/`);
          walk(path, `${here}/`);
        } else if (stats.isSymbolicLink()) lines.push(`${here} -> ${readlinkSync(path)}`);
        else lines.push(`${here} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`);
      }
    };
    walk(this.env, "");
    return lines.join("\n");
  }

  /** `old`, `new`, or how the environment differs from both. */
  whichState(scenario) {
    const now = this.snapshot();
    const { old, new: changed } = this.states[scenario];
    if (now === old) return "old";
    if (now === changed) return "new";
    return `a mixture:\n  not in the new state: ${difference(now, changed)}\n  missing of it: ${difference(changed, now)}`;
  }
}

function difference(a, b) {
  const lines = new Set(b.split("\n"));
  return a
    .split("\n")
    .filter((line) => !lines.has(line))
    .map((line) => line.slice(0, 90))
    .join(", ");
}

async function countCalls(world, scenario) {
  const file = join(world.folder, "count");
  await world.reset(scenarios[scenario]);
  await world.run(scenarios[scenario].words, { MURRE_KILL_COUNT_FILE: file, MURRE_THREADS: "1" });
  return readCounts(file);
}

/** After whatever happened to a command: the next one leaves the environment in one of two states, and nothing else. */
async function afterwards(world, scenario) {
  const { recovered } = await world.murre.recover({ python: world.env });
  const state = world.whichState(scenario);
  const leavings = transactionLeavings(world.env);
  const wrong = [];
  if (state !== "old" && state !== "new") wrong.push(state);
  if (leavings.length > 0) wrong.push(`left over: ${leavings.slice(0, 5).join(", ")}`);
  return { state, recovered: recovered.length, wrong };
}

/** @returns {Promise<import("./command-kills.d.mts").ChangeKillReport>} */
export async function runCommandKills({ folder, fraction, randomPoints, seed, log = () => {} }) {
  mkdirSync(folder, { recursive: true });
  const world = new World(folder);
  await world.prepare();
  const random = seededRandom(seed);
  const report = { points: 0, tried: 0, random: 0, killed: 0, states: { old: 0, new: 0 }, recovered: 0, failures: [] };
  const note = (what, { state, recovered, wrong }) => {
    report.recovered += recovered;
    if (wrong.length === 0) report.states[state] += 1;
    for (const one of wrong) report.failures.push(`${what}: ${one}`);
  };
  const counts = {};
  for (const scenario of Object.keys(scenarios)) {
    counts[scenario] = await countCalls(world, scenario);
    log(`${scenario}: ${counts[scenario].main} calls of the main thread, ${counts[scenario].worker} of the worker`);
    for (const thread of ["main", "worker"])
      for (let at = 1; at <= counts[scenario][thread]; at++)
        for (const how of ["before", "after", "EIO", "ENOSPC", "EACCES"]) {
          report.points += 1;
          if (random() >= fraction) continue;
          report.tried += 1;
          await world.reset(scenarios[scenario]);
          const what = `${scenario}, ${how} ${thread} call ${at}`;
          const fault =
            how === "before" || how === "after"
              ? { MURRE_KILL_AT: String(at), MURRE_KILL_WHEN: how }
              : { MURRE_FAIL_AT: String(at), MURRE_FAIL_CODE: how };
          const ended = await world.run(scenarios[scenario].words, {
            ...fault,
            MURRE_KILL_IN: thread,
            MURRE_THREADS: "1",
          });
          if (ended.signal === "SIGKILL") report.killed += 1;
          else if ("MURRE_KILL_AT" in fault) report.failures.push(`${what}: it was not killed: ${howItEnded(ended)}`);
          if ("MURRE_FAIL_AT" in fault)
            report.failures.push(...refusals(world, scenario, ended).map((one) => `${what}: ${one}`));
          note(what, await afterwards(world, scenario));
        }
  }
  for (let point = 0; point < randomPoints; point++) {
    const names = Object.keys(scenarios);
    const scenario = names[Math.floor(random() * names.length)];
    const thread = random() < 0.7 ? "main" : "worker";
    const at = 1 + Math.floor(random() * counts[scenario][thread]);
    const signal = point % 3 === 2 ? (random() < 0.5 ? "SIGINT" : "SIGTERM") : "SIGKILL";
    await world.reset(scenarios[scenario]);
    const what = `${scenario}, ${signal} at ${thread} call ${at} with two workers (point ${point})`;
    const env = { MURRE_KILL_AT: String(at), MURRE_KILL_IN: thread, MURRE_KILL_SIGNAL: signal, MURRE_THREADS: "2" };
    const ended = await world.run(scenarios[scenario].words, env);
    if (signal !== "SIGKILL") {
      if (ended.signal !== signal && ended.code !== 0) report.failures.push(`${what}: ended with ${howItEnded(ended)}`);
      const state = world.whichState(scenario);
      if (state !== (ended.code === 0 ? "new" : "old") && state !== "new")
        report.failures.push(`${what}: without recovery ${state}`);
    }
    report.random += 1;
    note(what, await afterwards(world, scenario));
  }
  return report;
}

/** A command that the file system refused says so and has changed nothing, or went on without what it was refused. */
function refusals(world, scenario, ended) {
  const { code, stderr } = ended;
  const state = world.whichState(scenario);
  if (code === 0) return state === "new" ? [] : [`it ended with 0, and left ${state}`];
  if (code !== 1) return [`it ended with ${howItEnded(ended)}`];
  if (!/\(MURRE_\w+\)/.test(stderr)) return [`no code in: ${stderr}`];
  // What could not even be taken back is said, and waits for the next command.
  if (stderr.includes("MURRE_CHANGE_INTERRUPTED")) return [];
  return state === "old" ? [] : [`it failed, and left ${state}: ${stderr}`];
}

await asProgram(import.meta.url, runCommandKills);
