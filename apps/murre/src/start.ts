import { defaultCacheFolder } from "@murre/cache";
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { openCodeCache, type CodeCache } from "./code-cache.ts";

/** Beside this file; the command in one file of CommonJS, which V8 compiles faster than modules, and can keep compiled. */
const commandFile = "murre-cli.cjs";

/** What the bundle of the command exports. */
interface Command {
  main(): Promise<void>;
}

/**
 * The `murre` command's first steps: nothing is loaded for `--version`; everything else is run from V8's compiled form of the bundle, where an
 * earlier run could keep it.
 * @param folder of the bundle
 */
export async function start(folder: string, words: readonly string[]): Promise<void> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-V") && printVersion(folder)) return;
  const path = `${folder}/${commandFile}`;
  const source = readFileSync(path, "latin1");
  const cache = openCodeCache(cacheSettings(), source, words);
  const cachedData = cache?.read();
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const command = evaluate(script, path, folder);
  await command.main();
  keep(cache, script, cachedData === undefined);
}

function printVersion(folder: string): boolean {
  const { version } = JSON.parse(readFileSync(`${folder}/../package.json`, "utf8")) as { version: string };
  try {
    writeSync(1, `murre ${version}\n`);
    return true;
  } catch {
    return false; // a full pipe, or nobody who reads: the command knows what to do
  }
}

function cacheSettings() {
  const { env, platform, version, arch } = process;
  return { cacheFolder: defaultCacheFolder({ platform, env, home: env["HOME"] ?? "" }), node: `${version}-${arch}` };
}

type Evaluate = (require: NodeJS.Require, exports: object, filename: string, folder: string) => void;

function evaluate(script: Script, path: string, folder: string): Command {
  const exports = {};
  (script.runInThisContext() as Evaluate)(lateRequire(createRequire(path)), exports, path, folder);
  return exports as Command;
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

/** `require` that loads these when the first of their members is used. */
function lateRequire(require: NodeJS.Require): NodeJS.Require {
  const loaded = new Map<string, object>();
  const requireLate = (id: string): unknown => {
    const name = id.startsWith("node:") ? id.slice(5) : id;
    if (!late.has(name)) return require(id) as unknown;
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const made = new Proxy({}, { get: (_, member) => Reflect.get(require(id) as object, member) as unknown });
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
