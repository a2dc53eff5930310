// Resolves the workloads of a recorded index with the whole command, beside uv: cold (nothing cached) and warm (pages fresh).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { murre, runSync, uv } from "../storms/kit.mjs";
import { compare, print } from "./harness.mjs";
import { comparePins, parsePins, readPins, withRecordedIndex, workloadsOf } from "./recorded-index.mjs";
import { describeUsage, usageMeasured } from "./usage.mjs";

/**
 * @param {{ snapshot: string, scratch: string, runs: number, python: string, uvFile?: string, workloads: string[], caches: ("cold" | "warm")[] }} settings
 */
export function resolveWorkloads(settings) {
  return withRecordedIndex(settings.snapshot, settings.scratch, (server) => {
    const places = { indexes: [server.url], findLinks: [] };
    const tools = [murre(places), ...(settings.uvFile === undefined ? [] : [uv(settings.uvFile, places)])];
    for (const tool of tools)
      runSync(tool.venv(settings.python, environmentOf(settings, tool), join(settings.scratch, "venv-cache")));
    const chosen = settings.workloads.length > 0 ? settings.workloads : workloadsOf(settings.snapshot);
    return chosen.flatMap((workload) => measureWorkload(settings, server, tools, workload));
  });
}

const environmentOf = ({ scratch }, tool) => join(scratch, `env-${tool.name}`);

function measureWorkload(settings, server, tools, workload) {
  const requirements = join(settings.snapshot, "requirements", `${workload}.in`);
  const resolve = (tool, cache) => tool.resolve(requirements, environmentOf(settings, tool), cache);
  const folder = join(settings.scratch, workload);
  mkdirSync(folder);
  const pins = verifyPins(settings, workload, tools, folder);
  return settings.caches.map((cache) => {
    const shared = (tool) => join(folder, `warm-${tool.name}`);
    // The first run of each fills its warm cache; the server has prepared its answers after it.
    for (const tool of tools) runSync(resolve(tool, shared(tool)));
    const cacheOf = (tool, own) => (cache === "warm" ? shared(tool) : join(own, "cache"));
    const contestants = tools.map((tool) => usageMeasured(tool.name, (own) => resolve(tool, cacheOf(tool, own))));
    const result = compare(`resolve-${cache} ${workload}`, contestants, {
      runs: settings.runs,
      scratch: join(folder, cache),
    });
    for (const [index, row] of result.rows.entries()) {
      const tool = tools[index];
      Object.assign(row, contestants[index].usage());
      Object.assign(
        row,
        server.count(() => runSync(resolve(tool, cacheOf(tool, join(folder, `counted-${cache}-${tool.name}`))))),
      );
    }
    return { ...result, pins };
  });
}

/**
 * Compares murre's pins with the recorded ones, which are for CPython 3.11.0 on Linux x86_64; where they differ, with what
 * uv pins for the very interpreter that murre resolves for. What is older than either, or missing, is worse.
 */
function verifyPins(settings, workload, [own, other], folder) {
  const { snapshot } = settings;
  const requirements = join(snapshot, "requirements", `${workload}.in`);
  const { added } = JSON.parse(runSync(own.resolve(requirements, environmentOf(settings, own), join(folder, "pins"))));
  const found = new Map(added.map(({ name, version }) => [name, version]));
  const expected = readPins(join(snapshot, "expected", `${workload}.txt`));
  const differing = comparePins(found, expected);
  const beside =
    differing.length > 0 && other?.pins !== undefined
      ? parsePins(runSync(other.pins(requirements, environmentOf(settings, other), join(folder, "pins-other"))))
      : undefined;
  return {
    count: found.size,
    differences: differing.map((name) => judge(name, found.get(name), expected.get(name), beside)),
  };
}

function judge(name, found, expected, beside) {
  if (beside !== undefined && beside.get(name) === found)
    return {
      verdict: "different",
      text: `${name}: ${found ?? "absent"}, recorded ${expected ?? "absent"}; uv has the same for this interpreter`,
    };
  const isNewer =
    found !== undefined && (expected === undefined || found.localeCompare(expected, "en", { numeric: true }) > 0);
  return {
    verdict: isNewer ? "different" : "worse",
    text: `${name}: ${found ?? "absent"}, recorded ${expected ?? "absent"}`,
  };
}

export function printResolution(result) {
  print(result);
  for (const { name, requests, bytes, cpuSeconds, peakMiB } of result.rows) {
    const usage = describeUsage({ cpuSeconds, peakMiB });
    console.log(`  ${name.padEnd(22)} ${requests} requests, ${(bytes / 1e6).toFixed(2)} MB; ${usage}`);
  }
  const { count, differences } = result.pins;
  const worse = differences.filter(({ verdict }) => verdict === "worse").length;
  console.log(`  pins: ${count - differences.length} equal, ${differences.length - worse} different, ${worse} worse`);
  for (const { verdict, text } of differences) console.log(`    ${verdict}: ${text}`);
}
