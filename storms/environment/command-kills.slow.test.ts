import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { runCommandKills } from "./command-kills.mjs";

describe("a command that is ended, or refused, at any call that changes a file system", () => {
  // All of the points: npm run test:matrix.
  test(
    "leaves the environment exactly as it was or exactly as it was to become, once the next command ran",
    { timeout: 600_000 },
    async () => {
      const folder = temporaryFolder("command-kills");
      const report = await runCommandKills({ folder, fraction: 0.06, randomPoints: 24, seed: 7 });
      expect(report.failures).toEqual([]);
      expect(report.points).toBeGreaterThan(1000);
      expect(report.tried).toBeGreaterThan(50);
      expect(Math.min(report.states.old, report.states.new, report.recovered)).toBeGreaterThan(0);
    },
  );
});
