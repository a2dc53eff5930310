import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const preload = new URL("../dist/preload.js", import.meta.url).href;

/** Every step changes the file system once. */
const ways: readonly (readonly [string, string])[] = [
  ["sync", `for (const n of [1, 2, 3, 4]) fs.mkdirSync(String(n));`],
  ["callbacks", `const next = (n) => n < 5 && fs.mkdir(String(n), () => next(n + 1)); next(1);`],
  ["promises", `for (const n of [1, 2, 3, 4]) await fs.promises.mkdir(String(n));`],
];

function run(script: string, env: Record<string, string>, nodeArgs: readonly string[] = []) {
  const cwd = temporaryFolder("preload");
  const file = join(cwd, "script.mjs");
  writeFileSync(file, `import fs from "node:fs";\n${script}`);
  const { signal, stderr } = spawnSync(process.execPath, [...nodeArgs, "--import", preload, file], {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { cwd, signal, stderr, made: [1, 2, 3, 4].filter((n) => existsSync(join(cwd, String(n)))) };
}

describe.each(ways)("a process that uses %s", (_way, script) => {
  test.each([
    ["before", "2", [1]],
    ["after", "2", [1, 2]],
    ["after", "9", [1, 2, 3, 4]],
  ])("is killed %s call %s", (when, at, made) => {
    const ended = run(script, { MURRE_KILL_AT: at, MURRE_KILL_WHEN: when });
    expect(ended.stderr).toBe("");
    expect(ended.made).toEqual(made);
    expect(ended.signal).toBe(at === "9" ? null : "SIGKILL");
  });
});

const tolerant: readonly (readonly [string, string])[] = [
  ["sync", `for (const n of [1, 2, 3, 4]) try { fs.mkdirSync(String(n)); } catch (e) { console.error(e.code); }`],
  [
    "callbacks",
    `const next = (n) => n < 5 && fs.mkdir(String(n), (e) => { if (e) console.error(e.code); next(n + 1); }); next(1);`,
  ],
  ["promises", `for (const n of [1, 2, 3, 4]) await fs.promises.mkdir(String(n)).catch((e) => console.error(e.code));`],
];

test.each(tolerant)("a process that uses %s is refused the calls that are to fail, and no others", (_way, script) => {
  const ended = run(script, { MURRE_FAIL_AT: "2", MURRE_FAIL_TIMES: "2", MURRE_FAIL_CODE: "ENOSPC" });
  expect([ended.made, ended.stderr]).toEqual([[1, 4], "ENOSPC\nENOSPC\n"]);
});

test("only calls of one function fail where that is asked for", () => {
  const script = `for (const n of [1, 2, 3]) { fs.mkdirSync(String(n)); try { fs.linkSync("x", "y"); } catch (e) { console.error(e.code); } }`;
  const ended = run(script, { MURRE_FAIL_CALL: "link", MURRE_FAIL_AT: "2", MURRE_FAIL_CODE: "EMLINK" });
  expect([ended.made, ended.stderr]).toEqual([[1, 2, 3], "ENOENT\nEMLINK\nENOENT\n"]);
});

const counted = (cwd: string) => readFileSync(join(cwd, "count"), "utf8").trimEnd().split("\n");

test("a call that fails is a call", () => {
  const script = `try { fs.rmdirSync("absent"); } catch {} fs.mkdirSync("1");`;
  expect(run(script, { MURRE_KILL_AT: "1" })).toMatchObject({ signal: "SIGKILL", made: [] });
});

test("handles and streams are counted, reading and the standard streams are not", () => {
  const { cwd } = run(
    `const handle = await fs.promises.open("a", "w"); await handle.write("x"); await handle.truncate(0); await handle.close();
     fs.createWriteStream("b").end("text"); fs.readFileSync("a"); console.log("out");`,
    { MURRE_KILL_COUNT_FILE: "count" },
  );
  expect(counted(cwd)).toEqual(["main 1", "main 2", "main 3", "main 4", "main 5"]);
});

test("worker threads count their own", () => {
  const script = `import { isMainThread, Worker } from "node:worker_threads";
    if (isMainThread) { fs.mkdirSync("1"); new Worker(new URL(import.meta.url)); } else { fs.mkdirSync("2"); fs.mkdirSync("3"); fs.mkdirSync("4"); }`;
  const ended = run(script, { MURRE_KILL_AT: "2", MURRE_KILL_IN: "worker" });
  expect(ended.signal).toBe("SIGKILL");
  expect(ended.made).toEqual([1, 2, 3]);
});

test("a thread that is terminated has been counted up to there", () => {
  const script = `import { isMainThread, parentPort, Worker } from "node:worker_threads";
    if (isMainThread) { const worker = new Worker(new URL(import.meta.url)); worker.once("message", () => worker.terminate()); }
    else { fs.mkdirSync("1"); fs.mkdirSync("2"); parentPort.postMessage("done"); setInterval(() => {}, 1000); }`;
  const { cwd } = run(script, { MURRE_KILL_COUNT_FILE: "count" });
  expect(counted(cwd)).toEqual(["worker 1", "worker 2"]);
});
