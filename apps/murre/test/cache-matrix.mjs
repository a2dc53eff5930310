// Ends murre at every call that changes a file system, while it fills a cache over HTTP or cleans it, and looks at what fresh processes make of
// that cache: a correct installation, and after one `cache prune` nothing that nobody can reach.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { indexedWheel, seededRandom, serveFolder, writeIndex } from "@murre/test-kit";
import { parseRecord } from "@murre/wheel";
import { leavings } from "../../../packages/cache/test/leavings.mjs";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const preload = import.meta.resolve("@murre/test-kit/preload");
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
    const env = { ...process.env, PIP_CONFIG_FILE: "/dev/null" };
    for (const name of Object.keys(env)) if (/^(?:MURRE_|VIRTUAL_ENV|PIP_(?!CONFIG_FILE))/.test(name)) delete env[name];
    this.env = env;
  }

  async prepare() {
    const files = { "m/__init__.py": "import os\n", "m/data.txt": "x".repeat(70_000) };
    const wheels = projects.map((name) => indexedWheel({ name, version: "1.0", files: { ...named(files, name) } }));
    writeIndex(join(this.folder, "index"), await Promise.all(wheels));
    this.server = await serveFolder(join(this.folder, "index"));
    mkdirSync(join(this.folder, "empty"));
    const full = join(this.folder, "full");
    const filled = await this.install(full);
    if (filled.code !== 0) throw new Error(filled.err);
    // One that was killed in the middle of filling: a lease, tickets, what it had received and unpacked.
    rmSync(join(full, "v1/archives/third"), { recursive: true });
    await this.install(full, { MURRE_KILL_AT: "40" });
  }

  /** A fresh path, never one that was deleted: on ext4 that makes the next ones slow. */
  fresh(what) {
    return join(this.folder, `${what}-${this.used++}`);
  }

  cacheLike(template) {
    const cache = this.fresh("cache");
    // Keeps the links between pointers and tokens.
    execFileSync("cp", ["-a", join(this.folder, template), cache]);
    return cache;
  }

  /** Runs `murre WORDS` with this cache; those that install do so into a target of their own. */
  run(words, cache, env = {}) {
    const target = this.fresh("target");
    const index = ["--target", target, "--index-url", `${this.server.url}/simple/`, "--no-config"];
    const args = [bin, ...words, ...(words[1] === "install" ? index : []), "--cache-dir", cache];
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, {
        cwd: this.folder,
        // Worker threads have these as well.
        env: { ...this.env, NODE_OPTIONS: `--import=${preload}`, MURRE_THREADS: "1", ...env },
        stdio: ["ignore", "ignore", "pipe"],
        timeout: longestRunMs,
        killSignal: "SIGABRT",
      });
      let err = "";
      child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
      child.on("close", (code, signal) => resolve({ code, signal, err, target }));
    });
  }

  install(cache, env) {
    return this.run(scenarios["cold fill"].words, cache, env);
  }

  async countCalls(scenario) {
    const { template, words } = scenarios[scenario];
    const file = this.fresh("count");
    await this.run(words, this.cacheLike(template), { MURRE_KILL_COUNT_FILE: file });
    const counts = { main: 0, worker: 0 };
    for (const line of readFileSync(file, "utf8").trim().split("\n")) {
      const [thread, calls] = line.split(" ");
      counts[thread] = Math.max(counts[thread], Number(calls));
    }
    return counts;
  }

  /** What is wrong with a cache in which a process was killed, after fresh ones installed from it and pruned it. */
  async damages(cache) {
    const installed = await this.install(cache);
    if (installed.code !== 0) return [`installing ended with ${installed.code ?? installed.signal}: ${installed.err}`];
    const pruned = await this.run(["cache", "prune"], cache);
    if (pruned.code !== 0) return [`pruning ended with ${pruned.code ?? pruned.signal}: ${pruned.err}`];
    return [...wrongFiles(installed.target), ...leavings(join(cache, "v1")), ...strangers(join(cache, "v1"))];
  }
}

const named = (files, name) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name.replace("-", "_")}/${path}`, text + name]));

function wrongFiles(target) {
  const rows = readdirSync(target)
    .filter((name) => name.endsWith(".dist-info"))
    .map((name) => parseRecord(readFileSync(join(target, name, "RECORD"), "utf8")));
  const wrong = rows
    .flat()
    .filter(({ digest }) => digest !== undefined)
    .filter(({ path, digest }) => !existsSync(join(target, path)) || digestOf(join(target, path)) !== digest)
    .map(({ path }) => `${path} is not what RECORD says`);
  return rows.length === projects.length ? wrong : [`${rows.length} distributions are installed`, ...wrong];
}

const digestOf = (path) => createHash("sha256").update(readFileSync(path)).digest("base64url");

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

/** @returns {Promise<import("./cache-matrix.d.mts").CacheMatrixReport>} */
export async function runCacheMatrix({ folder, fraction, randomPoints, seed, parallel = 2, log = () => {} }) {
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
  const todo = chosen.values();
  const work = async () => {
    for (const { scenario, thread, at, when, threads } of todo) {
      const cache = world.cacheLike(scenarios[scenario].template);
      const { signal, code, err } = await world.run(scenarios[scenario].words, cache, {
        MURRE_KILL_AT: String(at),
        MURRE_KILL_WHEN: when,
        MURRE_KILL_IN: thread,
        MURRE_THREADS: threads,
      });
      const found = await world.damages(cache);
      // Answers of a server arrive in no certain order, so the last calls of a fill may not come up.
      if (signal === "SIGKILL") report.killed += 1;
      else if (code !== 0) found.push(`it ended with ${code ?? signal}: ${err}`);
      for (const damage of found) report.failures.push(`${scenario}, ${when} ${thread} call ${at}: ${damage}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  await world.server.close();
  return report;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const [fraction = 1, randomPoints = 300, seed = 1] = process.argv.slice(2).map(Number);
  try {
    const report = await runCacheMatrix({ folder, fraction, randomPoints, seed, log: console.log });
    console.log(JSON.stringify(report, undefined, 2));
    process.exitCode = report.failures.length > 0 || report.killed === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
