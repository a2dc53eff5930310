// The main job, as a newcomer would do it: an environment, a small well-known set, an import, a script; then again, warm.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPipConfiguration } from "../packages/index-client/dist/index.js";
import { makeDemoIndex } from "./demo-index.mjs";

const WANTED = ["flask", "jinja2", "markupsafe", "werkzeug", "itsdangerous", "click", "blinker"];

const murre = fileURLToPath(new URL("../apps/murre/bin/murre.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "murre-demo-"));
const scripts = process.platform === "win32" ? "Scripts" : "bin";

const run = (...words) => start({ cache: join(folder, "cache") }, words);

function start({ cache, timeout }, words) {
  const started = performance.now();
  const all = [murre, ...words, "--cache-dir", cache];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: "utf8", timeout });
  return { ok: status === 0, stdout, stderr, ms: performance.now() - started };
}

function must(result) {
  if (result.ok) return result;
  throw new Error(`murre failed:\n${result.stdout}${result.stderr}`);
}

const say = (text, ms) => console.log(ms === undefined ? text : `${text.padEnd(74)} ${(ms / 1000).toFixed(2)} s`);

/** Makes an environment and asks for the set; the second may fail where the index does not have it. */
function tryInstall(environment, index) {
  const venv = must(run("venv", environment));
  return { venv, install: run("pip", "install", "--no-deps", "-p", environment, "--json", ...index, ...WANTED) };
}

function usePython(environment) {
  const from = (program, ...words) =>
    execFileSync(join(environment, scripts, program), words, { encoding: "utf8" }).trim();
  const imported = from(
    "python",
    "-c",
    "import flask, jinja2, click; print(flask.__name__, jinja2.__name__, click.__name__)",
  );
  return { imported, version: from("flask", "--version").split("\n").join(", ") };
}

function pipConfigurationNamesAnIndex() {
  const { indexUrl, extraIndexUrls, findLinks } = loadPipConfiguration({
    env: process.env,
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
  });
  return [indexUrl, extraIndexUrls, findLinks].some((setting) => setting !== undefined);
}

/** How long the default index may take to name the set: whoever has no network should not wait for one. */
const patienceMs = 5000;

/** Asks the default index what it would install, with a cache of its own, so that what follows is as cold as it says. */
function defaultIndexHasTheSet() {
  const environment = join(folder, "probe");
  must(run("venv", environment));
  const words = ["pip", "install", "--dry-run", "--no-deps", "-p", environment, ...WANTED];
  return start({ cache: join(folder, "probe-cache"), timeout: patienceMs }, words).ok;
}

/** Where the wheels come from, and the first environment with them. */
async function coldInstall(environment) {
  const configured = pipConfigurationNamesAnIndex();
  const place = configured ? "the indexes of pip's configuration" : "the default index";
  let missing = `${place} did not name the set within ${patienceMs / 1000} s`;
  if (configured || defaultIndexHasTheSet()) {
    const cold = tryInstall(environment, []);
    if (cold.install.ok) return { source: place, index: [], cold };
    missing = `${place} could not give the set (${cold.install.stderr.trim().split("\n").at(-1)})`;
    rmSync(environment, { recursive: true, force: true });
  }
  mkdirSync(join(folder, "index"));
  const index = ["--no-config", "--index-url", await makeDemoIndex(join(folder, "index"))];
  const source = `an embedded index of small wheels that were made for this, because ${missing}`;
  return { source, index, cold: tryInstall(environment, index) };
}

try {
  const first = join(folder, "first");
  const { source, index, cold } = await coldInstall(first);
  const report = JSON.parse(must(cold.install).stdout);
  const placed = report.filesLinked + report.filesCopied + report.filesGenerated;
  say(`The wheels come from ${source}.`);
  say(`Made the environment ${first}`, cold.venv.ms);
  say(`Installed ${report.added.map(({ name, version }) => `${name} ${version}`).join(", ")}:`);
  say(`  fetched and unpacked ${report.fetched} wheels, placed ${placed} files`, cold.install.ms);
  const { imported, version } = usePython(first);
  say(`Python imports ${imported}; flask --version says ${version}`);
  const again = must(run("pip", "install", "--no-deps", "-p", first, ...index, ...WANTED));
  say(`The same again: ${again.stdout.trim()}`, again.ms);
  const warm = tryInstall(join(folder, "second"), index);
  const warmReport = JSON.parse(must(warm.install).stdout);
  say(`A second environment: fetched ${warmReport.fetched}, found ${warmReport.cached} in the cache`, warm.install.ms);
  usePython(join(folder, "second"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
