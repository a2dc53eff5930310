// Every project of the indexes that pip's configuration names, installed by two processes at once into two environments out of one cache; then once
// more. Every RECORD is compared with the files, apart from the losers that the report lists.
// node storms/environment/install-many.mjs [--limit N] [--most-mib 400] [--json FILE]
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  brokenRows,
  configuredPlaces,
  finish,
  inScratch,
  projectOf,
  runMurre,
  seconds,
  table,
  transactionLeavings,
} from "../kit.mjs";

const { values } = parseArgs({
  options: { limit: { type: "string" }, "most-mib": { type: "string", default: "400" }, json: { type: "string" } },
});

/** Names of all projects: the folders of indexes, and the files of find-links folders. */
function projects() {
  const { indexes, findLinks } = configuredPlaces();
  const names = new Set();
  for (const folder of indexes)
    for (const name of readdirSync(folder)) if (statSync(join(folder, name)).isDirectory()) names.add(normalized(name));
  for (const folder of findLinks)
    for (const name of readdirSync(folder)) if (name.endsWith(".whl")) names.add(projectOf(name));
  return [...names].toSorted();
}

const normalized = (name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** The most memory of the process itself, from the kernel: looked at while it runs, because it is gone with it. */
async function measured(args) {
  let peakKib = 0;
  let timer;
  const onStart = ({ pid }) => (timer = setInterval(() => (peakKib = Math.max(peakKib, highWater(pid))), 20));
  const report = await runMurre(args, { timeoutMs: 3_600_000, onStart });
  clearInterval(timer);
  return { ...report, peakMib: Math.round(peakKib / 1024) };
}

function highWater(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function read(run) {
  try {
    return JSON.parse(run.stdout);
  } catch {
    return undefined;
  }
}

/** Rows with other bytes than RECORD has, of distributions that are no listed losers at that path. */
function unexplained(environment, { conflicts }) {
  const lost = new Set(conflicts.map(({ path }) => basename(path)));
  const losers = new Set(conflicts.flatMap(({ losers }) => losers));
  const paths = new Set(conflicts.map(({ path }) => path));
  return brokenRows(environment).filter((row) => {
    const [, distInfo = "", path = ""] = /^(.*)\.dist-info: (.*) has other bytes$/.exec(row) ?? [];
    const name = projectOf(distInfo);
    return !(losers.has(name) && lost.has(basename(path)) && [...paths].some((lostAt) => lostAt.endsWith(clean(path))));
  });
}

const clean = (path) => path.replace(/^(?:\.\.\/)+/, "/");

await inScratch(async (scratch) => {
  const list = join(scratch, "projects.txt");
  const names = projects();
  writeFileSync(list, `${names.join("\n")}\n`);
  const environments = ["one", "two"].map((name) => join(scratch, name));
  for (const environment of environments) await runMurre(["venv", environment]);
  const cache = join(scratch, "cache");
  const many = (environment) =>
    measured([
      "install-many",
      list,
      "--no-build",
      "--json",
      "--quiet",
      "--cache-dir",
      cache,
      "-p",
      environment,
      ...(values.limit === undefined ? [] : ["--limit", values.limit]),
    ]);
  const first = await Promise.all(environments.map(many));
  const second = await many(environments[0]);
  const third = join(scratch, "three");
  await runMurre(["venv", third]);
  const linked = await many(third);
  const broken = [];
  const runs = [...first, second, linked];
  const reports = runs.map(read);
  for (const [i, run] of runs.entries()) {
    const report = reports[i];
    if (report === undefined) broken.push(`run ${i} ended with ${run.code ?? run.signal}: ${run.stderr.slice(-600)}`);
    if (run.peakMib > Number(values["most-mib"])) broken.push(`run ${i} took ${run.peakMib} MiB`);
  }
  for (const [environment, report] of [
    [environments[0], reports[0]],
    [environments[1], reports[1]],
    [third, reports[3]],
  ]) {
    if (report === undefined) continue;
    for (const row of unexplained(environment, report)) broken.push(`${basename(environment)}: ${row}`);
    for (const name of transactionLeavings(environment)) broken.push(`${basename(environment)}: left behind ${name}`);
  }
  if ((reports[1]?.installed.length ?? 0) !== (reports[0]?.installed.length ?? -1)) broken.push("the two differ");
  if (reports[2] !== undefined && reports[2].installed.length > 0)
    broken.push(`the second run installed ${reports[2].installed.length}`);
  if (reports[3] !== undefined && reports[3].fetched > 0)
    broken.push(`the third environment fetched ${reports[3].fetched}`);
  const titles = [
    "first, side by side",
    "first, side by side",
    "again, everything there",
    "a third, everything cached",
  ];
  for (const [i, run] of runs.entries()) {
    const report = reports[i];
    table(titles[i], [
      ["time", seconds(run.ms)],
      ["most memory", `${run.peakMib} MiB`],
      ...(report === undefined
        ? []
        : [
            [
              "installed, there already, failed",
              `${report.installed.length}, ${report.present.length}, ${report.failures.length}`,
            ],
            ["fetched", report.fetched],
            ["conflicts", report.conflicts.length],
            ["files linked, copied, written", `${report.filesLinked}, ${report.filesCopied}, ${report.filesGenerated}`],
            [
              "transactions, longest window",
              `${report.transactions}, ${report.durationsMs.longestWindow.toFixed(1)} ms`,
            ],
          ]),
    ]);
  }
  for (const { name, code } of reports[0]?.failures ?? []) console.log(`  failed: ${name} ${code}`);
  const result = {
    projects: names.length,
    runs: runs.map(({ ms, peakMib }, i) => ({ ms, peakMib, report: reports[i] })),
  };
  finish("install-many", result, broken, values.json);
});
