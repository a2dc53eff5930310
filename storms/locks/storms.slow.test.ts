import { spawnSync } from "node:child_process";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { flightStorm } from "./flight-storm.mjs";
import { lockStorm } from "./lock-storm.mjs";

// Where processes may make pid namespaces (root, or a user namespace) half of them live in one of their own.
const canUnshare = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

describe("part 3, storm: readers and writers on three locks, one acquisition in ten ended by SIGKILL, some stopped for a while", () => {
  test.each([
    { seed: 1, namespaces: "one" },
    { seed: 2, namespaces: canUnshare ? "two" : "one" },
  ] as const)(
    "seed $seed, in $namespaces: no two holders at once, nobody stuck, nothing left after one sweep",
    async (storm) => {
      const report = await lockStorm({
        root: temporaryFolder("storm"),
        processes: 10,
        acquisitions: 20,
        stops: { count: 3, longestMs: 1000, everyMs: 400 },
        deadlineMs: 90_000,
        ...storm,
      });
      expect(report).toMatchObject({ violations: [], stuck: 0, failures: [], left: [] });
      expect(report.deaths).toBeGreaterThan(5);
      expect(report.completed).toBeGreaterThan(100);
    },
  );
});

describe("part 3, single flight: many processes want the same keys, and those who work are killed at random", () => {
  test("every one gets every result, and nothing is worked on twice but after a death", async () => {
    const report = await flightStorm({
      root: temporaryFolder("storm"),
      processes: 8,
      keys: 30,
      seed: 1,
      deadlineMs: 90_000,
    });
    expect(report).toMatchObject({ stuck: 0, failures: [], done: 8, results: 30, twice: [], left: [] });
    expect(report.deaths).toBeGreaterThan(3);
  });
});
