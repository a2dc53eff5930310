// Promise 2 under fire: processes that change one environment at once beside readers, and commands that are killed at random moments.
//   node benchmarks/storms/change-environment.mjs [--rounds 100] [--kills 100] [--seed 1]
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseRecord } from "../../packages/wheel/dist/index.js";
import { indexedWheel, seededRandom, writeIndex } from "../../packages/test-kit/dist/index.js";
import { chooseWheels, inScratch, runMurre } from "./storm-kit.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
  },
});
const random = seededRandom(Number(options.seed));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Install A, install B and uninstall C at once. A needs C, so that two final states are possible; A and B bring two distributions each. */
async function changeTogether(scratch, rounds) {
  const specs = [
    { name: "a", version: "1.0", requiresDist: ["a-twin", "c"], files: { "shared/a.py": "a", "a/__init__.py": "a" } },
    { name: "a-twin", version: "1.0", files: { "shared/twin_a.py": "a" } },
    { name: "b", version: "1.0", requiresDist: ["b-twin"], files: { "shared/b.py": "b", "b/__init__.py": "b" } },
    { name: "b-twin", version: "1.0", files: { "shared/twin_b.py": "b" } },
    { name: "c", version: "1.0", files: { "shared/c.py": "c", "c/__init__.py": "c" } },
  ];
  writeIndex(join(scratch, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--index-url", join(scratch, "index/simple"), "--no-config"];
  const report = { rounds, outcomes: {}, reads: 0, mixtures: [], failures: [], damaged: 0 };
  const serial = new Set(["a,a-twin,b,b-twin", "a,a-twin,b,b-twin,c"]);
  for (let round = 0; round < rounds; round++) {
    const env = join(scratch, `env-${round}`);
    const change = async (...words) => {
      const ended = await runMurre(["pip", ...words, "-p", env]);
      if (ended.code !== 0) report.failures.push(`round ${round}, ${words[0]}: ${ended.stderr}`);
    };
    await runMurre(["venv", env, "-q"]);
    await change("install", "c", ...index);
    const running = { isOver: false };
    const reader = async (command) => {
      while (!running.isOver) {
        const { code, stdout, stderr } = await runMurre(["pip", ...command, "-p", env]);
        report.reads += 1;
        const names = new Set(stdout.match(/\b(?:a|b)(?:-twin)?(?===)/g) ?? []);
        const isHalf = (name) => names.has(name) !== names.has(`${name}-twin`);
        const isMixture = command[0] === "freeze" && (isHalf("a") || isHalf("b"));
        if (isMixture || /incomplete|twin.*not installed/.test(stdout) || code > 1 || /error/.test(stderr))
          report.mixtures.push(`round ${round}: ${command[0]} ${code}: ${stdout}${stderr}`);
      }
    };
    const readers = [reader(["freeze"]), reader(["check"]), reader(["list"])];
    const later = async (...words) => {
      await sleep(random() * 400);
      await change(...words);
    };
    await Promise.all([later("install", "a", ...index), later("install", "b", ...index), later("uninstall", "c")]);
    running.isOver = true;
    await Promise.all(readers);
    const { stdout } = await runMurre(["pip", "freeze", "-p", env]);
    const state = stdout.trim().replaceAll(/==.*/g, "").split("\n").join(",");
    report.outcomes[state] = (report.outcomes[state] ?? 0) + 1;
    if (!serial.has(state)) report.failures.push(`round ${round}: ended as ${state}`);
    report.damaged += brokenRows(env).length + leavings(env).length;
  }
  return report;
}

/** A fresh sync of 60 real wheels, and a sync that replaces 29 distributions by 29 others, killed at random moments. */
async function killChanges(scratch, kills) {
  const all = await chooseWheels(scratch, 60);
  const text = (chosen) => chosen.map(({ name, path }) => `${name} @ file://${path}\n`).join("");
  const files = { sixty: all, first: all.slice(0, 29), second: all.slice(29, 58) };
  for (const [name, chosen] of Object.entries(files)) writeFileSync(join(scratch, `${name}.txt`), text(chosen));
  const sync = (env, name, onStart) =>
    runMurre(["pip", "sync", join(scratch, `${name}.txt`), "-p", env, "--json"], { onStart });
  const report = {};
  for (const [what, from, to] of [
    ["fresh sync of 60", undefined, "sixty"],
    ["29 replaced by 29", "first", "second"],
  ]) {
    const windows = [];
    const times = [];
    for (let i = 0; i < 6; i++) {
      const env = join(scratch, `${to}-whole-${i}`);
      await runMurre(["venv", env, "-q"]);
      if (from !== undefined) await sync(env, from);
      const { ms, stdout } = await sync(env, to);
      windows.push(JSON.parse(stdout).durationsMs.window);
      if (i > 0) times.push(ms);
    }
    const counts = { untouched: 0, finished: 0, recovered: 0, wrong: [] };
    for (let i = 0; i < kills; i++) {
      const env = join(scratch, `${to}-${i}`);
      await runMurre(["venv", env, "-q"]);
      if (from !== undefined) await sync(env, from);
      const before = names(env);
      const killAfterMs = median(times) * (0.45 + 0.55 * random());
      await sync(env, to, (child) => setTimeout(() => child.kill("SIGKILL"), killAfterMs));
      const { stdout } = await runMurre(["pip", "check", "--recover", "-p", env, "--json"]);
      const after = names(env);
      const isOld = after === before;
      const isNew = after === wantedNames(files[to]);
      const broken = [...brokenRows(env), ...leavings(env)];
      if ((!isOld && !isNew) || broken.length > 0) counts.wrong.push(`kill ${i}: ${after} ${broken.slice(0, 3)}`);
      else if (JSON.parse(stdout).recovered.length > 0) counts.recovered += 1;
      else counts[isNew ? "finished" : "untouched"] += 1;
    }
    report[what] = { kills, ...counts, windowMs: { median: median(windows), maximum: Math.max(...windows) } };
  }
  return report;
}

const wantedNames = (chosen) =>
  chosen
    .map(({ name }) => name)
    .toSorted()
    .join(",");

function sitePackages(env) {
  const lib = join(env, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
}

function names(env) {
  const projects = readdirSync(sitePackages(env))
    .filter((name) => name.endsWith(".dist-info"))
    .map((name) =>
      name
        .split("-")[0]
        .toLowerCase()
        .replaceAll(/[-_.]+/g, "-"),
    );
  return projects.toSorted().join(",");
}

/** What a transaction that is over left behind, and whole folders that no RECORD explains. */
function leavings(env) {
  const state = join(sitePackages(env), ".murre");
  if (!existsSync(state)) return [];
  return readdirSync(state, { recursive: true })
    .map(String)
    .filter((name) => !/^(?:lock(?:\/(?:choosing|tickets))?|commit|trash|torn|stamp)$/.test(name));
}

/** Rows of RECORDs whose file is missing or has other bytes, and files of site-packages that no RECORD lists. */
function brokenRows(env) {
  const site = sitePackages(env);
  const broken = [];
  const listed = new Set();
  for (const distInfo of readdirSync(site).filter((name) => name.endsWith(".dist-info")))
    for (const { path, digest } of parseRecord(readFileSync(join(site, distInfo, "RECORD"), "utf8"))) {
      listed.add(join(site, path));
      if (digest === undefined) continue;
      const actual = existsSync(join(site, path))
        ? createHash("sha256")
            .update(readFileSync(join(site, path)))
            .digest("base64url")
        : undefined;
      if (actual !== digest) broken.push(`${distInfo}: ${path}`);
    }
  for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !path.includes("/.murre/") && !dirname(path).endsWith("__pycache__") && !listed.has(path))
      broken.push(`nobody's: ${path}`);
  }
  return broken;
}

await inScratch(async (scratch) => {
  process.env.MURRE_CACHE_DIR = join(scratch, "cache");
  console.log(JSON.stringify(await changeTogether(scratch, Number(options.rounds)), undefined, 2));
  console.log(JSON.stringify(await killChanges(scratch, Number(options.kills)), undefined, 2));
});
