// Resolves the workloads of a recorded index for all platforms and Pythons at once, checks that each environment gets a solution of its requirements,
// and compares the pins with those that are expected.
//   MURRE_INDEX_SNAPSHOT=FOLDER node bench/universal-snapshot.mjs [WORKLOAD…] [--python ">=3.11"] [--fewest] [--verbose]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  acceptsPython,
  compareVersions,
  parseLenientSpecifierSet,
  parseSpecifierSet,
  parseVersion,
} from "@murre/pep440";
import { parseLenientRequirement, parseMarker } from "@murre/pep508";
import { resolveUniversal } from "../dist/index.js";
import { folder, readMetadata, readWorkload, recordedSource } from "./recorded-index.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: ">=3.11" },
    fewest: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const platforms = {
  linux: { os_name: "posix", sys_platform: "linux", platform_system: "Linux", platform_machine: "x86_64" },
  windows: { os_name: "nt", sys_platform: "win32", platform_system: "Windows", platform_machine: "AMD64" },
  macos: { os_name: "posix", sys_platform: "darwin", platform_system: "Darwin", platform_machine: "arm64" },
};

function environmentOf(python, platform) {
  return {
    ...platforms[platform],
    python_version: python.split(".").slice(0, 2).join("."),
    python_full_version: python,
    implementation_name: "cpython",
    implementation_version: python,
    platform_python_implementation: "CPython",
    platform_release: "",
    platform_version: "",
  };
}

const requiresPython = parseSpecifierSet(options.python);
const environments = ["3.10.4", "3.11.9", "3.12.4", "3.13.2"]
  .filter((python) => acceptsPython(requiresPython, python))
  .flatMap((python) =>
    Object.keys(platforms).map((platform) => [`${python} ${platform}`, environmentOf(python, platform)]),
  );

const holds = (marker, environment, extra) =>
  marker === undefined || parseMarker(String(marker)).evaluate(environment, extra ? [extra] : []);

/** What is wrong with the distributions of one environment; none where they are a solution. */
function problemsIn(environment, requirements, distributions) {
  const problems = [];
  const selected = new Map();
  for (const one of distributions) {
    if (selected.has(one.name)) problems.push(`${one.name} twice`);
    selected.set(one.name, one);
  }
  const wanted = new Map();
  const pending = [];
  const need = (requirement, from) => {
    const own = selected.get(requirement.normalizedName);
    if (!own) return problems.push(`${from} needs ${requirement.normalizedName}`);
    if (!requirement.specifiers.contains(own.version, { prereleases: true }))
      problems.push(`${from} needs ${requirement}, got ${own.version}`);
    for (const extra of [undefined, ...requirement.extras]) {
      const key = `${own.name}[${extra ?? ""}]`;
      if (!wanted.has(key)) pending.push([own, extra]);
      wanted.set(key, own.name);
    }
  };
  for (const requirement of requirements) if (holds(requirement.marker, environment)) need(requirement, "the user");
  for (const [own, extra] of pending) {
    const metadata = readMetadata(own.name, own.from.file.filename);
    const python = environment.python_full_version;
    if (metadata.requiresPython && !acceptsPython(parseLenientSpecifierSet(metadata.requiresPython), python))
      problems.push(`${own.name} ${own.version} requires Python ${metadata.requiresPython}`);
    for (const text of metadata.requiresDist) {
      const requirement = parseLenientRequirement(text);
      if (holds(requirement.marker, environment, extra)) need(requirement, `${own.name} ${own.version}`);
    }
  }
  const reached = new Set(wanted.values());
  for (const name of selected.keys()) if (!reached.has(name)) problems.push(`nothing needs ${name}`);
  return problems;
}

/** The recorded universal results are for Python 3.11 and later; for 3.10 there is the one of Linux. */
function expectedFor(name, label) {
  if (!label.startsWith("3.10")) return readExpected(name, "universal");
  return label.endsWith("linux") ? readExpected(name, "3.10") : undefined;
}

function readExpected(name, variant) {
  const lines = readFileSync(join(folder, "expected", `${name}.${variant}.txt`), "utf8").split("\n");
  return lines
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => {
      const [pin, marker] = line.split(" ; ");
      const [project, version] = pin.split("==");
      return { name: project, version, marker };
    });
}

const pinsOf = (distributions, environment) =>
  new Map(distributions.filter(({ marker }) => holds(marker, environment)).map(({ name, version }) => [name, version]));

function compare(mine, theirs) {
  const lines = [];
  for (const name of new Set([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(name), theirs.get(name)];
    if (a === b) continue;
    const order = a && b ? compareVersions(parseVersion(a), parseVersion(b)) : undefined;
    if (order === 0) continue;
    const word = order === undefined ? "" : order < 0 ? "OLDER" : "newer";
    lines.push(`${name}: ${a ?? "-"} instead of ${b ?? "-"} ${word}`);
  }
  return lines;
}

const workloads =
  positionals.length > 0
    ? positionals
    : readdirSync(join(folder, "requirements")).map((file) => file.replace(".in", ""));
let bad = 0;
for (const name of workloads) {
  const requirements = readWorkload(name);
  const missing = [];
  const start = performance.now();
  const outcome = await resolveUniversal({
    requirements,
    requiresPython,
    source: recordedSource(missing, 0),
    formats: () => "wheels",
    forkStrategy: options.fewest ? "fewest" : "requires-python",
  });
  const wallMs = performance.now() - start;
  const { forks, attempts, decisions, projects, metadata } = outcome.statistics;
  const told =
    `${name.padEnd(18)} ${wallMs.toFixed(0)} ms, forks ${forks} attempts ${attempts} decisions ${decisions}; ` +
    `pages ${projects} metadata ${metadata} (unrecorded ${missing.length})`;
  if (outcome.kind === "no-solution") {
    bad++;
    console.log(`${told} NO SOLUTION\n${outcome.message.slice(0, 3000)}`);
    continue;
  }
  const problems = new Map();
  const note = (line, environment) => problems.set(line, [...(problems.get(line) ?? []), environment]);
  for (const [label, environment] of environments) {
    const own = outcome.distributions.filter(({ marker }) => holds(marker, environment));
    for (const problem of problemsIn(environment, requirements, own)) note(`INVALID ${problem}`, label);
    const expected = expectedFor(name, label);
    if (expected === undefined) continue;
    for (const line of compare(pinsOf(outcome.distributions, environment), pinsOf(expected, environment)))
      note(line, label);
  }
  bad += problems.size;
  console.log(`${told}: ${problems.size === 0 ? "equal" : `${problems.size} differences`}`);
  for (const [line, where] of problems)
    console.log(`    ${line} (${where.length === environments.length ? "everywhere" : where.join(", ")})`);
  if (!options.verbose) continue;
  const lines = (list) =>
    list.map(({ name: project, version, marker }) => `${project}==${version}${marker ? ` ; ${marker}` : ""}`);
  const theirs = new Set(lines(readExpected(name, "universal")));
  for (const line of lines(outcome.distributions)) if (!theirs.delete(line)) console.log(`    + ${line}`);
  for (const line of theirs) console.log(`    - ${line}`);
  console.log(`    forks: ${outcome.forks.join(" | ")}`);
}
process.exitCode = bad === 0 ? 0 : 1;
