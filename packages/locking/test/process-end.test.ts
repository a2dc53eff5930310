import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { acquireLock, takeLease } from "../src/index.ts";
import { judge } from "../src/lease/liveness.ts";
import { deadSockets, removeSockets, sweepLeases } from "../src/lease/sweep-leases.ts";
import { sweepLock } from "../src/flight/sweep-locks.ts";

const script = (name: string): string => fileURLToPath(new URL(`processes/${name}`, import.meta.url));

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
  readonly root: string;
}

/** Starts a process that holds a lease and a lock, and sends it `signal` once it does. */
function endOf(how: string, signal?: NodeJS.Signals): Promise<End> {
  const root = temporaryFolder("end");
  const child = spawn(process.execPath, [script("hold-lease.mjs"), root, how], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (said === "" && signal !== undefined) child.kill(signal);
    said += text;
  });
  return new Promise((resolve) => child.on("close", (code, ended) => resolve({ code, signal: ended, said, root })));
}

/** Leases, tickets and sockets that are still there. */
function left(root: string): string[] {
  return ["leases", "lock/choosing", "lock/tickets", "sockets"].flatMap((folder) => readdirSync(join(root, folder)));
}

describe("leases and locks are released when their process ends", () => {
  test.each([
    ["exit", 3],
    ["throw", 1],
  ] as const)("%s: nothing is left, and the process ends as it would without", async (how, code) => {
    const end = await endOf(how);
    expect(end).toMatchObject({ code, signal: null });
    expect(left(end.root)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s ends a process as it would without, and what it held is taken by the next",
    async (sent) => {
      const end = await endOf("wait", sent);
      expect(end).toMatchObject({ code: null, signal: sent });
      const lease = takeLease(end.root);
      const lock = await acquireLock({ folder: join(end.root, "lock"), lease, mode: "write" });
      lock.release();
      lease.release();
    },
  );

  test("what the process has of globals is as it was, while something is held and after", async () => {
    const names = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
    const before = names();
    const { emit, reallyExit } = process as typeof process & { reallyExit: unknown };
    const lease = takeLease(temporaryFolder("globals"));
    // Another tool's wrapper, put around while something is held.
    const wrapper: typeof process.emit = (...words: unknown[]) => Reflect.apply(emit, process, words) as never;
    process.emit = wrapper;
    try {
      expect(names()).toEqual(before);
      lease.release();
      await new Promise((resolve) => setTimeout(resolve, 1100));
      expect([process.emit, (process as unknown as { reallyExit: unknown }).reallyExit]).toEqual([wrapper, reallyExit]);
      expect(names()).toEqual(before);
    } finally {
      process.emit = emit;
    }
  });

  test("a program's own handler keeps the decision; its exit releases them", async () => {
    const end = await endOf("own-handlers", "SIGTERM");
    expect(end).toMatchObject({ code: 7, signal: null });
    expect(end.said).toContain("handled");
    expect(left(end.root)).toEqual([]);
  });

  test("a process whose lease grew old enough for a heartbeat ends when its work is done", async () => {
    // A hang guard: without its own end the process is killed.
    const child = spawn(process.execPath, [script("end-after-heartbeat.mjs"), temporaryFolder("end")], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const end = await new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal, said])));
    expect(end).toEqual([0, null, "released\n"]);
  });

  test("what a killed one leaves is gone after one sweep", async () => {
    const { root, signal } = await endOf("wait", "SIGKILL");
    expect(signal).toBe("SIGKILL");
    expect(left(root)).toHaveLength(3);
    expect((await sweepLeases(root)).removed).toHaveLength(1);
    expect(await sweepLock(root, join(root, "lock"))).toHaveLength(1);
    // The socket, which refuses, is an answer for other pid namespaces until all else has been swept.
    expect(left(root)).toEqual(readdirSync(join(root, "sockets")));
    expect(removeSockets(root, await deadSockets(root))).toBe(1);
    expect(left(root)).toEqual([]);
  });
});

describe("a terminated worker thread does not keep a lease", () => {
  test("its lease lives while it runs, and is dead afterwards although the process lives", async () => {
    const root = temporaryFolder("thread");
    const worker = new Worker(script("lease-thread.mjs"), { workerData: root });
    const lease = await new Promise<string>((resolve) => worker.once("message", resolve));
    expect(await judge(root, lease)).toBe("live");
    await worker.terminate();
    expect(await judge(root, lease)).toBe("dead");
    expect((await sweepLeases(root)).removed).toEqual([lease]);
  });
});
