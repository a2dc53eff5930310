import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { sweepHints } from "../src/index.ts";

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
