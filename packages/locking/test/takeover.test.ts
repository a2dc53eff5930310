import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { afterEach, describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("processes/takeover-child.mjs", import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function start(kind: "naive" | "murre", root: string, name: string): Promise<void> {
  const child = spawn(process.execPath, [script, kind, root, name], { stdio: "inherit" });
  started.push(child);
  return seen(root, `judged.${name}`, child);
}

/** Waits for the first of these files; a child that ends before is an error. */
async function seen(root: string, file: string, child?: ChildProcess): Promise<void> {
  while (!existsSync(join(root, file))) {
    if (child !== undefined && child.exitCode !== null) throw new Error(`the child ended before ${file}`);
    await sleep(5);
  }
}

const tell = (root: string, file: string): void => writeFileSync(join(root, file), "");

/** What a process that died while it held the lock leaves behind. */
function leaveDeadHolder(kind: "naive" | "murre", root: string): void {
  if (kind === "naive") {
    mkdirSync(join(root, "lock"));
    utimesSync(join(root, "lock"), new Date("2000-01-01"), new Date("2000-01-01"));
    return;
  }
  mkdirSync(join(root, "lock", "tickets"), { recursive: true });
  mkdirSync(join(root, "leases"));
}

/**
 * A and B both judge the dead holder's lock; A removes it and gets the lock; B, paused between its verdict and its removal, goes on.
 * @returns who is inside then.
 */
async function contendedTakeover(kind: "naive" | "murre"): Promise<string[]> {
  const root = temporaryFolder("takeover");
  leaveDeadHolder(kind, root);
  if (kind === "murre") await dieHolding(root);
  await start(kind, root, "A");
  await start(kind, root, "B");
  tell(root, "go.A");
  await seen(root, "in.A");
  tell(root, "go.B");
  while (!existsSync(join(root, "in.B")) && !existsSync(join(root, "waiting.B"))) await sleep(5);
  const inside = ["A", "B"].filter((name) => existsSync(join(root, `in.${name}`)));
  tell(root, "leave.A");
  tell(root, "leave.B");
  await seen(root, "in.B");
  return inside;
}

/** A ticket of a process that was killed while it held the lock; its name ends with `dead-1` so that the pause finds it. */
async function dieHolding(root: string): Promise<void> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await new Promise((resolve) => child.on("exit", resolve));
  const { takeLease } = await import("../src/lease/lease.ts");
  const lease = takeLease(root);
  // The lease's form without a thread is <random>_<boot and namespace>_<pid>_<start>; the random part does not matter to a judge.
  const [random, place] = lease.name.split("_");
  lease.release();
  const dead = `${random}_${place}_${(child.pid ?? 0).toString(36)}_0dead`;
  writeFileSync(join(root, "lock", "tickets", `1-w-${dead}-1`), "");
}

describe("CE15: two waiters judge the same dead holder; the first removes it and enters, then the second acts on its verdict", () => {
  test("a naive lock (mkdir, stat, rmdir, mkdir) has two owners then", async () => {
    expect(await contendedTakeover("naive")).toEqual(["A", "B"]);
  });

  test("this lock has one: the verdict is about a name that never comes again", async () => {
    expect(await contendedTakeover("murre")).toEqual(["A"]);
  });
});
