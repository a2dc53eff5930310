// Distributions that share files: the same outcome however many processes install them, and a file that stays as long as one of its owners does.
//   node storms/environment/shared-owners.mjs [--installs 50] [--processes 4] [--real 50] [--seed 1] [--uv PATH] [--json FILE]
// The real families (nvidia with jax, opencv) are taken from the indexes of pip's configuration, where there are such.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { parseArgs } from "node:util";
import { indexedWheel, seededRandom, writeIndex } from "@murre/test-kit";
import {
  configuredPlaces,
  distInfosIn,
  finish,
  inScratch,
  projectOf,
  recordOf,
  run,
  runMurre,
  sitePackages,
  table,
  transactionLeavings,
} from "../kit.mjs";

const { values: options } = parseArgs({
  options: {
    installs: { type: "string", default: "50" },
    real: { type: "string", default: "50" },
    processes: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    uv: { type: "string" },
    json: { type: "string" },
  },
});
const processes = Number(options.processes);
const random = seededRandom(Number(options.seed));
const warningOf = /^warning: .* all have (?:this file|these files).*$/gm;

/** By inode: hard links of one file are read once. */
const digests = new Map();

function digestOf(path) {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const key = `${found.dev} ${found.ino} ${found.mtimeNs} ${found.size}`;
  if (!digests.has(key)) digests.set(key, createHash("sha256").update(readFileSync(path)).digest("base64url"));
  return digests.get(key);
}

/** By each path the rows of the distributions that list it; files that nobody lists by themselves. */
function readOwners(env) {
  const site = sitePackages(env);
  const owners = new Map();
  const records = [];
  for (const distInfo of distInfosIn(site)) {
    records.push(join(site, distInfo, "RECORD"));
    for (const { path, digest } of recordOf(site, distInfo)) {
      const absolute = posix.join(site, path);
      owners.set(absolute, [...(owners.get(absolute) ?? []), { name: projectOf(distInfo), digest }]);
    }
  }
  const files = readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes("/.murre/") && !path.includes("/__pycache__/"));
  const nobodys = files.filter((path) => !owners.has(path));
  const shown = files.filter((path) => !records.includes(path)).toSorted();
  const state = createHash("sha256");
  for (const path of shown) state.update(`${posix.relative(site, path)} ${digestOf(path)}\n`);
  return { site, owners, nobodys, state: state.digest("hex") };
}

/**
 * What is wrong: with the files of distributions that share nothing, with paths that have nobody's bytes, and with those whose bytes are
 * not the last owner's by name.
 */
function wrongIn({ site, owners, nobodys }) {
  const wrong = nobodys.map((path) => `nobody's: ${path}`);
  for (const [path, rows] of owners) {
    const last = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).at(-1);
    const digest = digestOf(path);
    if (digest === undefined) wrong.push(`${posix.relative(site, path)} is missing`);
    else if (last.digest !== undefined && digest !== last.digest)
      wrong.push(`${posix.relative(site, path)} has not the bytes of ${last.name}`);
  }
  return wrong;
}

/** Those with a path that others have with other bytes. */
function contested({ owners }) {
  const different = [...owners.values()].filter((rows) => new Set(rows.map(({ digest }) => digest)).size > 1);
  const names = new Set(different.flatMap((rows) => rows.map(({ name }) => name)));
  const groups = new Set(
    different.map((rows) =>
      rows
        .map(({ name }) => name)
        .toSorted()
        .join(", "),
    ),
  );
  const shared = [...owners.values()].filter((rows) => rows.length > 1).length;
  return { names, groups, shared, different: different.length };
}

function completeOnes(view) {
  const losers = new Set();
  for (const [path, rows] of view.owners)
    for (const { name, digest } of rows) if (digest !== undefined && digestOf(path) !== digest) losers.add(name);
  return [...contested(view).names].filter((name) => !losers.has(name));
}

async function makeEnvironment(env) {
  const made = await runMurre(["venv", env, "-q"]);
  if (made.code !== 0) throw new Error(made.stderr);
}

/** `count` installs into environments of their own, `processes` at a time; what is seen of each. */
async function installMany(scratch, names, count, flags) {
  const seen = [];
  const failures = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const env = join(scratch, `env-${next++}`);
      await makeEnvironment(env);
      const order = names.toSorted(() => random() - 0.5);
      const ended = await runMurre(["pip", "install", "--no-deps", ...order, ...flags, "-p", env], {
        timeoutMs: 600_000,
      });
      if (ended.code !== 0) failures.push(`${env}: ${ended.stderr.slice(0, 500)}`);
      else {
        const view = readOwners(env);
        const warnings = ended.stderr.match(warningOf) ?? [];
        const wrong = [...wrongIn(view), ...transactionLeavings(env)];
        const { groups, names: inConflict, shared, different } = contested(view);
        seen.push({
          state: view.state,
          warnings,
          wrong,
          groups,
          inConflict,
          shared,
          different,
          complete: completeOnes(view),
        });
      }
      // The first stays for the removals.
      if (!env.endsWith("-0")) rmSync(env, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: processes }, worker));
  return { seen, failures };
}

/** Removes one after the other in a random order: what stays is right each time, and nothing is left at the end. */
async function removeOneByOne(env, names) {
  const wrong = [];
  for (const name of names.toSorted(() => random() - 0.5)) {
    const { code, stderr } = await runMurre(["pip", "uninstall", "-y", name, "-p", env]);
    if (code !== 0) wrong.push(`uninstall ${name}: ${stderr.slice(0, 500)}`);
    wrong.push(...wrongIn(readOwners(env)).map((one) => `after ${name} went: ${one}`));
  }
  const left = readdirSync(sitePackages(env)).filter((name) => name !== ".murre" && name !== "_virtualenv.pth");
  return [...wrong, ...left.map((name) => `left at the end: ${name}`)];
}

async function family(title, scratch, names, count, flags, broken) {
  const { seen, failures } = await installMany(scratch, names, count, flags);
  const [first] = seen;
  const states = new Set(seen.map(({ state }) => state));
  // One warning for each set of owners, and each of these named in one.
  const isWarned = ({ warnings, groups }) =>
    warnings.length >= Math.min(1, groups.size) &&
    [...groups].every((owners) => warnings.filter((line) => line.includes(` ${owners} all have `)).length === 1);
  const unwarned = seen.filter((one) => !isWarned(one)).length;
  const damaged = seen.flatMap(({ wrong }) => wrong);
  const removal = first === undefined ? ["nothing was installed"] : await removeOneByOne(join(scratch, "env-0"), names);
  for (const failure of failures) broken.push(`${title}: ${failure}`);
  if (states.size !== 1) broken.push(`${title}: ${states.size} different outcomes`);
  if (unwarned > 0) broken.push(`${title}: ${unwarned} installs did not warn once with all owners`);
  for (const one of [...new Set([...damaged, ...removal])].slice(0, 10)) broken.push(`${title}: ${one}`);
  const result = {
    distributions: names.length,
    installs: seen.length,
    failures: failures.length,
    outcomes: states.size,
    sharedPaths: first?.shared,
    withDifferentBytes: first?.different,
    warningsEach: [...new Set(seen.map(({ warnings }) => warnings.length))],
    complete: [...new Set(seen.flatMap(({ complete }) => complete))],
    damaged: damaged.length,
    wrongAfterRemovals: removal.length,
  };
  table(
    title,
    Object.entries(result).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  return result;
}

/** What uv makes of the same: who wins, and what is left of the file when that one goes. */
async function withUv(scratch, names, index) {
  const winners = new Map();
  let warnings = 0;
  let goneAfterOneUninstall = 0;
  for (let round = 0; round < 30; round++) {
    const env = join(scratch, `uv-${round}`);
    await makeEnvironment(env);
    const uv = (...words) =>
      run(options.uv, ["pip", ...words, "-p", env], { env: { UV_CACHE_DIR: join(scratch, "uv-cache") } });
    const { stderr } = await uv("install", "--no-config", "--default-index", index, ...names);
    if (/warning/i.test(stderr)) warnings++;
    const shared = join(sitePackages(env), "shared/__init__.py");
    const winner = existsSync(shared) ? readFileSync(shared, "utf8").trim() : "none";
    winners.set(winner, (winners.get(winner) ?? 0) + 1);
    await uv("uninstall", names[0]);
    if (!existsSync(shared)) goneAfterOneUninstall++;
    rmSync(env, { recursive: true });
  }
  const result = { rounds: 30, winners: winners.size, warnings, goneAfterOneUninstall };
  table("uv with the twelve", Object.entries(result));
  return result;
}

/** The projects of the configured indexes whose name has this form. */
function configuredProjects(pattern) {
  const names = configuredPlaces().indexes.flatMap((folder) => readdirSync(folder));
  return [...new Set(names.filter((name) => pattern.test(name)))].toSorted();
}

await inScratch(async (scratch) => {
  process.env.MURRE_CACHE_DIR = join(scratch, "cache");
  const broken = [];
  const results = {};
  const names = Array.from({ length: 12 }, (_, n) => `owner-${String.fromCharCode(97 + n)}`);
  const specs = names.map((name) => ({
    name,
    version: "1.0",
    files: { "shared/__init__.py": `whose = "${name}"\n`, [`shared/${name.replace("-", "_")}.py`]: `# ${name}\n` },
  }));
  writeIndex(join(scratch, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = join(scratch, "index/simple");
  const flags = ["--index-url", index, "--no-config"];
  results.madeUp = await family(
    "twelve made-up ones",
    join(scratch, "made-up"),
    names,
    Number(options.installs),
    flags,
    broken,
  );
  if (options.uv !== undefined) results.uv = await withUv(scratch, names, index);
  for (const [title, pattern] of [
    ["opencv-python with opencv-python-headless", /^opencv-python(?:-headless)?$/],
    ["the nvidia family and jax", /^(?:nvidia-.+|jax|jaxlib)$/],
  ]) {
    const found = configuredProjects(pattern);
    if (found.length < 2 || Number(options.real) === 0) console.log(`\n${title}: not in the configured indexes`);
    else
      results[title] = await family(title, join(scratch, title.split(" ")[0]), found, Number(options.real), [], broken);
  }
  finish("shared-owners", results, broken, options.json);
});
