// The tests that run on each line of Node that murre promises to work on: with the binaries that npm has, kept in the user's cache folder.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** The oldest that is promised, and the newest of each line. */
export const nodeVersions = ["20.19.0", "22.23.3", "24.21.0", "26.12.1"];

const windows = process.platform === "win32";
const platform = windows ? "win" : process.platform;
const distribution = `node-${platform}-${process.arch}`;
const cacheFolder = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

/** What npm says where there is no network. */
const unreachable = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/**
 * Runs the matrix.
 * @returns a report of vitest for each Node that ran, how many failed before their first test, and what was said of those left out.
 */
export function runNodeMatrix(root) {
  const reports = [];
  let failed = 0;
  for (const version of nodeVersions) {
    const report = join(root, `.test-results-node-${version}.json`);
    rmSync(report, { force: true });
    const node = haveNode(version);
    if ("reason" in node) {
      console.log(`Node ${version} could not be had, so its tests are left out: ${node.reason}`);
      if (process.env.CI === "true" && !node.isOffline) failed += 1;
      continue;
    }
    console.log(`Node ${version}`);
    runTests(root, node.file, report);
    reports.push(report);
  }
  return { reports, failed };
}

/** @returns the binary of a version, fetched where it is not kept already, or why it cannot be had */
export function haveNode(version) {
  const folder = join(cacheFolder, "murre-tests", distribution, version);
  const file = join(folder, "node_modules", distribution, "bin", windows ? "node.exe" : "node");
  if (runs(file, version)) return { file };
  mkdirSync(folder, { recursive: true });
  const words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
  const { stderr, error } = spawnSync(windows ? "npm.cmd" : "npm", [...words, `${distribution}@${version}`], {
    cwd: folder,
    encoding: "utf8",
    shell: windows,
    timeout: 300_000,
  });
  if (runs(file, version)) return { file };
  const said = error?.message ?? stderr;
  return { reason: said.trim().split("\n")[0] || "it does not run", isOffline: unreachable.test(said) };
}

function runs(file, version) {
  return existsSync(file) && spawnSync(file, ["--version"], { encoding: "utf8" }).stdout.trim() === `v${version}`;
}

function runTests(root, node, report) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  spawnSync(node, [vitest, "run", "--root", root, "--config", join(root, "vitest.matrix.config.ts")], {
    cwd: root,
    // What a test starts as `node` is this one as well.
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, MURRE_MATRIX_REPORT: report },
    stdio: ["ignore", "inherit", "inherit"],
  });
}
