import { isRemote } from "@murre/files";
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { KeptFolder } from "../kept-folder.ts";
import type { Outputs } from "../outputs.ts";
import { readOwn } from "../own-file.ts";
import { stillSays } from "./facts.ts";
import { quickName } from "./quick-name.ts";
import { formatRun, parseRun, time, type Saying } from "./run-document.ts";
import type { WatchedRun } from "./watched-fs.ts";

/** What a run rests on besides the file system. */
export interface RunSettings {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of standard output and error: whether they are a terminal, and how wide. */
  readonly terminals: readonly unknown[];
}

/**
 * Words that ask for more than the answer: to be told how it is found, or to find it anew. So do `-v` and `-n`, with others behind one dash. Of
 * what counts back from now, and of the cache, the answer is another as time goes by.
 */
const anew = new Set([
  "--verbose",
  "--no-cache",
  "--no-cache-dir",
  "--refresh",
  "--refresh-package",
  "--resolve-anew",
  "--log",
  "--trace",
  "-",
  "--exclude-newer",
  "--exclude-newer-package",
  "--uploaded-prior-to",
  "cache",
]);
const isAnew = (word: string): boolean =>
  anew.has(word.replace(/=.*/s, "")) || (/^-[a-z]+$/i.test(word) && /[vn]/.test(word));
const anewVariables =
  /^(?:MURRE|PIP|UV)_(?:NO_CACHE|NO_CACHE_DIR|REFRESH|RESOLVE_ANEW|VERBOSE|LOG|TRACE|EXCLUDE_NEWER|UPLOADED_PRIOR_TO)$/;

/** They differ from one shell to the next, and nothing is made of them. */
const idle = new Set(["_", "OLDPWD", "SHLVL"]);

/**
 * The name under which the run of these words is kept; undefined where they want to be run whatever is known. Only a hash of the words and of the
 * environment is in it: there may be secrets among them.
 */
export function nameOfRun({ words, cwd, env, terminals }: RunSettings): string | undefined {
  if (words.some(isAnew)) return undefined;
  const variables = Object.entries(env).filter(([name]) => !idle.has(name));
  if (variables.some(([name]) => anewVariables.test(name))) return undefined;
  const key = JSON.stringify([words, cwd, terminals, variables.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return `runs/${quickName(key)}`;
}

/**
 * Says what the run at `path` has said, if everything that it rests on is as it was: the same files, folders and links were there, which the
 * file system is asked in the same order. Whatever goes wrong until then, nothing was said, and the command runs.
 */
export function repeatRun(
  path: string,
  now: { readonly ms: number; readonly elapsedMs: () => number },
  outputs: Outputs,
): boolean {
  try {
    const text = readOwn(path, process.getuid?.())?.toString("utf8");
    const run = text === undefined ? undefined : parseRun(text);
    if (run === undefined || now.ms >= run.holdsUntil || !run.facts.every(stillSays)) return false;
    const took = `${Math.round(now.elapsedMs())}ms`;
    for (const [descriptor, said] of run.sayings) outputs[descriptor].write(said.replaceAll(time, took));
    return true;
  } catch {
    return false;
  }
}

/** So many runs are kept; then the older half goes. */
const mostRuns = 256;
const mostBytes = 4 * 1024 * 1024;

/** Younger changes may have others behind them that have the same time (milliseconds; the coarsest clock of a file system is FAT's). */
const slowestTickMs = 2100;

/** How long something took, as the command says it. */
const took = /(?<= in )\d+(?:ms|\.\d\ds|m \d\ds)(?!\w)/g;

/** Keeps what a run said, if it can be said again. */
export function keepRun(
  kept: KeptFolder,
  name: string,
  run: WatchedRun,
  { sayings, holdsUntil }: { readonly sayings: readonly Saying[]; readonly holdsUntil: number },
): void {
  const now = Date.now();
  if (run.isSpoilt || now >= holdsUntil || run.youngestMs > now - slowestTickMs) return;
  // Of what other machines change too, a client may say for a while what was.
  if (run.facts.some(([, place]) => isOnRemote(dirname(place)))) return;
  // What is drawn and drawn over tells of time.
  if (sayings.some(([, text]) => text.includes("\r") || text.includes(time))) return;
  const text = formatRun({
    facts: run.facts,
    sayings: sayings.map(([descriptor, said]) => [descriptor, descriptor === 2 ? said.replaceAll(took, time) : said]),
    holdsUntil,
  });
  if (text === undefined || text.length > mostBytes) return;
  if (kept.keep(name, text)) removeOldest(`${kept.path}/${dirname(name)}`);
}

/** Where the folder, or the nearest one around it that is there, lies. */
function isOnRemote(folder: string): boolean {
  try {
    return isRemote(folder);
  } catch {
    const outer = dirname(folder);
    return outer === folder || isOnRemote(outer);
  }
}

function removeOldest(folder: string): void {
  try {
    const names = readdirSync(folder);
    if (names.length <= mostRuns) return;
    const byAge = names
      .map((name) => ({ path: `${folder}/${name}`, ms: statSync(`${folder}/${name}`).mtimeMs }))
      .toSorted((a, b) => a.ms - b.ms);
    for (const { path } of byAge.slice(0, mostRuns / 2)) rmSync(path, { force: true });
  } catch {
    // Another run removes them at this moment.
  }
}
