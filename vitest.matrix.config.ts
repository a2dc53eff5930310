import { defineConfig } from "vitest/config";
import base from "./vitest.config.base.ts";

/** What is run on each line of Node (scripts/node-matrix.mjs): the bundle's main job, and the packages that stand closest to Node. */
export default defineConfig({
  test: {
    ...base.test,
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", ["json", { outputFile: process.env["MURRE_MATRIX_REPORT"] }]],
    include: [
      "apps/murre/test/{main-job,bundle,proxies}{,.slow}.test.ts",
      "packages/{wheel,index-client}/{src,test}/**/*.test.ts",
      "packages/{linker,locking}/src/**/*.test.ts",
    ],
  },
});
