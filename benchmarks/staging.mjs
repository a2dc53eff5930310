// What the transaction costs: the same links made by the same threads, once staged, committed and placed, once straight into place.
//   node benchmarks/staging.mjs [--distributions 138] [--runs 9] [--mode hardlink]
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheLayout } from "../packages/cache/dist/index.js";
import { openEntry } from "../packages/cache/dist/entry/store-entry.js";
import {
  environmentState,
  openFolders,
  planChange,
  startLinkWorkers,
  viewEnvironment,
  withWriter,
} from "../packages/linker/dist/index.js";
import { stageChange } from "../packages/linker/dist/link/stage.js";
import { takeLease } from "../packages/locking/dist/index.js";
import { chooseWheels, inScratch, median, runMurre, table } from "../storms/kit.mjs";

const { values: options } = parseArgs({
  options: {
    distributions: { type: "string", default: "138" },
    runs: { type: "string", default: "9" },
    mode: { type: "string", default: "hardlink" },
  },
});

/** The plan's own targets are where things are made; what stands is not made again. */
const inPlaceLayout = {
  of: (target) => ({ at: 0, path: target.slice(1) }),
  chain: (folder) => {
    const parts = folder.slice(1).split("/");
    const all = parts.map((_, depth) => parts.slice(0, depth + 1).join("/"));
    return all.filter((path) => !existsSync(`/${path}`)).map((path) => ({ at: 0, path }));
  },
};

const shuffled = (changes, run) => (run % 2 === 0 ? Object.entries(changes) : Object.entries(changes).toReversed());

const planOf = (destination, wheels) =>
  planChange(
    destination,
    wheels,
    [],
    viewEnvironment(openFolders(destination), () => []),
  );

async function fill(scratch, cache, chosen) {
  const file = join(scratch, "requirements.txt");
  writeFileSync(file, chosen.map(({ name, path }) => `${name} @ file://${path}\n`).join(""));
  const env = join(scratch, "filling");
  await runMurre(["venv", env, "-q"]);
  const { code, stderr } = await runMurre(["pip", "sync", file, "-p", env, "--cache-dir", cache]);
  if (code !== 0) throw new Error(stderr);
}

function entriesOf(cache, chosen) {
  const layout = cacheLayout(cache);
  const ids = readdirSync(join(cache, "v1/store"));
  return chosen.map(({ name, version, sha256 }) => {
    const id = ids.find((one) => one.startsWith(sha256.slice(0, 32)));
    return { name, version, requested: true, entry: openEntry(layout, id, sha256) };
  });
}

function emptyEnvironment(folder) {
  const site = join(folder, "lib/python3.11/site-packages");
  for (const one of [site, join(folder, "bin")]) mkdirSync(one, { recursive: true });
  return {
    schemes: {
      purelib: site,
      platlib: site,
      scripts: join(folder, "bin"),
      headers: join(folder, "include"),
      data: folder,
    },
    executable: join(folder, "bin/python"),
    platform: process.platform,
    boundary: folder,
  };
}

await inScratch(async (scratch) => {
  const cache = join(scratch, "cache");
  const chosen = await chooseWheels(scratch, Number(options.distributions), { largestBytes: 20_000_000 });
  await fill(scratch, cache, chosen);
  const wheels = entriesOf(cache, chosen);
  const workers = startLinkWorkers(2);
  const lease = takeLease(cache);
  const commit = { mode: options.mode, workers, validate: () => true };

  const transaction = (destination) => {
    const conditions = { movesFolders: true, fixed: new Set(), apart: new Set() };
    const { data: subject } = destination.schemes;
    const mine = { lease, subject, command: "benchmark", platform: process.platform, isTemporary: false, conditions };
    return withWriter(environmentState(destination), mine, (writer) =>
      writer.commit(planOf(destination, wheels), commit),
    );
  };
  const inPlace = (destination) =>
    stageChange(planOf(destination, wheels), inPlaceLayout, [""], { ...commit, signal: undefined });

  const times = { transaction: [], inPlace: [] };
  let files = 0;
  for (let run = -1; run < Number(options.runs); run++)
    for (const [name, change] of shuffled({ transaction, inPlace }, run)) {
      const destination = emptyEnvironment(join(scratch, `${name}-${run}`));
      const started = performance.now();
      const done = await change(destination);
      const ms = performance.now() - started;
      const { linked, cloned, copied } = done.counts ?? done;
      files = linked + cloned + copied;
      if (run >= 0) times[name].push(ms);
    }
  workers.close();
  lease.release?.();
  const ratios = times.transaction.map((ms, i) => ms / times.inPlace[i]);
  const ms = (value) => `${value.toFixed(1)} ms`;
  table(`${wheels.length} distributions, ${files} files, mode ${options.mode}, ${options.runs} runs, alternating`, [
    ["in place, median", ms(median(times.inPlace))],
    ["transaction (lock, stage, journal, commit, place), median", ms(median(times.transaction))],
    ["ratio of the medians", (median(times.transaction) / median(times.inPlace)).toFixed(3)],
    ["median of the ratios of neighbours", median(ratios).toFixed(3)],
  ]);
});
