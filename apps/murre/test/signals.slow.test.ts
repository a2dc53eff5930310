import { indexedWheel, temporaryFolder, writeWheel, type IndexedFile } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, openEnvironment, run, succeeded } from "./command-world.ts";
import { startHeldIndex } from "./held-index.ts";

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const many = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`big/m${at % 30}/f${at}.py`, `x = ${at}\n`]));
const files: IndexedFile[] = await Promise.all([
  indexedWheel({ name: "big", version: "1.0", files: { "big/__init__.py": "v = 1\n" } }),
  indexedWheel({
    name: "big",
    version: "2.0",
    requiresDist: ["small"],
    files: { "big/__init__.py": "v = 2\n", ...many },
  }),
  indexedWheel({ name: "small", version: "1.0", files: { "small.py": "" } }),
]);

/** What is asked of the world, in the process or one of its threads, when the signal comes: the n-th such call of which a path matches. */
interface Call {
  readonly name: string;
  readonly path: string;
  readonly nth?: number;
}

interface Moment {
  readonly words?: readonly string[];
  /** The path of the index at which it waits when the signal comes. */
  readonly held?: string;
  readonly call?: Call;
  /** Another one has what it waits for. */
  readonly behind?: true;
  readonly builds?: true;
  /** Too short to be taken back, or to be told of. */
  readonly isShort?: true;
}

const wheel = "/files/big-2.0-py3-none-any.whl";
const moments: Readonly<Record<string, Moment>> = {
  "it loads": { call: { name: "readFileSync", path: "\\.cjs$|\\.js$" }, isShort: true },
  "it waits for a page": { held: "/simple/small/" },
  "it waits for metadata": { held: `${wheel}.metadata` },
  "it downloads": { held: wheel },
  "it waits for what another one downloads": { held: wheel, behind: true },
  "it unpacks": { call: { name: "mkdirSync", path: "/big/m\\d+$" } },
  "it links": {
    call: { name: "linkSync", path: "/big/m\\d+/f\\d+\\.py$", nth: 300 },
    words: ["--link-mode", "hardlink"],
  },
  "it copies a large folder": {
    call: { name: "copyFileSync", path: "/big/m\\d+/f\\d+\\.py$", nth: 600 },
    words: ["--link-mode", "copy"],
  },
  "it commits": { call: { name: "renameSync", path: "/commit(/|$)" }, isShort: true },
  "it moves what is new to its place": { call: { name: "renameSync", path: "site-packages/big" }, isShort: true },
  "it builds": { builds: true },
  "it waits for what another one builds": { builds: true, behind: true },
};

/** Makes a process send itself a signal at a call. */
const atCall = ({ name, path, nth = 1 }: Call, signal: string) => `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const original = fs[${JSON.stringify(name)}];
let left = ${nth};
fs[${JSON.stringify(name)}] = (...words) => {
  if (words.slice(0, 2).some((word) => typeof word === "string" && new RegExp(${JSON.stringify(path)}).test(word)) && --left <= 0) {
    if (left === 0) fs.writeSync(2, "<now>");
    if (left === 0) process.kill(process.pid, ${JSON.stringify(signal)});
    // The disk is slow from here on, so that the work does not end before the signal is heard.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  return original(...words);
};
syncBuiltinESMExports();
`;

/** A process group of its own: what it leaves is seen. */
function start(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [murre, ...words], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let heard = "";
  let wait = () => {};
  const waits = new Promise<void>((resolve) => (wait = resolve));
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    heard += more;
    if (/waiting for/i.test(heard)) wait();
  });
  return { child, waits, err: () => heard, ended: once(child, "close") as Promise<[number | null, string | null]> };
}

/** Whether processes of the group are there; who has just been ended is for a moment. */
async function isLeft(group: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn++) {
    try {
      process.kill(-group, 0);
    } catch {
      return false;
    }
    await sleep(20);
  }
  return true;
}

/** A world with an environment that has the old version. */
async function makeWorld(moment: Moment) {
  const index = await startHeldIndex(files);
  const folder = temporaryFolder("signals");
  const words = { PIP_INDEX_URL: index.url, PIP_RETRIES: "0", MURRE_CACHE_DIR: join(folder, "cache") };
  const env: NodeJS.ProcessEnv = { ...cleanEnvironment(), ...words };
  const call = (...line: string[]) => run(process.execPath, [murre, ...line], folder, words);
  succeeded(await call("venv"));
  const environment = openEnvironment(call, join(folder, ".venv"), folder);
  succeeded(await environment.pip("install", "big==1.0"));
  const world = { index, folder, env, environment };
  if (moment.builds !== true) return world;
  const core = join(folder, "core");
  const built = await writeWheel(core, { name: "big", version: "2.0", files: { "big/__init__.py": "v = 2\n" } });
  const project =
    '[project]\nname = "big"\nversion = "2.0"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
  writeFileSync(join(core, "pyproject.toml"), project);
  writeFileSync(
    join(core, "backend.py"),
    `
import os, shutil, subprocess, sys, time
def build_wheel(folder, settings=None, metadata=None):
    if os.environ.get("HELD"):
        compiler = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        open(os.environ["HELD"], "w").close()
        compiler.wait()
    return os.path.basename(shutil.copy(${JSON.stringify(built)}, folder))
`,
  );
  return world;
}

type World = Awaited<ReturnType<typeof makeWorld>>;

/** Ends the command by the signal at its moment, and changes the environment again: to the new version after SIGTERM. @returns what is imported then */
async function endBy(
  signal: NodeJS.Signals,
  moment: Moment,
  { index, folder, env, environment }: World,
): Promise<string> {
  const what = moment.builds === true ? "./core" : "big==2.0";
  const words = ["pip", "install", what, "--no-config", "--index-url", index.url, ...(moment.words ?? [])];
  const gate = moment.held === undefined ? undefined : index.hold(moment.held);
  const held = join(folder, `held-${signal}`);
  const cache = join(folder, `cache-${signal}`);
  mkdirSync(cache);
  const own: NodeJS.ProcessEnv = { ...env, MURRE_CACHE_DIR: cache, ...(moment.builds === true ? { HELD: held } : {}) };
  const option = moment.call && `--import=data:text/javascript,${encodeURIComponent(atCall(moment.call, signal))}`;
  const first = moment.behind === true ? start(words, folder, own) : undefined;
  const isHeld = async () => {
    await gate?.asked;
    while (moment.builds === true && !existsSync(held)) await sleep(10);
  };
  if (first !== undefined) await isHeld();
  const one = start(first === undefined ? words : [...words, "--target", "other", "-v"], folder, {
    ...own,
    ...(option === undefined ? {} : { NODE_OPTIONS: option }),
  });
  if (first !== undefined) await one.waits;
  if (first === undefined && option === undefined) await isHeld();
  if (option === undefined) one.child.kill(signal);
  const end = await one.ended;
  expect(one.err().includes("<now>")).toBe(option !== undefined);
  const isInTime = moment.isShort !== true || end[1] !== null;
  expect(end).toEqual(isInTime ? [null, signal] : [0, null]);
  expect(await isLeft(one.child.pid ?? 0)).toBe(false);
  expect(one.err()).toMatch(moment.isShort === true ? /^/ : /interrupted\n$/);
  first?.child.kill(signal);
  await first?.ended;
  gate?.open();
  const old = ["big==1.0"];
  const now = moment.builds === true ? ["big==2.0"] : ["big==2.0", "small==1.0"];
  const installed = (await environment.installed()).map((line) => line.replace(/ @ .*/, "==2.0"));
  expect([old, now]).toContainEqual(
    installed.filter((line) => installed.includes("big==2.0") || line !== "small==1.0"),
  );
  expect(await environment.print("import big; print(big.v)")).toBe(installed.includes("big==1.0") ? "1" : "2");
  // The same command brings it to its end, or another one takes it back.
  const next = signal === "SIGTERM" ? what : "big==1.0";
  succeeded(await environment.pip("install", next, "--index-url", index.url));
  return environment.print("import big; print(big.v)");
}

describe.skipIf(process.platform === "win32")(
  "Ctrl-C and SIGTERM end it, leave nobody, and leave the environment old or new",
  () => {
    test.concurrent.each(Object.entries(moments))("while %s", async (_, moment) => {
      const world = await makeWorld(moment);
      try {
        expect(await endBy("SIGINT", moment, world)).toBe("1");
        expect(await endBy("SIGTERM", moment, world)).toBe("2");
      } finally {
        world.index.close();
      }
    });
  },
);
