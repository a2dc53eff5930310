// node storms/cache/clean-against-install.mjs [--seconds 300] [--wheels 24] [--python P] [--uv] [--json FILE]
// Six installing processes (five loops of commands, one of the library with four operations at once) into fresh environments, two that
// clean, one that prunes, one that removes the cache folder; every environment is compared with its RECORDs.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  chooseWheels,
  damageOf,
  findUv,
  finish,
  howItEnded,
  inScratch,
  median,
  murre as murreOf,
  pins,
  placeFile,
  run,
  runCommand,
  seconds,
  serveWheels,
  table,
  uv as uvOf,
} from "../kit.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    wheels: { type: "string", default: "24" },
    python: { type: "string", default: "3.11" },
    "rm-every": { type: "string", default: "4" },
    "no-rm": { type: "boolean", default: false },
    uv: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
/** Nobody may hang longer than this after the storm's end. */
const graceMs = 240_000;

const broken = [];
const result = await inScratch(async (scratch) => {
  const wheels = await chooseWheels(scratch, Number(values.wheels));
  const server = await serveWheels(wheels);
  try {
    const places = { indexes: [server.url], findLinks: [] };
    const storms = [await storm(scratch, "murre", murreOf(places), ["--json"], wheels, server.url)];
    const uvFile = values.uv ? findUv() : undefined;
    if (values.uv && uvFile === undefined) console.log("uv is missing (UV_BINARY, PATH)");
    if (uvFile !== undefined)
      for (const words of [[], ["--force"]])
        storms.push(await storm(scratch, ["uv", ...words].join(" "), uvOf(uvFile, places), words, wheels, undefined));
    return { seconds: Number(values.seconds), wheels: wheels.length, storms };
  } finally {
    await server.close();
  }
});
const [own] = result.storms;
if (own.failed > 0) broken.push(`${own.failed} installs failed`);
if (own.damaged > 0) broken.push(`${own.damaged} environments were damaged`);
if (own.cleanFailures > 0) broken.push(`${own.cleanFailures} cleanings failed`);
if (own.installs === 0) broken.push("nothing was installed");
finish("clean-against-install", result, broken, values.json);

/** @param cleaningWords what `cache clean` and `cache prune` are told besides */
async function storm(scratch, name, tool, cleaningWords, wheels, libraryUrl) {
  const folder = join(scratch, name.replaceAll(/\W+/g, "-"));
  const cache = join(folder, "cache");
  const sets = [0, 1, 2].map((n) => {
    const chosen = wheels.filter((_, i) => i % 3 !== n);
    return { file: placeFile(folder, `set-${n}.txt`, pins(chosen)), wheels: chosen };
  });
  const deadline = Date.now() + Number(values.seconds) * 1000;
  const seen = { installs: [], cleans: [], projectCleans: [], prunes: [], removals: 0 };
  const spent = (list, what) => (report) => {
    list.push({
      ms: report.ms,
      failure: report.code === 0 ? null : `${what} ended with ${howItEnded(report)}`,
    });
  };
  const timeLeft = () => ({ timeoutMs: Math.max(1000, deadline + graceMs - Date.now()) });
  const until = async (step) => {
    for (let i = 0; Date.now() < deadline; i++) await step(i);
  };
  const installing = (number) =>
    until(async (i) => {
      const environment = join(folder, `env-${number}-${i}`);
      const { file, wheels: wanted } = sets[(number + i) % sets.length];
      const made = await runCommand(tool.venv(values.python, environment, cache), timeLeft());
      const report = made.code === 0 ? await runCommand(tool.sync(file, environment, cache), timeLeft()) : made;
      const damage = report.code === 0 ? await damageOf(environment, wanted) : [];
      const failure = report.code === 0 ? null : `ended with ${howItEnded(report)}`;
      seen.installs.push({ kind: "command", failure, damage, ms: report.ms });
      rmSync(environment, { recursive: true, force: true });
    });
  const library = async () => {
    if (libraryUrl === undefined) return installing(5);
    const task = { cacheFolder: cache, folder, url: libraryUrl, python: values.python, deadline, sets };
    const child = fileURLToPath(new URL("library-child.mjs", import.meta.url));
    const report = await run(process.execPath, [child, JSON.stringify(task)], timeLeft());
    for (const line of report.stdout.split("\n")) if (line !== "") seen.installs.push(JSON.parse(line));
    if (report.code !== 0)
      seen.installs.push({
        kind: "library",
        failure: `the process ended with ${howItEnded(report)}`,
        damage: [],
        ms: report.ms,
      });
  };
  const cleaning = (pause, list, command) =>
    until(async (i) => {
      spent(list, command(i).args.join(" "))(await runCommand(command(i), timeLeft()));
      await sleep(pause);
    });
  const project = (i) => wheels[i % wheels.length].name;
  const removing = () =>
    until(async () => {
      await sleep(Number(values["rm-every"]) * 1000);
      if (values["no-rm"]) return;
      await run("rm", ["-rf", cache]);
      seen.removals++;
    });
  await Promise.all([
    ...[0, 1, 2, 3, 4].map(installing),
    library(),
    cleaning(1000, seen.cleans, () => tool.clean(cache, ...cleaningWords)),
    cleaning(300, seen.projectCleans, (i) => tool.clean(cache, project(i), ...cleaningWords)),
    cleaning(700, seen.prunes, () => tool.prune(cache, ...cleaningWords)),
    removing(),
  ]);
  const alone = await cleanAlone(folder, tool, cleaningWords, cache, sets[0]);
  return summary(name, seen, alone);
}

/** The same with nobody beside it: the cache is filled before each. */
async function cleanAlone(folder, tool, cleaningWords, cache, { file }) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const environment = join(folder, `alone-${i}`);
    await runCommand(tool.venv(values.python, environment, cache));
    await runCommand(tool.sync(file, environment, cache));
    times.push((await runCommand(tool.clean(cache, ...cleaningWords))).ms);
    rmSync(environment, { recursive: true, force: true });
  }
  return times;
}

function summary(name, seen, alone) {
  const failures = seen.installs.filter(({ failure }) => failure !== null);
  const damaged = seen.installs.filter(({ damage }) => damage.length > 0);
  const allCleanings = [...seen.cleans, ...seen.projectCleans, ...seen.prunes];
  const cleanFailures = allCleanings.filter(({ failure }) => failure !== null);
  const times = (list) => ({
    count: list.length,
    medianMs: median(list.map(({ ms }) => ms)),
    maxMs: Math.max(0, ...list.map(({ ms }) => ms)),
  });
  const said = (time) => `${time.count} times, median ${seconds(time.medianMs)}, longest ${seconds(time.maxMs)}`;
  const figures = {
    name,
    installs: seen.installs.length,
    libraryInstalls: seen.installs.filter(({ kind }) => kind === "library").length,
    failed: failures.length,
    damaged: damaged.length,
    cleanFailures: cleanFailures.length,
    removals: seen.removals,
    clean: times(seen.cleans),
    cleanProject: times(seen.projectCleans),
    prune: times(seen.prunes),
    cleanAlone: times(alone.map((ms) => ({ ms }))),
    examples: [...failures, ...cleanFailures].slice(0, 5).map(({ failure }) => failure.slice(0, 2000)),
    damages: damaged.slice(0, 5).map(({ damage }) => damage.slice(0, 5)),
  };
  table(`${name}, ${values.seconds} s`, [
    ["installs (of them by the library)", `${figures.installs} (${figures.libraryInstalls})`],
    ["failed installs", figures.failed],
    ["damaged environments", figures.damaged],
    ["failed cleanings", figures.cleanFailures],
    ["removals of the whole folder", figures.removals],
    ["cache clean", said(figures.clean)],
    ["cache clean, alone", said(figures.cleanAlone)],
    ["cache clean PROJECT", said(figures.cleanProject)],
    ["cache prune", said(figures.prune)],
  ]);
  for (const text of figures.examples) console.log(`  example: ${text}`);
  for (const text of figures.damages) console.log(`  damage: ${text.join("; ")}`);
  return figures;
}
