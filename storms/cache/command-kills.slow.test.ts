import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { runCommandKills } from "./command-kills.mjs";

describe("a command that is killed at any call that changes a file system, while it fills, cleans or prunes the cache", () => {
  // All of the points: npm run test:matrix.
  test(
    "leaves a cache from which the next one installs correctly, and one prune later nothing is left over",
    { timeout: 600_000 },
    async () => {
      const folder = temporaryFolder("command-kills");
      const report = await runCommandKills({ folder, fraction: 0.03, randomPoints: 10, seed: 5 });
      expect(report.failures).toEqual([]);
      expect(report.points).toBeGreaterThan(800);
      expect(report.killed).toBeGreaterThan(25);
    },
  );
});
