// The whole storm: 48 processes, 200 acquisitions each, 10 seeds, in one pid namespace or (--namespaces) in two.
// Needs some minutes for each seed.
// node storms/locks/full.mjs [--namespaces] [--seeds 10] [--first 1] [--json FILE]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { finish, inScratch, seconds, table } from "../kit.mjs";
import { lockStorm } from "./lock-storm.mjs";

const { values } = parseArgs({
  options: {
    namespaces: { type: "boolean", default: false },
    seeds: { type: "string", default: "10" },
    first: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const broken = [];
const result = await inScratch(async (scratch) => {
  const seeds = [];
  for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++)
    seeds.push(await storm(scratch, seed));
  if (seeds.length === 0) broken.push("nothing was tried");
  return { seeds };
});
finish("locks", result, broken, values.json);

async function storm(scratch, seed) {
  const root = join(scratch, `seed-${seed}`);
  mkdirSync(root);
  const started = performance.now();
  const report = await lockStorm({
    root,
    processes: 48,
    acquisitions: 200,
    seed,
    stops: { count: 24, longestMs: 3000, everyMs: 1500 },
    deadlineMs: 600_000,
    namespaces: values.namespaces ? "two" : "one",
  });
  const { deaths, stops, sections, completed, violations, stuck, failures, left } = report;
  table(`seed ${seed}, ${seconds(performance.now() - started)}`, [
    ["sections (to their end)", `${sections} (${completed})`],
    ["killed / stopped", `${deaths} / ${stops}`],
    [
      "violations / stuck / failures / files left",
      [violations.length, stuck, failures.length, left.length].join(" / "),
    ],
  ]);
  if (stuck > 0) broken.push(`seed ${seed}: ${stuck} stuck`);
  for (const one of [...violations, ...failures, ...left]) broken.push(`seed ${seed}: ${one}`);
  return { seed, ...report };
}
