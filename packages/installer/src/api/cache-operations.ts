import type { OnEvent } from "./events.ts";
import type { CacheSize, CleanReport, ListedEntry, PruneOptions, VerifyAndRepairReport } from "@murre/cache";

export type {
  CacheProblem,
  CacheSize,
  CleanReport,
  ListedEntry,
  PruneOptions,
  VerifyAndRepairReport,
} from "@murre/cache";

/**
 * What can be done with the cache as such. Each returns without waiting for the operations that use it. All but `verify`, which takes as long as
 * reading takes, look at their signal once, before they begin.
 */
export interface CacheOperations {
  /** Removes everything, or what belongs to these projects. */
  clean(options?: { readonly projects?: readonly string[]; readonly signal?: AbortSignal }): Promise<CleanReport>;
  /** Removes what nobody can reach and what the dead left; where asked, also what was not used for long. */
  prune(options?: PruneOptions & { readonly signal?: AbortSignal }): Promise<CleanReport>;
  /** How much is in the cache. */
  size(options?: { readonly signal?: AbortSignal }): Promise<CacheSize>;
  /** What is in the cache: its entries by project. */
  list(options?: { readonly signal?: AbortSignal }): Promise<readonly ListedEntry[]>;
  /** Hashes every file; with `repair`, damaged archives leave the cache. */
  verify(options?: {
    readonly repair?: boolean;
    readonly signal?: AbortSignal;
    /** Gets `verifying` while it runs, and `verified`. */
    readonly onEvent?: OnEvent;
  }): Promise<VerifyAndRepairReport>;
}
