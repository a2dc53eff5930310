// What a storm or a benchmark says at its end.
import { writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release } from "node:os";

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? NaN : (sorted[sorted.length >> 1] + sorted[(sorted.length - 1) >> 1]) / 2;
}

export const seconds = (ms) => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : "-");

export function table(title, rows) {
  console.log(`\n${title}`);
  for (const [name, value] of rows) console.log(`  ${String(name).padEnd(48)} ${value}`);
}

/** Prints the broken promises, writes the JSON file, sets the exit code. */
export function finish(name, result, broken, jsonFile) {
  for (const promise of broken) console.log(`BROKEN: ${promise}`);
  if (broken.length === 0) console.log(`\n${name}: every promise held`);
  else process.exitCode = 1;
  if (jsonFile === undefined) return;
  const about = { storm: name, date: new Date().toISOString(), machine: { ...machineFacts(), load: loadavg() } };
  writeFileSync(jsonFile, `${JSON.stringify({ ...about, ...result, broken }, null, 2)}\n`);
}

/** On what something was measured. */
export const machineFacts = () => ({
  platform: platform(),
  release: release(),
  arch: arch(),
  cpus: cpus().length,
  node: process.version,
});
