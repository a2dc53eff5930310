// Times whole processes side by side: the contestants take turns, every run has a path of its own that never existed
// before, nothing is deleted before the end, and what counts are medians and the ratios of runs that were neighbours.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineFacts, median } from "../storms/kit/report.mjs";

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {(run: number, folder: string) => void} [prepare] Not timed.
 * @property {(run: number, folder: string) => { file: string, args: string[], env?: Record<string, string> }} command
 *   `folder` exists, is empty, and belongs to this run alone.
 * @property {(run: number, folder: string) => void} [verify] Not timed; throws when the run did not do its work.
 */

/** Wall seconds of a whole process. */
function time({ file, args, env }) {
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(file, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1 << 26,
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return wall;
}

/**
 * Runs every contestant `runs` times in turns, after one turn that is not counted.
 * @param {readonly Contestant[]} contestants the first is the one that ratios are made for
 * @returns {{ title: string, runs: number, rows: object[] }}
 */
export function compare(title, contestants, { runs, scratch, warmUp = 1 }) {
  const seconds = new Map(contestants.map(({ name }) => [name, []]));
  for (let run = -warmUp; run < runs; run++)
    // Every other round goes the other way, so that nobody always follows the same neighbour.
    for (const contestant of run % 2 === 0 ? contestants : contestants.toReversed()) {
      const folder = join(scratch, `${contestant.name.replaceAll(/\W+/g, "-")}-${run + warmUp}`);
      mkdirSync(folder, { recursive: true });
      contestant.prepare?.(run, folder);
      const wall = time(contestant.command(run, folder));
      contestant.verify?.(run, folder);
      if (run >= 0) seconds.get(contestant.name).push(wall);
    }
  const [first] = contestants;
  const rows = contestants.map(({ name }) => {
    const own = seconds.get(name);
    const ratios = seconds.get(first.name).map((value, run) => value / own[run]);
    return {
      name,
      medianSeconds: median(own),
      minSeconds: Math.min(...own),
      maxSeconds: Math.max(...own),
      // The first contestant's time divided by this one's, run by run.
      ratio: median(ratios),
    };
  });
  return { title, runs, rows };
}

export function print({ title, runs, rows }) {
  const [first] = rows;
  console.log(`\n${title} (${runs} alternating runs)`);
  for (const { name, medianSeconds, minSeconds, maxSeconds, ratio } of rows) {
    const range = `${minSeconds.toFixed(3)} to ${maxSeconds.toFixed(3)}`;
    const beside = name === first.name ? "" : `  ${first.name} / ${name} = ${ratio.toFixed(2)}`;
    console.log(`  ${name.padEnd(22)} median ${medianSeconds.toFixed(3)} s  (${range})${beside}`);
  }
}

/** A folder for all runs, removed at the end; deleting between runs would slow later mkdirs on ext4. */
export function withScratch(job) {
  const scratch = mkdtempSync(join(process.env.MURRE_BENCH_DIR ?? tmpdir(), "murre-bench-"));
  try {
    return job(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export function save(file, results) {
  const about = { date: new Date().toISOString(), machine: machineFacts() };
  writeFileSync(file, `${JSON.stringify({ ...about, results }, null, 2)}\n`);
  console.log(`\nwritten to ${file}`);
}
