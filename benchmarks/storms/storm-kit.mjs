// What the storms share: real wheels, a counting server on 127.0.0.1, processes that end with their storm, and the check of an environment.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { arch, cpus, homedir, loadavg, platform, release, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadPipConfiguration } from "../../packages/index-client/dist/index.js";
import { parseRecord } from "../../packages/wheel/dist/index.js";

const here = dirname(fileURLToPath(import.meta.url));
export const murreBin = join(here, "../../apps/murre/bin/murre.js");

/** A folder for everything, removed at the end; children find it as their TMPDIR, so that nothing lands elsewhere. */
export async function inScratch(job) {
  const scratch = mkdtempSync(join(process.env.MURRE_BENCH_DIR ?? tmpdir(), "murre-storm-"));
  process.env.TMPDIR = join(scratch, "tmp");
  mkdirSync(process.env.TMPDIR);
  const stop = () => process.exit(130);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const remove = () => {
    for (const child of alive) child.kill("SIGKILL");
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", remove);
  try {
    return await job(scratch);
  } finally {
    process.off("exit", remove);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    remove();
  }
}

const alive = new Set();

/** Runs one process to its end, or kills it after `timeoutMs`. Never throws. */
export function run(file, args, { timeoutMs = 180_000, env = {}, onStart } = {}) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    alive.add(child);
    let timedOut = false;
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"])
      child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    const done = (code, signal) => {
      clearTimeout(timer);
      alive.delete(child);
      resolve({ code, signal, timedOut, ms: performance.now() - start, ...output });
    };
    child.on("error", (error) => ((output.stderr += String(error)), done(-1, null)));
    child.on("close", done);
    onStart?.(child);
  });
}

export const runMurre = (args, options) => run(process.execPath, [murreBin, ...args], options);

/**
 * One wheel of each project in the folders that pip's configuration names, smallest projects' names first in the alphabet; made-up ones
 * where there are none. @returns {Promise<{ name: string, version: string, path: string, bytes: number, sha256: string }[]>}
 */
export async function chooseWheels(scratch, count, { largestBytes = 3_000_000, smallestBytes = 0 } = {}) {
  const found = new Map();
  for (const folder of configuredFolders())
    for (const path of wheelsIn(folder)) {
      const [name, version] = basename(path).split("-");
      const project = name.toLowerCase().replaceAll(/[-_.]+/g, "-");
      const bytes = statSync(path).size;
      if (bytes <= largestBytes && bytes >= smallestBytes && !found.has(project) && !/[a-z]/.test(version))
        found.set(project, { name: project, version, path, bytes });
    }
  const all = [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  const step = Math.max(1, Math.floor(all.length / count));
  const chosen = all.filter((_, i) => i % step === 0).slice(0, count);
  if (chosen.length < count) chosen.push(...(await madeUp(join(scratch, "made-up"), count - chosen.length)));
  return chosen.map((wheel) => ({ ...wheel, sha256: sha256(readFileSync(wheel.path)) }));
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** The folders that pip's configuration names as indexes or for --find-links; an index by the folder of its `simple`. */
export function configuredFolders() {
  const { indexUrl, extraIndexUrls, findLinks } = loadPipConfiguration({
    env: process.env,
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
  });
  const values = [indexUrl?.value, ...(extraIndexUrls?.value ?? []), ...(findLinks?.value ?? [])];
  return values
    .filter((value) => typeof value === "string")
    .map((value) => (value.startsWith("file:") ? fileURLToPath(value) : value))
    .filter((value) => existsSync(value))
    .map((folder) => (basename(folder) === "simple" ? dirname(folder) : folder));
}

const wheelsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith("-py3-none-any.whl"))
    .map((name) => join(folder, name));

async function madeUp(folder, count) {
  const { writeWheel } = await import("../../packages/test-kit/dist/index.js");
  mkdirSync(folder, { recursive: true });
  const wheels = [];
  for (let i = 0; i < count; i++) {
    const name = `storm_demo_${i}`;
    const members = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`${name}/m${n}.py`, `value = ${"1".repeat(2000 + n)}\n`]),
    );
    const path = join(
      folder,
      await writeWheel(folder, { name, version: "1.0", members }).then((written) => basename(written)),
    );
    wheels.push({ name: name.replaceAll("_", "-"), version: "1.0", path, bytes: statSync(path).size });
  }
  return wheels;
}

/** requirements.txt lines. */
export const pins = (wheels) => wheels.map(({ name, version }) => `${name}==${version}\n`).join("");

/**
 * Serves the wheels as an index (PEP 503, PEP 691) with ETags and ranges, and notes which bytes of what were handed to whom.
 * `secondsEach(path)` spreads the body of a wheel over that time.
 */
export async function serveWheels(wheels, { secondsEach = () => 0, cacheControl = "max-age=600" } = {}) {
  const pages = new Map(wheels.map((wheel) => [`/simple/${wheel.name}/`, page(wheel)]));
  const files = new Map(wheels.map((wheel) => [`/files/${basename(wheel.path)}`, wheel]));
  const requests = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request, response) {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const wheel = files.get(path);
    const body = wheel === undefined ? pageBody(pages.get(path), request) : await readFile(wheel.path);
    const isPage = wheel === undefined;
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${sha256(body).slice(0, 20)}"`;
    const headers = { etag, "cache-control": cacheControl, "accept-ranges": "bytes", vary: "Accept" };
    if (isPage) headers["content-type"] = wantsJson(request) ? jsonType : "text/html";
    const noted = { path, isPage, method: request.method, status: 200, first: 0, sent: 0, isWhole: false };
    requests.push(noted);
    if (request.headers["if-none-match"] === etag) {
      noted.status = 304;
      noted.isWhole = true;
      response.writeHead(304, headers).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const ifRange = request.headers["if-range"];
    let end = body.length;
    const isSame = ifRange === undefined || ifRange === etag;
    if (range !== null && isSame && Number(range[1]) >= body.length) {
      Object.assign(noted, { status: 416, isWhole: true });
      response.writeHead(416, { ...headers, "content-range": `bytes */${body.length}` }).end();
      return;
    }
    if (range !== null && isSame) {
      noted.status = 206;
      noted.first = Number(range[1]);
      if (range[2] !== "") end = Math.min(end, Number(range[2]) + 1);
      headers["content-range"] = `bytes ${noted.first}-${end - 1}/${body.length}`;
    }
    response.writeHead(noted.status, { ...headers, "content-length": end - noted.first });
    if (request.method === "HEAD") return void response.end();
    await send(response, body.subarray(noted.first, end), noted, isPage ? 0 : secondsEach(path));
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/simple/`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response, body, noted, seconds) {
  const steps = Math.max(1, Math.round(seconds * 10));
  const size = Math.ceil(body.length / steps) || 1;
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    const part = body.subarray(at, at + size);
    noted.sent += part.length;
    if (!response.write(part) && !response.destroyed) await drained(response);
    if (steps > 1) await sleep(100);
  }
  if (response.destroyed) return;
  await new Promise((resolve) => {
    response.once("finish", () => resolve((noted.isWhole = true))).once("close", resolve);
    response.end();
  });
}

function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

const jsonType = "application/vnd.pypi.simple.v1+json";
const wantsJson = (request) => (request.headers.accept ?? "").includes(jsonType);
const pageBody = (pageOfProject, request) =>
  pageOfProject === undefined ? undefined : Buffer.from(wantsJson(request) ? pageOfProject.json : pageOfProject.html);

function page({ name, path, bytes, sha256: hash, version }) {
  const filename = basename(path);
  const url = `../../files/${encodeURIComponent(filename)}`;
  const file = { filename, url, hashes: { sha256: hash }, size: bytes };
  return {
    json: JSON.stringify({ meta: { "api-version": "1.1" }, name, versions: [version], files: [file] }),
    html: `<!DOCTYPE html><html><body><a href="${url}#sha256=${hash}">${filename}</a></body></html>`,
  };
}

/** Every RECORD row of every distribution against the file; and whether all of the wheels are there. @returns what is wrong */
export async function damageOf(environment, wheels) {
  const site = sitePackages(environment);
  if (site === undefined) return ["there is no site-packages"];
  const wrong = [];
  const installed = readdirSync(site).filter((name) => name.endsWith(".dist-info"));
  const names = new Set(
    installed.map((name) =>
      name
        .split("-")[0]
        .toLowerCase()
        .replaceAll(/[-_.]+/g, "-"),
    ),
  );
  for (const { name } of wheels) if (!names.has(name)) wrong.push(`${name} is missing`);
  for (const folder of installed) {
    const record = await readFile(join(site, folder, "RECORD"), "utf8").catch(() => undefined);
    if (record === undefined) wrong.push(`${folder} has no RECORD`);
    else
      for (const { path, algorithm, digest } of parseRecord(record)) {
        const data = await readFile(join(site, path)).catch((error) => error.code);
        if (typeof data === "string") wrong.push(`${folder}: ${path} ${data}`);
        else if (
          algorithm === "sha256" &&
          createHash("sha256").update(data).digest("base64url") !== digest.replace(/=+$/, "")
        )
          wrong.push(`${folder}: ${path} has other bytes`);
      }
  }
  return wrong;
}

function sitePackages(environment) {
  if (process.platform === "win32") return join(environment, "Lib/site-packages");
  const lib = join(environment, "lib");
  const python = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith("python")) : undefined;
  return python === undefined ? undefined : join(lib, python, "site-packages");
}

export function placeFile(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? NaN : (sorted[sorted.length >> 1] + sorted[(sorted.length - 1) >> 1]) / 2;
}

export const seconds = (ms) => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : "-");

export function table(title, rows) {
  console.log(`\n${title}`);
  for (const [name, value] of rows) console.log(`  ${String(name).padEnd(48)} ${value}`);
}

/** Prints the broken promises, writes the JSON file, sets the exit code. */
export function finish(name, result, broken, jsonFile) {
  for (const promise of broken) console.log(`BROKEN: ${promise}`);
  if (broken.length === 0) console.log(`\n${name}: every promise held`);
  else process.exitCode = 1;
  if (jsonFile === undefined) return;
  const machine = {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpus: cpus().length,
    node: process.version,
    load: loadavg(),
  };
  writeFileSync(
    jsonFile,
    `${JSON.stringify({ storm: name, date: new Date().toISOString(), machine, ...result, broken }, null, 2)}\n`,
  );
}
