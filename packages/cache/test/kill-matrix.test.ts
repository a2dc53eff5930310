import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { runKillMatrix } from "./kill-matrix.mjs";

describe("killed before or after any call that changes the cache, while it is filled, cleaned or pruned", () => {
  // All of the points: npm run test:matrix.
  test(
    "the next process fills it correctly, and one prune later nothing is left over",
    { timeout: 300_000 },
    async () => {
      const { points, tried, failures } = await runKillMatrix({
        folder: temporaryFolder("matrix"),
        fraction: 0.06,
        seed: 6,
      });
      expect(failures).toEqual([]);
      expect(points).toBeGreaterThan(500);
      expect(tried).toBeGreaterThan(30);
    },
  );
});
