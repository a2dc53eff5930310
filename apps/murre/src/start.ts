import { defaultCacheFolder } from "@murre/cache";
import { readBeginning } from "@murre/files";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { openCodeCache, type CodeCache } from "./code-cache.ts";
import { openKeptFolder } from "./kept-folder.ts";
import { openOutputs, type Output, type Outputs } from "./outputs.ts";
import { ownThreads } from "./own-threads.ts";
import { setBudgets } from "./v8-budgets.ts";
import { openRun, unwatched, type RequireWatch, type WatchedCommand } from "./runs/run.ts";

/** Beside this file; everything in one file of CommonJS, which V8 compiles faster than modules, and can keep compiled. */
const bundleFile = "murre.cjs";

/** What the bundle exports for the command. */
interface Bundle {
  command(): { main(run: WatchedCommand, outputs: Outputs): Promise<void> };
}

/**
 * The `murre` command's first steps: nothing is loaded for `--version`, and nothing but what it rests on is looked at of a run that says what
 * the last one said; everything else is run from V8's compiled form of the bundle, where an earlier run could keep it.
 * @param folder of the bundle
 */
export async function start(folder: string, words: readonly string[]): Promise<void> {
  const outputs = openOutputs(process.platform);
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) return printVersion(folder, outputs[1]);
  const path = `${folder}/${bundleFile}`;
  const kept = openKeptFolder(keptSettings(), readBeginning(path, beginningBytes).toString("latin1"));
  const run = kept === undefined ? undefined : openRun(kept, words, outputs);
  if (run?.repeat() === true) return;
  setBudgets(words, process.versions.v8);
  const source = readFileSync(path, "latin1");
  const cache = kept === undefined ? undefined : openCodeCache(kept, words);
  const cachedData = cache?.read();
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const bundle = evaluate(script, path, folder, run?.watch);
  await bundle.command().main(run?.command ?? unwatched, outputs);
  keep(cache, script, cachedData === undefined);
  run?.keep();
}

function printVersion(folder: string, stdout: Output): void {
  const { version } = JSON.parse(readFileSync(`${folder}/../package.json`, "utf8")) as { version: string };
  stdout.write(`murre ${version}\n`);
}

/** The bundle's first line says which it is. */
const beginningBytes = 48;

function keptSettings() {
  const { env, platform, version, arch } = process;
  return { cacheFolder: defaultCacheFolder({ platform, env, home: env["HOME"] ?? "" }), node: `${version}-${arch}` };
}

type Evaluate = (require: NodeJS.Require, exports: object, filename: string, folder: string) => void;

function evaluate(script: Script, path: string, folder: string, watch: RequireWatch | undefined): Bundle {
  const exports = {};
  (script.runInThisContext() as Evaluate)(lateRequire(ownRequire(path), watch), exports, path, folder);
  return exports as Bundle;
}

/** Of Node's modules, and of the programs of murre's threads. */
function ownRequire(path: string): NodeJS.Require {
  const require = createRequire(path);
  let threads: object | undefined;
  const requireOwn = (id: string): unknown =>
    id.endsWith("worker_threads")
      ? (threads ??= ownThreads(require(id) as typeof import("node:worker_threads"), (name) =>
          String(require(`./${name}.cjs`)),
        ))
      : require(id);
  return Object.assign(requireOwn, require);
}

/** Modules of Node's own that take milliseconds to load and that many commands never use. */
const late = new Set([
  "child_process",
  "crypto",
  "dns",
  "fs/promises",
  "http",
  "https",
  "net",
  "readline",
  "stream",
  "stream/consumers",
  "stream/promises",
  "timers/promises",
  "tls",
  "worker_threads",
  "zlib",
]);

/** What `node:worker_threads` says in the thread that a command always runs in: asked for by many, which need nothing else of it. */
const mainThread = { isMainThread: true, threadId: 0 };

/** `require` that loads these when the first of their members is used. */
function lateRequire(require: NodeJS.Require, watch: RequireWatch | undefined): NodeJS.Require {
  const loaded = new Map<string, object>();
  const requireLate = (id: string): unknown => {
    const name = id.startsWith("node:") ? id.slice(5) : id;
    if (name === "fs" && watch !== undefined) return watch.fileSystem;
    if (!late.has(name)) return require(id) as unknown;
    const known = loaded.get(name);
    if (known !== undefined) return known;
    let members: object | undefined;
    const get = (_: object, member: string | symbol): unknown => {
      if (name === "worker_threads" && Object.hasOwn(mainThread, member)) return Reflect.get(mainThread, member);
      watch?.used(name, member);
      members ??= require(id) as object;
      return Reflect.get(members, member) as unknown;
    };
    const made = new Proxy({}, { get });
    loaded.set(name, made);
    return made;
  };
  return Object.assign(requireLate, require);
}

function keep(cache: CodeCache | undefined, script: Script, isMissing: boolean): void {
  // What the words did not fit to is no command of which there will be more.
  if (cache === undefined || process.exitCode === 2) return;
  if (isMissing || script.cachedDataRejected === true) cache.write(script.createCachedData());
}
