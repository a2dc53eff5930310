// node storms/cache/cold-storm.mjs [--processes 12] [--wheels 40] [--kill 3] [--second-each 0.5] [--python P] [--json FILE]
// Many processes, the same wheels, one empty cache, a counting server: what is sent, and what is unpacked, once without kills and once
// with some of the processes killed on the way; uv's wall time and requests beside it, where UV_BINARY or the PATH has one.
import { existsSync, mkdirSync, readdirSync, statSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CACHE_LAYOUT, hashedName } from "@murre/cache";
import {
  childrenCpu,
  chooseWheels,
  cpuSince,
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
    processes: { type: "string", default: "12" },
    wheels: { type: "string", default: "40" },
    kill: { type: "string", default: "3" },
    "second-each": { type: "string", default: "0.5" },
    python: { type: "string", default: "3.11" },
    json: { type: "string" },
  },
});
const processes = Number(values.processes);
const longestMs = 240_000;
const broken = [];

const result = await inScratch(async (scratch) => {
  const wheels = await chooseWheels(scratch, Number(values.wheels), { smallestBytes: 20_000 });
  const file = placeFile(scratch, "requirements.txt", pins(wheels));
  const uvFile = findUv();
  const storms = [];
  for (const kills of new Set([0, Number(values.kill)])) {
    const storm = await coldStorm(scratch, murreOf, wheels, file, kills);
    storms.push(storm);
    judge(storm, wheels.length);
    if (uvFile !== undefined)
      storms.push(await coldStorm(scratch, (places) => uvOf(uvFile, places), wheels, file, kills));
  }
  return { processes, wheels: wheels.length, bytes: wheels.reduce((sum, { bytes }) => sum + bytes, 0), storms };
});
finish("cold-storm", result, broken, values.json);

function judge(storm, wheels) {
  const name = `with ${storm.kills} killed`;
  if (storm.failed.length > 0)
    broken.push(`${name}: ${storm.failed.length} processes failed: ${storm.failed[0].slice(0, 1500)}`);
  if (storm.damaged.length > 0)
    broken.push(
      `${name}: ${storm.damaged.length} environments are damaged: ${storm.damaged[0].slice(0, 3).join("; ")}`,
    );
  if (storm.wheelRequests !== wheels + storm.interrupted)
    broken.push(
      `${name}: ${storm.wheelRequests} wheel requests for ${wheels} wheels and ${storm.interrupted} interrupted ones`,
    );
  if (storm.sentTwice > 0) broken.push(`${name}: ${storm.sentTwice} bytes were sent twice`);
  if (storm.pageBodiesMost > 1 + storm.interruptedPages)
    broken.push(`${name}: one index page was sent ${storm.pageBodiesMost} times`);
  if (storm.entriesMade !== wheels) broken.push(`${name}: ${storm.entriesMade} entries were made for ${wheels} wheels`);
}

async function coldStorm(scratch, makeTool, wheels, file, kills) {
  const server = await serveWheels(wheels, { secondsEach: () => Number(values["second-each"]) });
  const tool = makeTool({ indexes: [server.url], findLinks: [] });
  const { name } = tool;
  const folder = join(scratch, `${name}-${kills}`);
  const cache = join(folder, "cache");
  const store = join(cache, `${CACHE_LAYOUT}/store`);
  mkdirSync(store, { recursive: true });
  const made = new Set();
  const arrived = new Map();
  // Everything that ever gets a name there, also what is dropped again because another one was quicker.
  const watcher = name === "murre" ? watch(store, (_event, entry) => made.add(entry)) : undefined;
  const environments = Array.from({ length: processes }, (_, i) => join(folder, `env-${i}`));
  for (const environment of environments)
    await runCommand(tool.venv(values.python, environment, join(folder, "cache-for-venv")));
  const cpuBefore = childrenCpu();
  const begun = performance.now();
  const reports = await Promise.all(
    environments.map(async (environment, i) => {
      // Those that will be killed begin, so that they are at work on something when it happens.
      if (i >= kills) await begins(server, kills);
      return runCommand(tool.sync(file, environment, cache), {
        timeoutMs: longestMs,
        onStart: (child) =>
          i < kills && killLater(child, server, wheels.length, i, kills, () => noteArrived(cache, arrived)),
      });
    }),
  );
  const wallMs = performance.now() - begun;
  const cpu = cpuSince(cpuBefore);
  watcher?.close();
  const finished = reports
    .map((report, i) => ({ ...report, i }))
    .filter(({ i, signal, timedOut }) => i >= kills || signal !== "SIGKILL" || timedOut);
  const damaged = [];
  for (const { i, code } of finished) if (code === 0) damaged.push(await damageOf(environments[i], wheels));
  await server.close();
  const storm = {
    name,
    kills: reports.length - finished.length,
    wallMs,
    cpu,
    failed: finished
      .filter(({ code }) => code !== 0)
      .map(({ code, timedOut, stderr }) => `${timedOut ? "stuck" : code}: ${stderr}`),
    damaged: damaged.filter((list) => list.length > 0),
    entriesMade: made.size,
    ...counted(server.requests, (path) => arrived.get(partialKey(server.url, path))),
  };
  show(storm, wheels.length, kills);
  return storm;
}

/** When the first wheel is asked for. */
async function begins({ requests }, kills) {
  if (kills === 0) return;
  for (let waitedMs = 0; waitedMs < 20_000 && requests.every(({ isPage }) => isPage); waitedMs += 20) await sleep(20);
}

/** How murre names what it has received of a URL. */
function partialKey(url, path) {
  return hashedName(new URL(`/files/${encodeURIComponent(basename(path))}`, url).href).slice(0, 32);
}

/** What has reached the disk of the downloads under way. */
function noteArrived(cache, arrived) {
  const partial = join(cache, `${CACHE_LAYOUT}/partial`);
  for (const name of existsSync(partial) ? readdirSync(partial) : []) {
    const bytes = statSync(join(partial, name, "data"), { throwIfNoEntry: false })?.size ?? 0;
    if (existsSync(join(partial, name, "validators"))) arrived.set(name.split(".")[0], bytes);
  }
}

/** In the middle of the downloads: when a share of the wheels has been asked for. Stopped first, so that nobody takes over before it is noted. */
function killLater(child, server, wheels, i, kills, note) {
  const asked = Math.ceil((wheels * (i + 1)) / (kills + 2));
  const timer = setInterval(() => {
    if (child.exitCode !== null || child.signalCode !== null) return clearInterval(timer);
    if (server.requests.filter(({ isPage }) => !isPage).length < asked) return;
    clearInterval(timer);
    child.kill("SIGSTOP");
    setTimeout(() => (note(), child.kill("SIGKILL")), 100);
  }, 20);
  timer.unref();
}

function counted(requests, arrivedOf) {
  const bodies = requests.filter(({ status, method }) => status !== 304 && method === "GET");
  const pages = bodies.filter(({ isPage }) => isPage);
  const files = bodies.filter(({ isPage }) => !isPage);
  const perPage = [...byPath(pages).values()].map((list) => list.length);
  return {
    wheelRequests: files.length,
    interrupted: interruptedOnes(files, arrivedOf),
    resumed: files.filter(({ first }) => first > 0).length,
    ...overlaps(files, arrivedOf),
    pageBodies: pages.length,
    pageBodiesMost: Math.max(0, ...perPage),
    interruptedPages: pages.filter(({ isWhole }) => !isWhole).length,
    revalidations: requests.length - bodies.length,
  };
}

/** Also what was handed out to its end, to a process that was killed before all of it had reached its disk. */
function interruptedOnes(files, arrivedOf) {
  let count = 0;
  for (const [path, list] of byPath(files))
    list.forEach(({ isWhole, first, sent }, at) => {
      const isLast = at === list.length - 1;
      if (!isWhole || (!isLast && (arrivedOf(path) ?? 0) < first + sent)) count += 1;
    });
  return count;
}

function byPath(requests) {
  const groups = new Map();
  for (const request of requests) groups.set(request.path, [...(groups.get(request.path) ?? []), request]);
  return groups;
}

/**
 * Bytes that were handed out more than once. What was on its way to a process when that was killed, and so never reached its disk, must be
 * sent again: it is counted apart.
 */
function overlaps(files, arrivedOf) {
  let sentTwice = 0;
  let lostOnTheWay = 0;
  for (const [path, list] of byPath(files)) {
    let reached = 0;
    let last;
    for (const request of list) {
      const again = Math.max(0, Math.min(reached, request.first + request.sent) - request.first);
      const onDisk = last === undefined ? reached : Math.min(reached, arrivedOf(path) ?? 0);
      const needless = Math.min(again, Math.max(0, onDisk - request.first));
      sentTwice += needless;
      lostOnTheWay += again - needless;
      reached = Math.max(reached, request.first + request.sent);
      last = request;
    }
  }
  return { sentTwice, lostOnTheWay };
}

function show(storm, wheels, kills) {
  table(`${storm.name}: ${processes} processes, ${wheels} wheels, ${kills} to be killed`, [
    ["wall", seconds(storm.wallMs)],
    [
      "CPU of all (user, system)",
      storm.cpu === undefined ? "-" : `${seconds(storm.cpu.userMs)}, ${seconds(storm.cpu.systemMs)}`,
    ],
    ["killed / failed / damaged", `${storm.kills} / ${storm.failed.length} / ${storm.damaged.length}`],
    ["wheel requests (interrupted, resumed)", `${storm.wheelRequests} (${storm.interrupted}, ${storm.resumed})`],
    ["bytes sent twice; lost on the way at a kill", `${storm.sentTwice}; ${storm.lostOnTheWay}`],
    ["index page bodies (most of one; 304s)", `${storm.pageBodies} (${storm.pageBodiesMost}; ${storm.revalidations})`],
    ...(storm.name === "murre" ? [["store entries ever made", storm.entriesMade]] : []),
  ]);
}
