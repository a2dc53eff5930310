// node benchmarks/storms/cold-storm.mjs [--processes 12] [--wheels 40] [--kill 3] [--second-each 0.5] [--python P] [--json FILE]
// Many processes, the same wheels, one empty cache, a counting server: what is sent, and what is unpacked, once without kills and once
// with some of the processes killed on the way; uv's wall time and requests beside it, where UV_BINARY or the PATH has one.
import { mkdirSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findUv, murre as murreOf, uv as uvOf } from "../contestants.mjs";
import { chooseWheels, damageOf, finish, inScratch, pins, placeFile, run, runMurre, seconds, serveWheels, table } from "./storm-kit.mjs";

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
/** What the two sockets of a connection may hold between the server and the disk. */
const inFlight = 256 * 1024;
const broken = [];

const result = await inScratch(async (scratch) => {
  const wheels = await chooseWheels(scratch, Number(values.wheels), { smallestBytes: 20_000 });
  const file = placeFile(scratch, "requirements.txt", pins(wheels));
  const uvFile = findUv();
  const storms = [];
  for (const kills of new Set([0, Number(values.kill)])) {
    const storm = await coldStorm(join(scratch, `murre-${kills}`), "murre", murreTool, wheels, file, kills);
    storms.push(storm);
    judge(storm, wheels.length);
    if (uvFile !== undefined) storms.push(await coldStorm(join(scratch, `uv-${kills}`), "uv", uvTool(uvFile), wheels, file, kills));
  }
  return { processes, wheels: wheels.length, bytes: wheels.reduce((sum, { bytes }) => sum + bytes, 0), storms };
});
finish("cold-storm", result, broken, values.json);

function judge(storm, wheels) {
  const name = `with ${storm.kills} killed`;
  if (storm.failed.length > 0) broken.push(`${name}: ${storm.failed.length} processes failed: ${storm.failed[0].slice(0, 1500)}`);
  if (storm.damaged.length > 0) broken.push(`${name}: ${storm.damaged.length} environments are damaged: ${storm.damaged[0].slice(0, 3).join("; ")}`);
  if (storm.wheelRequests !== wheels + storm.interrupted) broken.push(`${name}: ${storm.wheelRequests} wheel requests for ${wheels} wheels and ${storm.interrupted} interrupted ones`);
  if (storm.sentTwice > 0) broken.push(`${name}: ${storm.sentTwice} bytes were sent twice`);
  if (storm.pageBodiesMost > 1 + storm.interruptedPages) broken.push(`${name}: one index page was sent ${storm.pageBodiesMost} times`);
  if (storm.entriesMade !== wheels) broken.push(`${name}: ${storm.entriesMade} entries were made for ${wheels} wheels`);
}

function murreTool(url) {
  const tool = murreOf({ indexes: [url], findLinks: [] });
  return { venv: (environment, cache) => runMurre(["venv", environment, "-p", values.python, "-q", "--cache-dir", cache]), sync: tool.sync };
}

function uvTool(file) {
  return (url) => ({
    venv: (environment, cache) => run(file, ["venv", "--no-config", "-q", "-p", values.python, environment, "--cache-dir", cache]),
    sync: uvOf(file, { indexes: [url], findLinks: [] }).sync,
  });
}

async function coldStorm(folder, name, makeTool, wheels, file, kills) {
  const server = await serveWheels(wheels, { secondsEach: () => Number(values["second-each"]) });
  const tool = makeTool(server.url);
  const cache = join(folder, "cache");
  const store = join(cache, "v1/store");
  mkdirSync(store, { recursive: true });
  const made = new Set();
  // Everything that ever gets a name there, also what is dropped again because another one was quicker.
  const watcher = name === "murre" ? watch(store, (_event, entry) => made.add(entry)) : undefined;
  const environments = Array.from({ length: processes }, (_, i) => join(folder, `env-${i}`));
  for (const environment of environments) await tool.venv(environment, join(folder, "cache-for-venv"));
  const begun = performance.now();
  const reports = await Promise.all(
    environments.map(async (environment, i) => {
      // Those that will be killed begin, so that they are at work on something when it happens.
      if (i >= kills) await begins(server, kills);
      const { file: command, args } = tool.sync(file, environment, cache);
      return run(command, args, { timeoutMs: longestMs, onStart: (child) => i < kills && killLater(child, server, wheels.length, i, kills) });
    }),
  );
  const wallMs = performance.now() - begun;
  watcher?.close();
  const finished = reports.map((report, i) => ({ ...report, i })).filter(({ i, signal, timedOut }) => i >= kills || signal !== "SIGKILL" || timedOut);
  const damaged = [];
  for (const { i, code } of finished) if (code === 0) damaged.push(await damageOf(environments[i], wheels));
  await server.close();
  const storm = {
    name,
    kills: reports.length - finished.length,
    wallMs,
    failed: finished.filter(({ code }) => code !== 0).map(({ code, timedOut, stderr }) => `${timedOut ? "stuck" : code}: ${stderr}`),
    damaged: damaged.filter((list) => list.length > 0),
    entriesMade: made.size,
    ...counted(server.requests),
  };
  show(storm, wheels.length, kills);
  return storm;
}

/** When the first wheel is asked for. */
async function begins({ requests }, kills) {
  for (let waitedMs = 0; kills > 0 && waitedMs < 20_000 && requests.every(({ isPage }) => isPage); waitedMs += 20) await sleep(20);
}

/** In the middle of the downloads: when a share of the wheels has been asked for. */
function killLater(child, server, wheels, i, kills) {
  const asked = Math.ceil((wheels * (i + 1)) / (kills + 2));
  const timer = setInterval(() => {
    if (child.exitCode !== null || child.signalCode !== null) return clearInterval(timer);
    if (server.requests.filter(({ isPage }) => !isPage).length < asked) return;
    clearInterval(timer);
    child.kill("SIGKILL");
  }, 20);
  timer.unref();
}

function counted(requests) {
  const bodies = requests.filter(({ status, method }) => status !== 304 && method === "GET");
  const pages = bodies.filter(({ isPage }) => isPage);
  const files = bodies.filter(({ isPage }) => !isPage);
  const perPage = [...byPath(pages).values()].map((list) => list.length);
  return {
    wheelRequests: files.length,
    interrupted: files.filter(({ isWhole }) => !isWhole).length,
    resumed: files.filter(({ first }) => first > 0).length,
    ...overlaps(files),
    pageBodies: pages.length,
    pageBodiesMost: Math.max(0, ...perPage),
    interruptedPages: pages.filter(({ isWhole }) => !isWhole).length,
    revalidations: requests.length - bodies.length,
  };
}

function byPath(requests) {
  const groups = new Map();
  for (const request of requests) groups.set(request.path, [...(groups.get(request.path) ?? []), request]);
  return groups;
}

/**
 * Bytes that were handed out more than once. What was on its way to a process when it was killed never reached its disk and must be sent
 * again: it is counted apart, and is at most what sockets hold.
 */
function overlaps(files) {
  let sentTwice = 0;
  let lostOnTheWay = 0;
  for (const list of byPath(files).values()) {
    let reached = 0;
    let last;
    for (const request of list) {
      const again = Math.max(0, Math.min(reached, request.first + request.sent) - request.first);
      if (last !== undefined && !last.isWhole && (request.first > 0 || last.sent <= inFlight)) lostOnTheWay += again;
      else sentTwice += again;
      reached = Math.max(reached, request.first + request.sent);
      last = request;
    }
  }
  return { sentTwice, lostOnTheWay };
}

function show(storm, wheels, kills) {
  table(`${storm.name}: ${processes} processes, ${wheels} wheels, ${kills} to be killed`, [
    ["wall", seconds(storm.wallMs)],
    ["killed / failed / damaged", `${storm.kills} / ${storm.failed.length} / ${storm.damaged.length}`],
    ["wheel requests (interrupted, resumed)", `${storm.wheelRequests} (${storm.interrupted}, ${storm.resumed})`],
    ["bytes sent twice; lost on the way at a kill", `${storm.sentTwice}; ${storm.lostOnTheWay}`],
    ["index page bodies (most of one; 304s)", `${storm.pageBodies} (${storm.pageBodiesMost}; ${storm.revalidations})`],
    ...(storm.name === "murre" ? [["store entries ever made", storm.entriesMade]] : []),
  ]);
}
