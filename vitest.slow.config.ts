import { defineConfig } from "vitest/config";
import base from "./vitest.config.base.ts";

/** The tests that take long, `*.slow.test.ts`: `pnpm --filter @murre/NAME test:slow`. */
export default defineConfig({
  test: {
    ...base.test,
    include: ["**/*.slow.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", ["json", { outputFile: ".test-results-slow.json" }]],
  },
});
