import { defineConfig } from "vitest/config";

/** Every package is tested alone, with this one configuration: `pnpm --filter @murre/NAME test`. Those that take long are `test:slow`'s. */
export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.slow.test.ts"],
    reporters: ["default", ["json", { outputFile: ".test-results.json" }]],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
