// `npm run demo` and `npm test`: all set-up on a fresh machine, then the job. Needs Node, npm and any Python >= 3.8.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNodeMatrix } from "./node-matrix.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", DO_NOT_TRACK: "1" };

/** Runs a command of the pinned pnpm; npx fetches it where it is missing and puts it on the PATH of what it starts. */
function pnpm(...words) {
  const windows = process.platform === "win32";
  const { status } = spawnSync(windows ? "npx.cmd" : "npx", ["--yes", packageManager, ...words], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
    shell: windows,
  });
  return status === 0;
}

function setUp() {
  return pnpm("install", "--frozen-lockfile", "--reporter=append-only") && pnpm("run", "build");
}

/** Sums the JSON reports that vitest leaves and names what failed; where one is missing, something failed before its tests began. */
function countTests(files) {
  let passed = 0;
  const failures = [];
  for (const file of files) {
    if (!existsSync(file)) {
      failures.push(`${file}: no test report`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, "utf8"));
    passed += report.numPassedTests;
    for (const result of report.testResults.filter(({ status }) => status === "failed")) {
      const tests = result.assertionResults.filter(({ status }) => status === "failed");
      // A file that cannot be loaded has no tests to count, but it is a failure.
      if (tests.length === 0) failures.push(`${result.name}: ${result.message}`);
      for (const { fullName, failureMessages } of tests) {
        failures.push(`${result.name}: ${fullName}\n${failureMessages.join("\n")}`);
      }
    }
  }
  return { passed, failures };
}

/** The reports of all tests: each package's quick ones, and its slow ones where it has such. */
function testReports() {
  const reports = { test: ".test-results.json", "test:slow": ".test-results-slow.json" };
  return testedFolders().flatMap((folder) => {
    const { scripts } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const found = Object.entries(reports).filter(([script]) => script in scripts);
    return found.map(([, name]) => join(root, folder, name));
  });
}

function testedFolders() {
  return ["packages", "apps"]
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
    .concat("benchmarks", "storms")
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .filter((folder) => "test" in (JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).scripts ?? {}));
}

function test() {
  const reports = testReports();
  for (const report of reports) rmSync(report, { force: true });
  const steps = { setUp: setUp(), check: false, tests: false };
  const matrix = { reports: [], failed: 0 };
  if (steps.setUp) {
    steps.check = pnpm("run", "check");
    steps.tests = pnpm(
      "exec",
      "turbo",
      "run",
      "test",
      "test:slow",
      "--continue",
      "--concurrency=1",
      "--output-logs=errors-only",
    );
    Object.assign(matrix, runNodeMatrix(root));
  }
  const { passed, failures } = countTests([...reports, ...matrix.reports]);
  for (const [step, ok] of Object.entries(steps)) if (!ok) console.log(`${step}: failed`);
  // Once more at the end: where only the last lines of a long output are kept, they say what failed.
  for (const failure of failures) console.log(failure);
  const all = failures.length + matrix.failed + Object.values(steps).filter((ok) => !ok).length;
  console.log(`${passed} passed, ${all} failed`);
  return all === 0;
}

function demo() {
  if (!setUp()) return false;
  return spawnSync(process.execPath, [join(root, "scripts/demo.mjs")], { cwd: root, stdio: "inherit" }).status === 0;
}

/** Every point at which a process can be killed or refused; the tests try a seeded part of them. */
function matrix() {
  if (!setUp()) return false;
  const files = [
    "storms/cache/operation-kills.mjs",
    "storms/cache/command-kills.mjs",
    "storms/environment/command-kills.mjs",
  ];
  return files
    .map((file) => {
      console.log(file);
      return spawnSync(process.execPath, [join(root, file)], { cwd: root, stdio: "inherit" }).status === 0;
    })
    .every(Boolean);
}

const jobs = { demo, test, matrix };
const job = jobs[process.argv[2]];
if (job === undefined) throw new Error(`usage: node scripts/run.mjs ${Object.keys(jobs).join("|")}`);
process.exitCode = job() ? 0 : 1;
