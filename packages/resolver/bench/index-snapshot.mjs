// Resolves the workloads of a recorded index and compares the pins with those that are expected.
//   MURRE_INDEX_SNAPSHOT=FOLDER node bench/index-snapshot.mjs [WORKLOAD…] [--variants] [--verbose] [--repeat N] [--latency MS]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseVersion, compareVersions } from "@murre/pep440";
import { supportedTags } from "@murre/platform-tags";
import { resolvePython } from "../dist/index.js";
import { folder, readWorkload, recordedSource } from "./recorded-index.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    variants: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    repeat: { type: "string", default: "3" },
    latency: { type: "string", default: "0" },
  },
});

const linux = { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] } };
const platforms = {
  linux: {
    platform: linux,
    os_name: "posix",
    sys_platform: "linux",
    platform_system: "Linux",
    platform_machine: "x86_64",
  },
  windows: {
    platform: { os: "windows", platform: "win-amd64" },
    os_name: "nt",
    sys_platform: "win32",
    platform_system: "Windows",
    platform_machine: "AMD64",
  },
  macos: {
    platform: { os: "macos", version: [13, 0], architecture: "arm64" },
    os_name: "posix",
    sys_platform: "darwin",
    platform_system: "Darwin",
    platform_machine: "arm64",
  },
};

function target(minor, { platform, ...markers }) {
  return {
    tags: supportedTags({ implementation: "cpython", version: [3, minor], platform }),
    markerEnvironment: {
      ...markers,
      python_version: `3.${minor}`,
      python_full_version: `3.${minor}.0`,
      implementation_name: "cpython",
      implementation_version: `3.${minor}.0`,
      platform_python_implementation: "CPython",
      platform_release: "",
      platform_version: "",
    },
  };
}

const variants = {
  "": target(11, platforms.linux),
  ".3.10": target(10, platforms.linux),
  ".3.12": target(12, platforms.linux),
  ".3.13": target(13, platforms.linux),
  ".windows": target(11, platforms.windows),
  ".macos": target(11, platforms.macos),
};

function readExpected(name, variant) {
  const lines = readFileSync(join(folder, "expected", `${name}${variant}.txt`), "utf8").split("\n");
  return new Map(lines.filter((line) => line && !line.startsWith("#")).map((line) => line.split("==")));
}

async function run(name, variant) {
  const requirements = readWorkload(name);
  const latencyMs = Number(options.latency);
  let best;
  for (let round = 0; round < Number(options.repeat); round++) {
    const missing = [];
    const source = recordedSource(missing, latencyMs);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const outcome = await resolvePython({ requirements, target: variants[variant], source, formats: () => "wheels" });
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const first = best?.firstMs ?? wallMs;
    if (!best || wallMs < best.wallMs) best = { outcome, wallMs, cpuMs: (user + system) / 1000, missing };
    best.firstMs = first;
  }
  return best;
}

function compare(outcome, expected) {
  const found = new Map(
    outcome.kind === "solution" ? outcome.distributions.map(({ name, version }) => [name, version]) : [],
  );
  const lines = [];
  for (const name of new Set([...found.keys(), ...expected.keys()])) {
    const [mine, theirs] = [found.get(name), expected.get(name)];
    if (mine !== undefined && theirs !== undefined && compareVersions(parseVersion(mine), parseVersion(theirs)) === 0)
      continue;
    lines.push(`    ${name}: ${mine ?? "-"} instead of ${theirs ?? "-"}`);
  }
  return lines;
}

const workloads =
  positionals.length > 0
    ? positionals
    : readdirSync(join(folder, "requirements")).map((file) => file.replace(".in", ""));
let differences = 0;
for (const name of workloads) {
  for (const variant of options.variants ? Object.keys(variants) : [""]) {
    const { outcome, wallMs, cpuMs, firstMs, missing } = await run(name, variant);
    const lines = compare(outcome, readExpected(name, variant));
    differences += lines.length;
    const { decisions, conflicts, rejected, incompatibilities, projects, metadata, attempts } = outcome.statistics;
    console.log(
      `${`${name}${variant}`.padEnd(24)} ${lines.length === 0 ? "equal" : `${lines.length} DIFFERENT`} ` +
        `wall ${wallMs.toFixed(1)} ms (first ${firstMs.toFixed(0)}) cpu ${cpuMs.toFixed(0)} ms; ` +
        `decisions ${decisions} conflicts ${conflicts} rejected ${rejected} incompatibilities ${incompatibilities}; ` +
        `pages ${projects} metadata ${metadata} (unrecorded ${missing.length}) attempts ${attempts}`,
    );
    if (lines.length > 0) console.log(lines.join("\n"));
    if (options.verbose && outcome.kind === "no-solution") console.log(outcome.message.slice(0, 5000));
    if (options.verbose && missing.length > 0) console.log(`    unrecorded: ${missing.slice(0, 20).join(", ")}`);
  }
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
process.exitCode = differences === 0 ? 0 : 1;
