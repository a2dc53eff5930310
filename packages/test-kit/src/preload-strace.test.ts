import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const preload = new URL("../dist/preload.js", import.meta.url).href;
/** Another process must be allowed to trace one. */
const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

/** Every way to the file system: synchronous, callbacks, promises, handles, streams, and a thread of its own. */
const program = `
import fs from "node:fs";
import { once } from "node:events";
import { isMainThread, Worker } from "node:worker_threads";
const data = Buffer.from("data");
if (!isMainThread) {
  fs.mkdirSync("thread");
  fs.writeFileSync("thread/file", data);
  fs.renameSync("thread/file", "thread/other");
} else {
  fs.mkdirSync("a");
  fs.writeFileSync("a/sync", data);
  fs.linkSync("a/sync", "a/link");
  fs.symlinkSync("sync", "a/symlink");
  fs.chmodSync("a/sync", 0o600);
  fs.utimesSync("a/sync", 1, 1);
  fs.readFileSync("a/sync");
  fs.appendFileSync("a/sync", data);
  await fs.promises.writeFile("a/promised", data);
  await fs.promises.rename("a/promised", "a/renamed");
  const handle = await fs.promises.open("a/handle", "w");
  await handle.write(data);
  await handle.truncate(1);
  await handle.chmod(0o600);
  await handle.close();
  const stream = fs.createWriteStream("a/stream");
  stream.end(data);
  await once(stream, "close");
  await new Promise((resolve) => fs.unlink("a/stream", resolve));
  for (const name of fs.readdirSync("a")) fs.unlinkSync("a/" + name);
  fs.rmdirSync("a");
  await once(new Worker(new URL(import.meta.url)), "exit");
}
`;

const changing =
  "mkdir,mkdirat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,chmod,fchmod,fchmodat,utimensat,truncate,ftruncate";

describe.runIf(canTrace)("the preload's count", () => {
  test("is the number of system calls by which files change, as strace sees them", () => {
    const cwd = temporaryFolder("traced");
    const outside = temporaryFolder("trace");
    writeFileSync(join(cwd, "program.mjs"), program);
    const log = join(outside, "log");
    const count = join(outside, "count");
    const traced = ["-f", "-y", "-e", `trace=${changing},open,openat,creat,write,pwrite64,writev,pwritev`, "-o", log];
    const node = [process.execPath, "--import", preload, "program.mjs"];
    const { status, stderr } = spawnSync("strace", [...traced, ...node], {
      cwd,
      env: { ...process.env, MURRE_KILL_COUNT_FILE: count },
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    const counted = readFileSync(count, "utf8").trimEnd().split("\n");
    const seen = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => isChange(line, cwd, outside));
    expect(seen.length).toBe(counted.length);
    expect(counted.filter((line) => line.startsWith("worker")).length).toBe(4);
  });
});

/** Whether a line of the log is a call that changed something other than the trace itself. */
function isChange(line: string, cwd: string, outside: string): boolean {
  const [, call = "", words = ""] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
  if (words.includes(outside)) return false;
  if (call.startsWith("open")) return /O_CREAT|O_TRUNC/.test(words);
  if (call.includes("write")) return /^\d+</.test(words) && words.includes(cwd);
  return call !== "";
}
