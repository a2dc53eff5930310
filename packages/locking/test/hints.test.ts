import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createHints, sweepHints, takeLease } from "../src/index.ts";

const taker = fileURLToPath(new URL("processes/hint-taker.mjs", import.meta.url));
const child = fileURLToPath(new URL("processes/hint-child.mjs", import.meta.url));
const keys = 40;

function start(root: string, seed: number) {
  const started = spawn(process.execPath, [child, root, String(keys), String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => started.on("close", (code) => resolve(code)));
  return { ended, kill: () => started.kill("SIGKILL") };
}

function worksOf(root: string): string[] {
  return readFileSync(join(root, "works"), "utf8").trim().split("\n");
}

describe("protocols/single-flight.md, H1 to H5, with real processes", () => {
  test("six of them make each of forty results once", async () => {
    const root = temporaryFolder();
    const all = [1, 2, 3, 4, 5, 6].map((seed) => start(root, seed));
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(
      worksOf(root)
        .map((line) => line.split(" ")[0])
        .toSorted(),
    ).toEqual(Array.from({ length: keys }, (_, key) => String(key)).toSorted());
    expect(readdirSync(join(root, "hints"))).toEqual([]);
  });

  test.each([0, 40, 80, 120])(
    "those of one that was killed after %i ms of work are made by the others",
    async (afterMs) => {
      const root = temporaryFolder();
      const victim = start(root, 1);
      const others = [2, 3].map((seed) => start(root, seed));
      while (!readdirSync(root).includes("works")) await sleep(5);
      await sleep(afterMs / 10);
      victim.kill();
      expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([0, 0]);
      await victim.ended;
      const results = readdirSync(root).filter((name) => name.startsWith("result-"));
      expect(results).toHaveLength(keys);
      await sweepHints(root);
      expect(readdirSync(join(root, "hints"))).toEqual([]);
    },
  );
});

describe("CE25: two see that a hint's holder is dead; one stops between its look and its unlink, the other goes on", () => {
  /** Leaves the hint of a process that has ended, and begins a process that stops before it unlinks it. */
  async function contend(kind: "once" | "sweep") {
    const root = temporaryFolder();
    mkdirSync(join(root, "hints"));
    const lease = takeLease(root);
    const never = createHints({ root }).once("a", { group, lease, lookup: () => undefined, work: () => forEver });
    never.catch(() => {});
    await sleep(1);
    const [name = ""] = readdirSync(join(root, "hints"));
    const path = join(root, "hints", name);
    const dead = await deadLease(lease.name);
    writeFileSync(path, dead);
    const other = spawn(process.execPath, [taker, kind, root, name], { stdio: "inherit" });
    const ended = new Promise((resolve) => other.on("close", resolve));
    while (!existsSync(join(root, "reached"))) {
      expect(other.exitCode).toBe(null);
      await sleep(5);
    }
    return { root, lease, path, dead, other, ended };
  }

  const group = "all";
  const forEver = new Promise<never>(() => {});

  test.each(["once", "sweep"] as const)("it unlinks the dead one's, and no other (%s)", async (kind) => {
    const { root, lease, path, dead, ended } = await contend(kind);
    let looks = 0;
    const lookup = () => {
      // After its verdict, while some hint stands: the other one goes on, and has unlinked before this one does anything.
      if (++looks >= 3 && existsSync(path) && !existsSync(join(root, "go"))) {
        writeFileSync(join(root, "go"), "");
        const clock = new Int32Array(new SharedArrayBuffer(4));
        while (!existsSync(join(root, "unlinked"))) Atomics.wait(clock, 0, 0, 5);
      }
      return undefined;
    };
    const found = createHints({ root }).once("b", { group, lease, lookup, work: async () => "b" });
    expect(await found).toBe("b");
    await ended;
    expect(readFileSync(join(root, "unlinked"), "utf8")).toBe(dead);
    expect(readdirSync(join(root, "hints"))).toEqual([]);
  });

  test("where it is killed then, nobody waits for its claim", { timeout: 30_000 }, async () => {
    const { root, lease, other, ended } = await contend("once");
    other.kill("SIGKILL");
    await ended;
    expect(readdirSync(join(root, "hints"))).toHaveLength(2);
    const found = createHints({ root }).once("b", { group, lease, lookup: () => undefined, work: async () => "b" });
    expect(await found).toBe("b");
    expect(readdirSync(join(root, "hints"))).toEqual([]);
  });
});

/** Of this boot and namespace, with the pid of a process that has ended. */
async function deadLease(living: string): Promise<string> {
  const ended = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await new Promise((resolve) => ended.on("exit", resolve));
  const [random, place] = living.split("_");
  return `${random}_${place}_${(ended.pid ?? 0).toString(36)}_0dead`;
}
