// Tries the resolver on so many random small worlds (default 1000) of each kind, against exhaustive search: `npm run try:worlds -- 1000`.
// The tests are those that `npm test` runs on fewer of them.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const [count = "1000"] = process.argv.slice(2);
const vitest = ["vitest", "run", "--config", "../../vitest.config.base.ts", "--root", ".", "--reporter", "verbose"];
const isWindows = process.platform === "win32";
const words = ["--yes", packageManager, "exec", ...vitest, "--testTimeout", "1200000", "worlds", "mixtures"];
const { status } = spawnSync(isWindows ? "npx.cmd" : "npx", words, {
  cwd: `${root}packages/resolver`,
  env: { ...process.env, MURRE_TEST_WORLDS: count },
  stdio: "inherit",
  shell: isWindows,
});
process.exitCode = status ?? 1;
