import { CacheUnusable } from "../errors.ts";
import { distrust } from "../folder/trust.ts";
import { takeLease, type Lease } from "@murre/locking";
import { cleanAll, cleanProjects, prune, type CleanReport, type PruneOptions } from "./clean.ts";
import { listEntries, measureCache, type CacheSize, type ListedEntry } from "./inventory.ts";
import { cacheLayout } from "../folder/layout.ts";
import { measureEntries, sweep } from "../reclaim/sweep.ts";
import { nothing } from "../reclaim/trash.ts";
import { verify, type VerifyOptions, type VerifyReport } from "./verify.ts";

/**
 * Looking after a cache, at any time, beside any number of processes that use and fill it. Nothing here waits for them or makes them wait,
 * and nothing they hold is taken from them: what has users is condemned, and goes with the last of them.
 */
export interface CacheMaintenance {
  /** Empties the cache, or removes what it holds of some projects. @throws {CacheUnusable} {CacheWriteFailed} */
  clean(projects?: readonly string[]): Promise<CleanReport>;
  /** Removes what nobody can reach, what the dead left, and what was not used for long. @throws {CacheUnusable} {CacheWriteFailed} */
  prune(options?: PruneOptions): Promise<CleanReport>;
  size(): CacheSize;
  list(): ListedEntry[];
  /** Compares every file with what was unpacked. With `repair`, damaged archives leave the cache. @throws {CacheUnusable} {CacheWriteFailed} */
  verify(options?: VerifyOptions): Promise<VerifyAndRepairReport>;
}

export type VerifyAndRepairReport = VerifyReport & Pick<CleanReport, "freed" | "pending">;

/** Reads and makes nothing before one of its functions is called. A folder that is not there is an empty cache. */
export function maintainCache(cacheFolder: string): CacheMaintenance {
  const layout = cacheLayout(cacheFolder);
  const refuseForeign = (): void => {
    const why = distrust(cacheFolder);
    if (why !== undefined) throw new CacheUnusable(cacheFolder, why);
  };
  return {
    async clean(projects) {
      refuseForeign();
      return projects === undefined ? cleanAll(layout) : cleanProjects(layout, projects);
    },
    async prune(options) {
      refuseForeign();
      return prune(layout, options);
    },
    size: () => measureCache(layout),
    list: () => listEntries(layout),
    async verify(options = {}) {
      refuseForeign();
      // A reader like any other: what it compares stays until it has finished. A cache that takes no lease is only read.
      const lease = readersLease(layout.root);
      let report: VerifyReport;
      try {
        report = await verify(layout, options);
      } finally {
        lease?.release();
      }
      if (report.repaired === 0) return { ...report, freed: nothing(), pending: nothing() };
      const { freed, pending } = await sweep(layout);
      return { ...report, freed, pending: measureEntries(layout, pending) };
    },
  };
}

function readersLease(root: string): Lease | undefined {
  try {
    return takeLease(root);
  } catch {
    return undefined;
  }
}
