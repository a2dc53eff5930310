import type { CacheOperation } from "@murre/cache";
import {
  NoRecord,
  openFolders,
  planChange,
  planRemoval,
  viewEnvironment,
  type ChangePlan,
  type Destination,
  type PlanOptions,
  type RecordedDistribution,
  type EnvironmentWriter,
  type WheelToInstall,
} from "@murre/linker";
import { readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Difference } from "./compare-installed.ts";
import { directUrlInfo } from "../wanted/direct-url-info.ts";
import { easyInstallWithout, eggFiles } from "./egg-files.ts";
import { nextOwners, type Unrestored } from "./next-owners.ts";
import type { StoredDistribution } from "../prepare/fetch.ts";
import type { TargetEnvironment } from "../operation/target-environment.ts";
import { isTorn } from "./incomplete.ts";

export interface PlanContext {
  readonly writer: Pick<EnvironmentWriter, "renames" | "stamp">;
  readonly unowned: PlanOptions["unowned"];
  readonly cache: Pick<CacheOperation, "lookup">;
  /** Distributions of which files are missing or changed, so that what nobody owns at their paths is a part of theirs. */
  readonly isDamaged: (distribution: InstalledDistribution) => boolean;
}

export interface PlannedChange {
  readonly plan: ChangePlan;
  /** Distributions that stay and whose bytes at a shared path could not be brought back. */
  readonly unrestored: readonly Unrestored[];
}

/** @throws {NoRecord} for what no RECORD describes, and what {@link planChange} throws: nothing has been touched then. */
export function planFor(
  target: TargetEnvironment,
  difference: Difference,
  prepared: readonly StoredDistribution[],
  context: PlanContext,
): PlannedChange {
  const { destination } = target;
  const folders = openFolders(destination);
  const view = viewEnvironment(folders, () => difference.keep.map(recorded));
  const sharing = new Set<InstalledDistribution>();
  const removals = difference.remove.map((distribution) =>
    planRemoval(removable(distribution, destination), folders, (path) => {
      const isShared = view.ownersOf(path).length > 0;
      if (isShared) sharing.add(distribution);
      return isShared;
    }),
  );
  const torn = difference.remove.filter((distribution) => isTorn(distribution) || context.isDamaged(distribution));
  const completed = new Set(torn.map(({ normalizedName }) => normalizedName));
  const wheels = prepared.map((wheel) => ({ ...toInstall(wheel), completes: completed.has(wheel.distribution.name) }));
  const { writer, cache, unowned = "refuse" } = context;
  const { restored, unrestored } = nextOwners(destination, { remove: [...sharing], keep: difference.keep }, view, {
    stamp: writer.stamp,
    cache,
  });
  const plan = planChange(destination, wheels, removals, view, {
    ...writer.renames,
    unowned,
    restored: [...restored, ...easyInstallWithout(difference.remove)],
  });
  const placed = new Set(plan.placed);
  return { plan, unrestored: unrestored.filter(({ path }) => !placed.has(path)) };
}

function toInstall({ distribution, entry, archiveSha256 }: StoredDistribution): WheelToInstall {
  const { name, version, requested, directUrl, source } = distribution;
  return {
    name,
    version,
    entry,
    requested,
    ...(directUrl === undefined ? {} : { directUrl: directUrlInfo(directUrl, archiveSha256, source) }),
  };
}

/** Where indexes said who published the wheels, by the folder that each has its metadata in. What was built was published by nobody. */
export function provenancesOf(prepared: readonly StoredDistribution[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { distribution, entry } of prepared) {
    const { provenance, filename } = distribution.source;
    if (provenance !== undefined && /^https?:/.test(provenance) && filename.endsWith(".whl"))
      found.set(entry.manifest.head.distInfo, provenance);
  }
  return found;
}

function recorded(distribution: InstalledDistribution): RecordedDistribution {
  const { normalizedName: name, version, sitePackages, path } = distribution;
  return { name, version, sitePackages, distInfo: path, record: readInstalledRecord(distribution) };
}

/** Of a torn distribution without a RECORD only the dist-info is known. @throws {NoRecord} for what else no RECORD describes. */
function removable(distribution: InstalledDistribution, destination: Destination): RecordedDistribution {
  const egg = eggFiles(distribution, destination);
  if (egg !== undefined) return egg;
  const found = recorded(distribution);
  if (found.record.length > 0) return found;
  if (!isTorn(distribution)) throw new NoRecord(distribution.name, distribution.path);
  const names = readdirSync(distribution.path, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => !statSync(join(distribution.path, name)).isDirectory());
  return { ...found, record: files.map((name) => ({ path: `${basename(distribution.path)}/${name}` })) };
}
