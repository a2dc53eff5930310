// node benchmarks/run.mjs [--requirements FILE] [--index URL]… [--find-links PLACE]… [--snapshot FOLDER] [--workload NAME]…
//   [--shape chain|breadth|versions]… [--count N]… [--python P] [--runs N] [--scale PART] [--json FILE] [NAME]…
// Without --index, the indexes are those of pip's configuration. `sync-*` measure `pip sync` of pinned requirements into new
// environments, `resolve-*` the workloads of a recorded index (--snapshot, else MURRE_INDEX_SNAPSHOT), `growth-*` made-up indexes,
// those of amounts/ made-up wheels, many or large or for many processes at once (`--scale 0.01`: a hundredth of that). `--help` has all names.
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_INDEX_URL, loadPipConfiguration } from "../packages/index-client/dist/index.js";
import { findUv, murre, runSync, uv } from "../storms/kit.mjs";
import { writeFloorList } from "./floor/list.mjs";
import { compileFloor, nodeFloor } from "./floor/programs.mjs";
import { amounts, measureAmount, printAmount } from "./amounts/amounts.mjs";
import { measureFelt } from "./felt.mjs";
import { measureGrowth, printGrowth } from "./growth.mjs";
import { compare, print, save, withScratch } from "./harness.mjs";
import { printResolution, resolveWorkloads } from "./resolve.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requirements: { type: "string", short: "r" },
    index: { type: "string", multiple: true },
    "find-links": { type: "string", multiple: true },
    snapshot: { type: "string", default: process.env.MURRE_INDEX_SNAPSHOT },
    workload: { type: "string", multiple: true },
    shape: { type: "string", multiple: true, default: ["chain", "breadth", "versions"] },
    count: { type: "string", multiple: true, default: ["1000", "5000"] },
    python: { type: "string", default: "3.11" },
    runs: { type: "string", default: "7" },
    scale: { type: "string", default: "1" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const runs = Number(values.runs);
const places = indexPlaces();
const uvFile = findUv();
if (uvFile === undefined) console.log("uv is missing (UV_BINARY, PATH): the comparison with it is left out");

const benchmarks = {
  "sync-warm": syncWarm,
  "sync-cold": syncCold,
  "resolve-cold": (scratch) => resolveRecorded(scratch, "cold"),
  "resolve-warm": (scratch) => resolveRecorded(scratch, "warm"),
  felt: (scratch) => measureFelt({ scratch, runs, python: values.python, uvFile }),
  "growth-cold": (scratch) => growing(scratch, "cold"),
  "growth-warm": (scratch) => growing(scratch, "warm"),
  ...Object.fromEntries(Object.keys(amounts).map((name) => [name, (scratch) => measureLarge(scratch, name)])),
};
if (values.help) {
  const [usage] = readFileSync(new URL(import.meta.url), "utf8").split("\nimport ", 1);
  console.log(`${usage.replaceAll(/^\/\/ ?/gm, "")}\n\n${Object.keys(benchmarks).join(", ")}`);
  process.exit();
}
const chosen = positionals.length > 0 ? positionals : ["sync-warm", "sync-cold"];
const missing = whatIsMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(2);
}
const requirements = values.requirements === undefined ? undefined : resolve(values.requirements);
const results = withScratch((scratch) =>
  chosen.flatMap((name) => {
    const folder = join(scratch, name);
    mkdirSync(folder);
    const all = benchmarks[name](folder);
    for (const result of all) printerOf(result)(result);
    return all;
  }),
);
if (values.json !== undefined) save(values.json, results);

function printerOf(result) {
  if ("pins" in result) return printResolution;
  if ("shape" in result) return printGrowth;
  return "amount" in result ? printAmount : print;
}

function measureLarge(scratch, name) {
  return measureAmount({ name, scratch, runs, python: values.python, uvFile, scale: Number(values.scale) });
}

/** What has to be said before anything can be measured, as a sentence. */
function whatIsMissing() {
  const unknown = chosen.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined) return `there is no benchmark ${unknown}: ${Object.keys(benchmarks).join(", ")}`;
  if (values.requirements === undefined && chosen.some((name) => name.startsWith("sync-")))
    return "give the pinned requirements, such as `murre pip compile requirements.in -o requirements.txt` writes: -r requirements.txt";
  if (values.snapshot === undefined && chosen.some((name) => name.startsWith("resolve-")))
    return "give the recorded index: --snapshot FOLDER or MURRE_INDEX_SNAPSHOT";
  return undefined;
}

function resolveRecorded(scratch, cache) {
  const { python, workload: workloads = [] } = values;
  return resolveWorkloads({
    snapshot: resolve(values.snapshot),
    scratch,
    runs,
    python,
    uvFile,
    workloads,
    caches: [cache],
  });
}

function growing(scratch, cache) {
  const counts = values.count.map(Number);
  return values.shape.flatMap((shape) =>
    measureGrowth({ scratch, runs, python: values.python, uvFile, shape, counts, caches: [cache] }),
  );
}

function indexPlaces() {
  if (values.index !== undefined || values["find-links"] !== undefined)
    return { indexes: values.index ?? [], findLinks: values["find-links"] ?? [] };
  const { indexUrl, extraIndexUrls, findLinks } = loadPipConfiguration({
    env: process.env,
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
  });
  // Extra ones are asked besides the default one, where no other takes its place.
  return {
    indexes: [indexUrl?.value ?? DEFAULT_INDEX_URL, ...(extraIndexUrls?.value ?? [])],
    findLinks: findLinks?.value ?? [],
  };
}

function installers() {
  return [murre(places), ...(uvFile === undefined ? [] : [uv(uvFile, places)])];
}

/** A contestant that syncs into an environment which its own tool has just made; the cache is given. */
function syncing(tool, cacheOf) {
  return {
    name: tool.name,
    prepare: (_run, folder) => runSync(tool.venv(values.python, join(folder, "env"), join(folder, "venv-cache"))),
    command: (run, folder) => tool.sync(requirements, join(folder, "env"), cacheOf(run, folder)),
    verify: (_run, folder) => verify(join(folder, "env")),
  };
}

function verify(environment) {
  const lines = readFileSync(join(environment, "pyvenv.cfg"), "utf8");
  if (!lines.includes("home")) throw new Error(`${environment} is no environment`);
}

function syncWarm(scratch) {
  const tools = installers();
  const warm = (tool) => join(scratch, `cache-${tool.name}`);
  const title = "warm sync into a new environment: everything is in the cache";
  const contestants = tools.map((tool) => syncing(tool, () => warm(tool)));
  const first = compare(title, contestants, { runs, scratch: join(scratch, "warm") });
  const list = join(scratch, "floor.list");
  const counts = writeFloorList(list, warm(tools[0]), join(scratch, "warm/murre-1/env/lib"));
  console.log(`the floor makes ${counts.folders} folders and ${counts.links} links`);
  const floors = floorContestants(scratch, list);
  const beside = compare("warm sync beside the floor", [contestants[0], ...floors], {
    runs,
    scratch: join(scratch, "floor"),
  });
  return [first, beside];
}

function floorContestants(scratch, list) {
  const binary = compileFloor(scratch);
  if (binary === undefined) console.log("gcc is missing: the floor in C is left out");
  const inC = (threads) => ({
    name: `floor in C, ${threads} link`,
    command: (_run, folder) => ({ file: binary, args: [list, folder, String(threads)] }),
  });
  return [
    ...(binary === undefined ? [] : [inC(1), inC(2)]),
    { name: "floor in Node", command: (_run, folder) => ({ file: process.execPath, args: [nodeFloor, list, folder] }) },
  ];
}

function syncCold(scratch) {
  const contestants = installers().map((tool) => syncing(tool, (_run, folder) => join(folder, "cache")));
  return [compare("cold sync: nothing is in the cache", contestants, { runs, scratch: join(scratch, "cold") })];
}
