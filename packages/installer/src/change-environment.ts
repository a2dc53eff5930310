import {
  executeChange,
  LinkFailed,
  NoRecord,
  planChange,
  planRemoval,
  viewEnvironment,
  type RecordedDistribution,
  type WheelToInstall,
} from "@murre/linker";
import { readDirectUrl, readInstalled, readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { createUnpacker, type Unpacker } from "@murre/wheel";
import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type { ChangeOperation } from "./change-operation.ts";
import { satisfiesPython } from "./choose-file.ts";
import { compareInstalled, type Difference } from "./compare-installed.ts";
import { directUrlInfo } from "./direct-url-info.ts";
import { NoUsableWheel, throwProblems } from "./errors.ts";
import type { ChangeOptions } from "./operations.ts";
import { prepareWheels, type PrepareServices, type PreparedWheel } from "./prepare-wheels.ts";
import type { ChangeReport, Pin } from "./reports.ts";
import type { IndexClient } from "@murre/index-client";
import type { ResolvedDistribution } from "./resolved.ts";
import type { InstallerSettings } from "./settings.ts";
import type { TargetEnvironment } from "./target-environment.ts";
import { isTorn } from "./torn.ts";

/** The environment is to hold `resolved`; `extraneous` says what becomes of everything else in it. */
export interface WantedState {
  readonly resolved: readonly ResolvedDistribution[];
  readonly extraneous: "remove" | "keep";
  readonly preserve?: ReadonlySet<string>;
  readonly resolveMs: number;
  /** How what is no wheel becomes one; absent where only wheels are resolved. */
  readonly build?: PrepareServices["build"];
}

/**
 * Compares, prepares, plans and executes. Everything that can be wrong with the wanted distributions is found before the
 * environment is touched.
 */
export async function changeEnvironment(
  operation: ChangeOperation,
  client: IndexClient,
  wanted: WantedState,
): Promise<ChangeReport> {
  const { target, options, cache } = operation;
  const difference = compareInstalled(wanted.resolved, readInstalled(target.sitePackages), {
    extraneous: wanted.extraneous,
    reinstall: options.reinstall === true,
    isTorn,
    directUrlOf: (installed) => readDirectUrl(installed)?.url,
    ...(wanted.preserve === undefined ? {} : { preserve: wanted.preserve }),
  });
  if (options.dryRun === true || difference.add.length + difference.remove.length === 0)
    return report(target, difference, options, { resolve: wanted.resolveMs, prepare: 0, change: 0 });
  const { counts, conflicts, generated, prepareMs, changeMs } = await prepareAndPlace(
    operation,
    client,
    difference,
    wanted.build,
  );
  const { added: fetched, found: cached } = cache.counts;
  return {
    ...report(target, difference, options, { resolve: wanted.resolveMs, prepare: prepareMs, change: changeMs }),
    fetched,
    cached,
    filesLinked: counts.linked,
    filesCopied: counts.copied,
    filesGenerated: generated,
    conflicts,
  };
}

/** So often may others take the cache from under one operation, before its own trouble is said to be it. */
const mostMisfortunes = 5;

/**
 * Fetches what is missing, then changes the environment. A cache that was taken away meanwhile (`rm -rf`, a machine that slept until it
 * was taken for dead) is no failure: everything is looked up again, and fetched again where it is gone.
 */
async function prepareAndPlace(
  operation: ChangeOperation,
  client: IndexClient,
  difference: Difference,
  build: PrepareServices["build"],
) {
  const { cache, onEvent } = operation;
  let isBegun = false;
  for (let misfortunes = 0; ; misfortunes++) {
    const prepareStart = performance.now();
    const prepared = await prepare(operation, client, difference, build);
    // V of the cache's protocol: nothing is committed that was looked up under a lease which is lost.
    if (!cache.validate() && misfortunes < mostMisfortunes) continue;
    const prepareMs = performance.now() - prepareStart;
    const { added: fetched, found: cached } = cache.counts;
    onEvent({ type: "prepared", fetched, cached, durationMs: prepareMs });
    const changeStart = performance.now();
    try {
      const placed = await placeAndRemove(operation, difference, prepared, isBegun);
      const changeMs = performance.now() - changeStart;
      onEvent({
        type: "changed",
        files: placed.counts.linked + placed.counts.copied + placed.generated,
        durationMs: changeMs,
      });
      return { ...placed, prepareMs, changeMs };
    } catch (error) {
      const gone = prepared.filter(({ distribution, entry }) => cache.discardDamaged(distribution.name, entry));
      if (gone.length === 0 || misfortunes === mostMisfortunes) throw error;
      // The plan was checked against what stood there before, so what stands in its way from now on was placed by it.
      isBegun ||= error instanceof LinkFailed;
      onEvent({
        type: "debug",
        message: `what was linked from the cache is gone there; fetching it again (${String(error)})`,
      });
      cache.validate();
    }
  }
}

async function prepare(
  operation: ChangeOperation,
  client: IndexClient,
  difference: Difference,
  build: PrepareServices["build"],
): Promise<PreparedWheel[]> {
  const { services, close } = openPreparation(operation, client, build);
  try {
    const prepared = await prepareWheels(difference.add, services);
    refuseOtherPythons(operation.target, prepared);
    return prepared;
  } finally {
    await close();
  }
}

/** Threads for unpacking are started when there is something to unpack. */
export function openPreparation(
  { settings, cache, onEvent, options }: ChangeOperation,
  client: IndexClient,
  build?: PrepareServices["build"],
): { services: PrepareServices; close: () => Promise<void> } {
  let unpacker: Unpacker | undefined;
  return {
    services: {
      cache,
      client,
      unpacker: () => (unpacker ??= createUnpacker({ workers: threadsOf(settings) })),
      onEvent,
      signal: options.signal,
      build,
    },
    close: async () => unpacker?.close(),
  };
}

export function threadsOf({ threads }: InstallerSettings): number {
  return threads ?? Math.min(8, availableParallelism());
}

/** An index may not say what its wheels require; METADATA does. */
function refuseOtherPythons({ interpreter }: TargetEnvironment, prepared: readonly PreparedWheel[]): void {
  const errors = prepared.flatMap(({ distribution: { name, source }, entry }) => {
    const { requiresPython } = entry.manifest.head;
    if (requiresPython === undefined || satisfiesPython(requiresPython, interpreter.version)) return [];
    const reason = `its metadata requires Python ${requiresPython}`;
    return [new NoUsableWheel(name, source.filename, `Python ${interpreter.version}`, [source.filename], reason, name)];
  });
  throwProblems(errors);
}

async function placeAndRemove(
  { target, options, linkWorkers, onEvent }: ChangeOperation,
  difference: Difference,
  prepared: readonly PreparedWheel[],
  isBegun: boolean,
) {
  const staying = () => difference.keep.map(recorded);
  const view = viewEnvironment(staying);
  const removals = difference.remove.map((distribution) =>
    planRemoval(removable(distribution), target.destination.boundary, (path) => view.ownersOf(path).length > 0),
  );
  const torn = new Set(difference.remove.filter(isTorn).map(({ normalizedName }) => normalizedName));
  const wheels = prepared.map((wheel) => ({
    ...toInstall(wheel),
    completes: isBegun || torn.has(wheel.distribution.name),
  }));
  const plan = planChange(target.destination, wheels, removals, view);
  for (const { path, winner, losers, identical } of plan.conflicts)
    onEvent(
      identical
        ? { type: "debug", message: `${path}: ${[...losers, winner].join(", ")} have the same bytes` }
        : {
            type: "warning",
            code: "MURRE_WARNING_CONTESTED_PATH",
            message: `${path}: ${[...losers, winner].join(", ")} all have this file; the one of ${winner} is used`,
          },
    );
  options.signal?.throwIfAborted();
  const counts = await executeChange(plan, {
    workers: linkWorkers,
    ...(options.linkMode === undefined ? {} : { mode: options.linkMode }),
  });
  return { counts, conflicts: plan.conflicts.filter(({ identical }) => !identical), generated: plan.generated.length };
}

function toInstall({ distribution, entry }: PreparedWheel): WheelToInstall {
  const { name, version, requested, directUrl, source } = distribution;
  return {
    name,
    version,
    entry,
    requested,
    ...(directUrl === undefined
      ? {}
      : // Of a source it is the archive that has the hash, not what was built from it.
        {
          directUrl: directUrlInfo(
            directUrl,
            source.filename.endsWith(".whl") ? entry.sha256 : source.hashes["sha256"],
          ),
        }),
  };
}

function recorded(distribution: InstalledDistribution): RecordedDistribution {
  const { normalizedName: name, version, sitePackages, path } = distribution;
  return { name, version, sitePackages, distInfo: path, record: readInstalledRecord(distribution) };
}

/** Of a torn distribution only the dist-info is known. @throws {NoRecord} for what else no RECORD describes. */
function removable(distribution: InstalledDistribution): RecordedDistribution {
  const found = recorded(distribution);
  if (!existsSync(distribution.path)) return found; // removed already, by an attempt that is being repeated
  if (isTorn(distribution)) {
    const names = readdirSync(distribution.path, { recursive: true, encoding: "utf8" });
    const files = names.filter((name) => !statSync(join(distribution.path, name)).isDirectory());
    return { ...found, record: files.map((name) => ({ path: `${basename(distribution.path)}/${name}` })) };
  }
  if (found.record.length === 0) throw new NoRecord(distribution.name, distribution.path);
  return found;
}

function report(
  target: TargetEnvironment,
  { add, remove, keep }: Difference,
  options: ChangeOptions,
  durationsMs: ChangeReport["durationsMs"],
): ChangeReport {
  return {
    environment: target.folder,
    executable: target.interpreter.executable,
    changed: options.dryRun !== true && add.length + remove.length > 0,
    dryRun: options.dryRun === true,
    added: add.map(({ name, version }): Pin => ({ name, version })),
    removed: remove.map(({ normalizedName, version }): Pin => ({ name: normalizedName, version })),
    kept: keep.map(({ normalizedName, version }): Pin => ({ name: normalizedName, version })),
    fetched: 0,
    cached: 0,
    filesLinked: 0,
    filesCopied: 0,
    filesGenerated: 0,
    conflicts: [],
    durationsMs,
  };
}
