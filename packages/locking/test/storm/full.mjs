// The whole storm: 48 processes, 200 acquisitions each, 10 seeds, in one pid namespace or (--namespaces) in two.
// Needs some minutes for each seed: `pnpm --filter @murre/locking storm:full [--namespaces] [--seeds N]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lockStorm } from "./lock-storm.mjs";

const { values } = parseArgs({
  options: {
    namespaces: { type: "boolean", default: false },
    seeds: { type: "string", default: "10" },
    first: { type: "string", default: "1" },
  },
});
let bad = 0;
for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
  const root = mkdtempSync(join(tmpdir(), "murre-storm-"));
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
  const failed = report.violations.length + report.stuck + report.failures.length + report.left.length;
  bad += failed;
  const { deaths, stops, sections, completed, violations, stuck, failures, left } = report;
  console.log(
    `seed ${seed}: ${sections} sections (${completed} to their end), ${deaths} killed, ${stops} stopped, ${violations.length} violations,`,
    `${stuck} stuck, ${failures.length} failures, ${left.length} files left, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  if (failed > 0) console.log(JSON.stringify({ violations, failures, left }).slice(0, 2000));
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = bad === 0 ? 0 : 1;
