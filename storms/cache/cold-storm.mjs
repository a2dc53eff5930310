// node storms/cache/cold-storm.mjs [--processes 12] [--wheels 40] [--kill 3] [--second-each 0.5] [--python P] [--json FILE]
// Many processes, the same wheels, one empty cache, a counting server: what is sent, and what is unpacked, once without kills and once
// with some of the processes killed on the way (on Linux, which tells whose connections are whose); uv's wall time and requests beside it, where
// UV_BINARY or the PATH has one.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, watch } from "node:fs";
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
  for (const kills of new Set([0, process.platform === "linux" ? Number(values.kill) : 0])) {
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
  if (storm.pagesTwice > 0) broken.push(`${name}: ${storm.pagesTwice} index pages were sent again to no purpose`);
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
  const killed = [];
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
          i < kills &&
          killLater(child, server, wheels.length, i, kills, () => killed.push(whatIsLost(child.pid, cache))),
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
    ...counted(server.requests, killed, (path) => partialKey(server.url, path)),
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

/**
 * Of a process that is stopped, to be killed: its connections, so that its requests are told from others', and what has reached the disk of its own
 * downloads, which nobody needs to send again.
 */
function whatIsLost(pid, cache) {
  const partial = join(cache, `${CACHE_LAYOUT}/partial`);
  const arrived = new Map();
  for (const name of existsSync(partial) ? readdirSync(partial) : []) {
    const [key, lease] = name.split(".");
    // <random>_<boot and namespace>_<pid>_<start>
    if (lease.split("_")[2] !== pid.toString(36) || !existsSync(join(partial, name, "validators"))) continue;
    arrived.set(key, statSync(join(partial, name, "data"), { throwIfNoEntry: false })?.size ?? 0);
  }
  return { at: performance.now(), ports: portsOf(pid), arrived };
}

/** The local ports of a process's connections. */
function portsOf(pid) {
  const sockets = new Set();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`))
    sockets.add(/^socket:\[(\d+)\]$/.exec(linkAt(`/proc/${pid}/fd/${descriptor}`))?.[1]);
  // proc_pid_net(5): a row for each connection, with the local address and port second, and the socket's inode tenth.
  const rows = readFileSync(`/proc/${pid}/net/tcp`, "latin1").split("\n").slice(1, -1);
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter((row) => sockets.has(row[9])).map((row) => Number.parseInt(row[1].split(":")[1], 16)));
}

function linkAt(path) {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed meanwhile.
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
    setTimeout(() => {
      if (child.exitCode === null) note();
      child.kill("SIGKILL");
    }, 100);
  }, 20);
  timer.unref();
}

function counted(requests, killed, keyOf) {
  const bodies = requests.filter(({ status, method }) => status !== 304 && method === "GET");
  const pages = bodies.filter(({ isPage }) => isPage);
  const files = bodies.filter(({ isPage }) => !isPage);
  const perPage = [...byPath(pages).values()].map((list) => list.length);
  return {
    wheelRequests: files.length,
    resumed: files.filter(({ first }) => first > 0).length,
    ...repeated(files, killed, keyOf),
    pageBodies: pages.length,
    pageBodiesMost: Math.max(0, ...perPage),
    pagesTwice: pages.length - perPage.length - repeated(pages, killed, keyOf).interrupted,
    revalidations: requests.length - bodies.length,
  };
}

function byPath(requests) {
  const groups = new Map();
  for (const request of requests) groups.set(request.path, [...(groups.get(request.path) ?? []), request]);
  return groups;
}

/**
 * What was asked for again. Only where who asked before was killed meanwhile (`interrupted`) there is a purpose in it, and of bytes only of those that
 * were on their way to it then (`lostOnTheWay`): what had reached its disk, or was there when it went on with another one's download, is gone on with.
 */
function repeated(requests, killed, keyOf) {
  let interrupted = 0;
  let sentTwice = 0;
  let lostOnTheWay = 0;
  for (const [path, list] of byPath(requests)) {
    let reached = 0;
    for (const [i, request] of list.entries()) {
      const before = list[i - 1];
      const kill = killed.find(({ at, ports }) => ports.has(before?.port) && before.at < at && at < request.at);
      if (kill !== undefined) interrupted += 1;
      const kept = kill === undefined ? reached : Math.max(kill.arrived.get(keyOf(path)) ?? 0, before.first);
      const again = Math.max(0, Math.min(reached, request.first + request.sent) - request.first);
      const needless = Math.min(again, Math.max(0, kept - request.first));
      sentTwice += needless;
      lostOnTheWay += again - needless;
      reached = Math.max(reached, request.first + request.sent);
    }
  }
  return { interrupted, sentTwice, lostOnTheWay };
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
