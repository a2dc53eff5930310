import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { runOperationKills } from "./operation-kills.mjs";

describe("killed before or after any call that changes the cache, while it is filled, cleaned or pruned", () => {
  // All of the points: npm run test:matrix.
  test(
    "the next process fills it correctly, and one prune later nothing is left over",
    { timeout: 600_000 },
    async () => {
      const { points, tried, killed, failures } = await runOperationKills({
        folder: temporaryFolder("operation-kills"),
        fraction: 0.06,
        seed: 6,
      });
      expect(failures).toEqual([]);
      expect(points).toBeGreaterThan(500);
      expect(tried).toBeGreaterThan(30);
      expect(killed).toBe(tried);
    },
  );
});
