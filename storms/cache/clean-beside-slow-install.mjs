// node storms/cache/clean-beside-slow-install.mjs [--seconds 60] [--python P] [--json FILE]
// `cache clean PROJECT`, `cache prune` and `cache clean` beside an installation that a slow server keeps busy: when they return, whether the
// installation ends well, and whether what they removed is gone after it. uv beside it, where UV_BINARY or the PATH has one.
import { CACHE_LAYOUT } from "@murre/cache";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  chooseWheels,
  damageOf,
  findUv,
  finish,
  inScratch,
  murre as murreOf,
  pins,
  placeFile,
  runCommand,
  seconds,
  serveWheels,
  table,
  uv as uvOf,
} from "../kit.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    python: { type: "string", default: "3.11" },
    json: { type: "string" },
  },
});
const slowSeconds = Number(values.seconds);
const longestMs = slowSeconds * 1000 + 180_000;
const broken = [];

const result = await inScratch(async (scratch) => {
  const wheels = await chooseWheels(scratch, 12, { smallestBytes: 20_000 });
  const [warm, slow] = [wheels.slice(0, 8), wheels.slice(8)];
  const slowNames = new Set(slow.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)));
  const server = await serveWheels(wheels, {
    secondsEach: (path) => (slowNames.has(path.slice("/files/".length)) ? slowSeconds : 0),
  });
  const files = { warm: placeFile(scratch, "warm.txt", pins(warm)), all: placeFile(scratch, "all.txt", pins(wheels)) };
  try {
    const murre = await besideMurre(join(scratch, "murre"), server.url, files, wheels);
    const uvFile = findUv();
    const uv =
      uvFile === undefined ? undefined : await besideUv(join(scratch, "uv"), uvFile, server.url, files, wheels);
    return { seconds: slowSeconds, murre, uv };
  } finally {
    await server.close();
  }
});
finish("clean-beside-slow-install", result, broken, values.json);

async function besideMurre(folder, url, files, wheels) {
  const tool = murreOf({ indexes: [url], findLinks: [] });
  const cache = join(folder, "cache");
  const environment = join(folder, "env");
  const sync = await prepared(tool, cache, files, [join(folder, "first"), environment]);
  const alone = await runCommand(tool.prune(cache, "--json"));
  let endedMs;
  const begun = performance.now();
  const installation = sync(files.all, environment).then((report) => ((endedMs = performance.now() - begun), report));
  const steps = [];
  const condemned = new Set();
  for (const [name, share, command] of [
    ["clean PROJECT", 0.25, tool.clean(cache, wheels[0].name, "--json")],
    ["prune", 0.4, tool.prune(cache, "--json")],
    ["clean", 0.5, tool.clean(cache, "--json")],
  ]) {
    await sleep(Math.max(0, begun + share * slowSeconds * 1000 - performance.now()));
    if (name === "clean") for (const id of entries(cache)) condemned.add(id);
    const report = await runCommand(command);
    const after = {
      name,
      ms: report.ms,
      isInstalling: endedMs === undefined,
      code: report.code,
      report: parse(report.stdout),
    };
    steps.push(after);
    if (report.code !== 0) broken.push(`${name} ended with ${report.code}: ${report.stderr}`);
    if (!after.isInstalling) broken.push(`${name} came back when the installation had ended`);
  }
  const pending = entries(cache).filter((id) => condemned.has(id)).length;
  const installed = await installation;
  if (installed.code !== 0) broken.push(`the installation ended with ${installed.code}: ${installed.stderr}`);
  const damage = installed.code === 0 ? await damageOf(environment, wheels) : [];
  if (damage.length > 0) broken.push(`the environment is damaged: ${damage.slice(0, 3).join("; ")}`);
  const left = entries(cache).filter((id) => condemned.has(id)).length;
  if (left > 0)
    broken.push(`${left} of ${condemned.size} entries that were cleaned away are still there after the installation`);
  const trash = namesIn(join(cache, `${CACHE_LAYOUT}/trash`)).length;
  if (trash > 0) broken.push(`${trash} things lie in the trash`);
  table(`murre beside an installation of ${seconds(endedMs)}`, [
    ["prune, with nobody beside it", seconds(alone.ms)],
    ...steps.map(({ name, ms, isInstalling, report }) => [
      name,
      `${seconds(ms)}, ${isInstalling ? "before" : "AFTER"} the installation's end; freed ${report?.freed?.bytes} B, pending ${report?.pending?.bytes} B in ${report?.pending?.entries}`,
    ]),
    ["installation", `${installed.code === 0 ? "well" : "FAILED"}, ${damage.length} damaged files`],
    ["cleaned entries: during, after the installation", `${pending} of ${condemned.size}, ${left}`],
  ]);
  return { installationMs: endedMs, aloneMs: alone.ms, steps, damage, condemned: condemned.size, pending, left };
}

/** Fills the cache with what is warm, and makes both environments. @returns what installs into one */
async function prepared(tool, cache, files, [first, second]) {
  const sync = (file, path) => runCommand(tool.sync(file, path, cache), { timeoutMs: longestMs });
  await runCommand(tool.venv(values.python, first, cache));
  await sync(files.warm, first);
  await runCommand(tool.venv(values.python, second, cache));
  return sync;
}

async function besideUv(folder, file, url, files, wheels) {
  const tool = uvOf(file, { indexes: [url], findLinks: [] });
  const cache = join(folder, "cache");
  const environment = join(folder, "env");
  const sync = await prepared(tool, cache, files, [join(folder, "first"), environment]);
  let endedMs;
  const begun = performance.now();
  const installation = sync(files.all, environment).then((report) => ((endedMs = performance.now() - begun), report));
  await sleep(slowSeconds * 250);
  const steps = await Promise.all(
    [
      [`clean ${wheels[0].name}`, tool.clean(cache, wheels[0].name)],
      ["prune", tool.prune(cache)],
      ["clean", tool.clean(cache)],
    ].map(async ([name, command]) => {
      const report = await runCommand(command, { timeoutMs: longestMs });
      return { name, ms: report.ms, isInstalling: endedMs === undefined, code: report.code };
    }),
  );
  const installed = await installation;
  table(`uv beside an installation of ${seconds(endedMs)}`, [
    ...steps.map(({ name, ms, isInstalling, code }) => [
      name,
      `${seconds(ms)}, ${isInstalling ? "before" : "after"} the installation's end, exit code ${code}`,
    ]),
    ["installation", installed.code === 0 ? "well" : `ended with ${installed.code}`],
  ]);
  return { installationMs: endedMs, steps, code: installed.code };
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function entries(cache) {
  return namesIn(join(cache, `${CACHE_LAYOUT}/store`));
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
