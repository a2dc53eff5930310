import { defineConfig } from "vitest/config";

/** Every package is tested alone, with this one configuration: `pnpm --filter @murre/NAME test`. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: ".test-results.json" }]],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
