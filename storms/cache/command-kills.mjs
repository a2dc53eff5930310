// Ends murre at every call that changes a file system, while it fills a cache over HTTP or cleans it, and looks at what fresh processes make of
// that cache: a correct installation, and after one `cache prune` nothing that nobody can reach.
import { CACHE_LAYOUT } from "@murre/cache";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { indexedWheel, seededRandom, serveFolder, writeIndex } from "@murre/test-kit";
import {
  asProgram,
  cacheLeavings,
  copyOf,
  distInfosIn,
  howItEnded,
  preload,
  readCounts,
  recordProblems,
  runMurre,
  tryEach,
  unconfigured,
} from "../kit.mjs";

/** A hang guard, far from what is measured. */
const longestRunMs = 60_000;
const projects = ["first", "second-one", "third"];

/** What is killed; the others begin with a cache that is full, with the leavings of dead processes in it. */
export const scenarios = {
  "cold fill": { template: "empty", words: ["pip", "install", ...projects] },
  clean: { template: "full", words: ["cache", "clean"] },
  "clean a project": { template: "full", words: ["cache", "clean", "second-one"] },
  prune: { template: "full", words: ["cache", "prune"] },
};

class World {
  constructor(folder) {
    this.folder = folder;
    this.used = 0;
    this.env = unconfigured();
  }

  async prepare() {
    const files = { "m/__init__.py": "import os\n", "m/data.txt": "x".repeat(70_000) };
    const wheels = projects.map((name) => indexedWheel({ name, version: "1.0", files: { ...named(files, name) } }));
    writeIndex(join(this.folder, "index"), await Promise.all(wheels));
    this.server = await serveFolder(join(this.folder, "index"));
    mkdirSync(join(this.folder, "empty"));
    const full = join(this.folder, "full");
    const filled = await this.install(full);
    if (filled.code !== 0) throw new Error(filled.stderr);
    // One that was killed in the middle of filling: a lease, tickets, what it had received and unpacked.
    rmSync(join(full, `${CACHE_LAYOUT}/archives/third`), { recursive: true });
    await this.install(full, { MURRE_KILL_AT: "40" });
  }

  /** A fresh path, never one that was deleted: on ext4 that makes the next ones slow. */
  fresh(what) {
    return join(this.folder, `${what}-${this.used++}`);
  }

  cacheLike(template) {
    return copyOf(join(this.folder, template), this.fresh("cache"));
  }

  /** Runs `murre WORDS` with this cache; those that install do so into a target of their own. */
  async run(words, cache, env = {}) {
    const target = this.fresh("target");
    const index = ["--target", target, "--index-url", `${this.server.url}/simple/`, "--no-config"];
    const args = [...words, ...(words[1] === "install" ? index : []), "--cache-dir", cache];
    const ended = await runMurre(args, {
      cwd: this.folder,
      base: this.env,
      // Worker threads have these as well.
      env: { NODE_OPTIONS: `--import=${preload}`, MURRE_THREADS: "1", ...env },
      timeoutMs: longestRunMs,
      hangSignal: "SIGABRT",
    });
    return { ...ended, target };
  }

  install(cache, env) {
    return this.run(scenarios["cold fill"].words, cache, env);
  }

  async countCalls(scenario) {
    const { template, words } = scenarios[scenario];
    const file = this.fresh("count");
    await this.run(words, this.cacheLike(template), { MURRE_KILL_COUNT_FILE: file });
    return readCounts(file);
  }

  /** What is wrong with a cache in which a process was killed, after fresh ones installed from it and pruned it. */
  async damages(cache) {
    const installed = await this.install(cache);
    if (installed.code !== 0) return [`installing ended with ${howItEnded(installed)}`];
    const pruned = await this.run(["cache", "prune"], cache);
    if (pruned.code !== 0) return [`pruning ended with ${howItEnded(pruned)}`];
    return [
      ...wrongFiles(installed.target),
      ...cacheLeavings(join(cache, CACHE_LAYOUT)),
      ...strangers(join(cache, CACHE_LAYOUT)),
    ];
  }
}

const named = (files, name) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name.replace("-", "_")}/${path}`, text + name]));

function wrongFiles(target) {
  const distInfos = distInfosIn(target);
  const wrong = distInfos.flatMap((name) => recordProblems(target, name));
  return distInfos.length === projects.length ? wrong : [`${distInfos.length} distributions are installed`, ...wrong];
}

/**
 * Names that neither the layout knows nor a document has: half-written files, for one. A dead process's socket (no byte) stays for a while as
 * the answer for whoever meets a ticket of that process.
 */
function strangers(root) {
  const known =
    /^(?:(?:store|archives|files|metadata|built|index|interpreters|git|resolutions|servers)(?:\/.*)?|(?:partial|tmp|trash|leases|heartbeats|condemned|snapshots|locks|sockets)(?:\/.*)?|hints)$/;
  return readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => !known.test(name) || /\.(?:tmp|new|part)$|~$/.test(name))
    .map((name) => `${name} is nobody's`);
}

/** @returns {Promise<import("./command-kills.d.mts").KillReport>} */
export async function runCommandKills({ folder, fraction, randomPoints, seed, log = () => {} }) {
  mkdirSync(folder, { recursive: true });
  const world = new World(folder);
  await world.prepare();
  const random = seededRandom(seed);
  const names = Object.keys(scenarios);
  const points = [];
  const counts = {};
  for (const scenario of names) {
    counts[scenario] = await world.countCalls(scenario);
    const { main, worker } = counts[scenario];
    log(`${scenario}: ${main} calls of the main thread, ${worker} of a worker`);
    for (const thread of ["main", "worker"])
      for (let at = 1; at <= counts[scenario][thread]; at++)
        for (const when of ["before", "after"]) points.push({ scenario, thread, at, when, threads: "1" });
  }
  const chosen = points.filter(() => random() < fraction);
  for (let point = 0; point < randomPoints; point++) {
    const scenario = names[Math.floor(random() * names.length)];
    const thread = counts[scenario].worker > 0 && random() < 0.4 ? "worker" : "main";
    const at = 1 + Math.floor(random() * counts[scenario][thread]);
    chosen.push({ scenario, thread, at, when: random() < 0.5 ? "before" : "after", threads: "3" });
  }
  const report = { points: points.length, tried: chosen.length, killed: 0, failures: [] };
  await tryEach(chosen, 2, async ({ scenario, thread, at, when, threads }) => {
    const cache = world.cacheLike(scenarios[scenario].template);
    const ended = await world.run(scenarios[scenario].words, cache, {
      MURRE_KILL_AT: String(at),
      MURRE_KILL_WHEN: when,
      MURRE_KILL_IN: thread,
      MURRE_THREADS: threads,
    });
    const found = await world.damages(cache);
    // Answers of a server arrive in no certain order, so the last calls of a fill may not come up.
    if (ended.signal === "SIGKILL") report.killed += 1;
    else if (ended.code !== 0) found.push(`it ended with ${howItEnded(ended)}`);
    for (const damage of found) report.failures.push(`${scenario}, ${when} ${thread} call ${at}: ${damage}`);
  });
  await world.server.close();
  return report;
}

await asProgram(import.meta.url, runCommandKills);
