// Uncontended cost and hand-over, beside proper-lockfile and beside a plain synchronous mkdir/rmdir, alternating in one run on one disk.
// pnpm --filter @murre/locking bench:locks [--folder DIR] [--rounds N] [--json]
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lock as properLock } from "proper-lockfile";
import { acquireLock, takeLease } from "../dist/index.js";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: tmpdir() },
    rounds: { type: "string", default: "2000" },
    json: { type: "boolean", default: false },
  },
});
const root = mkdtempSync(join(values.folder, "murre-bench-"));
const lease = takeLease(root);
const folder = join(root, "lock");
const plain = join(root, "plain");
const proper = join(root, "proper");

const contenders = {
  "lock: acquire + release": async () => (await acquireLock({ folder, lease, mode: "write" })).release(),
  "lease: take + release": () => takeLease(root).release(),
  "proper-lockfile: lock + unlock": async () => (await properLock(proper, { realpath: false }))(),
  "plain mkdir + rmdir": () => {
    mkdirSync(plain);
    rmdirSync(plain);
  },
};

try {
  const times = await alternate(Number(values.rounds));
  const median = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, quantile(all, 0.5)]));
  const handOver = await handOvers();
  if (values.json) console.log(JSON.stringify({ median, handOver }));
  else report(times, median, handOver);
} finally {
  lease.release();
  rmSync(root, { recursive: true, force: true });
}

/** One of each in turn, so that what slows the machine down slows all of them down. */
async function alternate(rounds) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -100; round < rounds; round++)
    for (const [name, run] of Object.entries(contenders)) {
      const start = process.hrtime.bigint();
      await run();
      if (round >= 0) times[name].push(Number(process.hrtime.bigint() - start) / 1000);
    }
  return times;
}

/** Two processes pass one lock to and fro: the time from a release to the other one's hold, in milliseconds. */
async function handOvers() {
  const script = fileURLToPath(new URL("hand-over.mjs", import.meta.url));
  const stamps = await Promise.all(
    [0, 1].map(() => lines(spawn(process.execPath, [script, root], { stdio: ["ignore", "pipe", "inherit"] }))),
  );
  const events = stamps.flatMap((all, who) =>
    all.map((line) => ({ who, what: line.split(" ")[0], at: Number(line.split(" ")[1]) })),
  );
  events.sort((a, b) => a.at - b.at);
  return events
    .map((event, index) => ({ event, before: events[index - 1] }))
    .filter(({ event, before }) => event.what === "hold" && before?.what === "release" && before.who !== event.who)
    .map(({ event, before }) => event.at - before.at);
}

async function lines(child) {
  let text = "";
  for await (const data of child.stdout) text += data;
  return text.trim().split("\n");
}

function report(times, median, handOver) {
  for (const [name, all] of Object.entries(times))
    console.log(`${name}: ${median[name].toFixed(1)} µs median, ${quantile(all, 0.99).toFixed(1)} µs p99`);
  for (const own of ["lock: acquire + release", "lease: take + release"])
    console.log(
      `${own}: ${(median[own] / median["proper-lockfile: lock + unlock"]).toFixed(2)} x proper-lockfile,`,
      `${(median[own] / median["plain mkdir + rmdir"]).toFixed(2)} x mkdir + rmdir`,
    );
  console.log(
    `hand-over: ${quantile(handOver, 0.5).toFixed(1)} ms median, ${quantile(handOver, 0.95).toFixed(1)} ms p95, ${handOver.length} of them`,
  );
}

function quantile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? NaN;
}
