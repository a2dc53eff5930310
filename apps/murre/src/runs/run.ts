import type { KeptFolder } from "../kept-folder.ts";
import type { Output, Outputs } from "../outputs.ts";
import { keepRun, nameOfRun, repeatRun } from "./remembered-runs.ts";
import type { Saying } from "./run-document.ts";
import { watchFileSystem } from "./watched-fs.ts";

/** What the command tells of its run. */
export interface WatchedCommand {
  said(descriptor: 1 | 2, text: string): void;
  /** What was answered may be another from this moment on (milliseconds since 1970). */
  holdsUntil(ms: number): void;
}

export const unwatched: WatchedCommand = { said: () => {}, holdsUntil: () => {} };

/** What the bundle is given in the place of Node's own modules, and whom they tell. */
export interface RequireWatch {
  readonly fileSystem: typeof import("node:fs");
  used(module: string, member: string | symbol): void;
}

/** One run of the command: one that was remembered, or one that may be. */
export interface Run {
  /** Whether the remembered run still holds, and has been said again. */
  repeat(): boolean;
  readonly watch: RequireWatch;
  readonly command: WatchedCommand;
  keep(): void;
}

/** Modules that ask nobody and change nothing, and what of others does not. */
const ownModules = new Set([
  "crypto",
  "readline",
  "stream",
  "stream/consumers",
  "stream/promises",
  "timers/promises",
  "zlib",
]);
const ownMembers = new Set(["MessageChannel", "parentPort", "workerData"]);

/** A run of these words; undefined where they want to be run whatever is known. */
export function openRun(kept: KeptFolder, words: readonly string[], outputs: Outputs): Run | undefined {
  const terminals = [terminal(outputs[1]), terminal(outputs[2])];
  const cwd = workingFolder();
  if (cwd === undefined) return undefined;
  const name = nameOfRun({ words, cwd, env: process.env, terminals });
  if (name === undefined) return undefined;
  const { fileSystem, run } = watchFileSystem();
  const sayings: Saying[] = [];
  let holdsUntil: number | undefined;
  return {
    repeat: () => repeatRun(`${kept.path}/${name}`, { ms: Date.now(), elapsedMs: () => performance.now() }, outputs),
    watch: {
      fileSystem,
      used: (module, member) => {
        if (!ownModules.has(module) && !ownMembers.has(String(member))) run.spoil();
      },
    },
    command: {
      said: (descriptor, text) => sayings.push([descriptor, text]),
      holdsUntil: (ms) => (holdsUntil = Math.min(ms, holdsUntil ?? Infinity)),
    },
    keep() {
      if (process.exitCode !== 0) return;
      // Pages of an index age; who looked at one has to say how long it is fresh.
      const isAging = run.facts.some(([, place]) => /[\\/]index[\\/][0-9a-f]{16}(?:[\\/]|$)/.test(place));
      if (isAging && holdsUntil === undefined) return;
      keepRun(kept, name, run, { sayings, holdsUntil: holdsUntil ?? Infinity });
    },
  };
}

/** Undefined where it was removed meanwhile, of which the command says more. */
function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** What of an output decides how something is said. */
const terminal = ({ isTTY, columns }: Output) => isTTY && [columns];
