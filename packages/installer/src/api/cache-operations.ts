import {
  maintainCache,
  type CacheSize,
  type CleanReport,
  type ListedEntry,
  type PruneOptions,
  type VerifyAndRepairReport,
} from "@murre/cache";
import { checkOptions, optionKinds, type OptionRules } from "./check-options.ts";
import { sayingState } from "./saying-state.ts";
import type { InstallerSettings } from "./settings.ts";

export type {
  CacheProblem,
  CacheSize,
  CleanReport,
  ListedEntry,
  PruneOptions,
  VerifyAndRepairReport,
} from "@murre/cache";

/** What can be done with the cache as such. Each returns without waiting for the operations that use it. */
export interface CacheOperations {
  /** Removes everything, or what belongs to these projects. */
  clean(options?: { readonly projects?: readonly string[] }): Promise<CleanReport>;
  /** Removes what nobody can reach and what the dead left; where asked, also what was not used for long. */
  prune(options?: PruneOptions): Promise<CleanReport>;
  size(): Promise<CacheSize>;
  list(): Promise<readonly ListedEntry[]>;
  /** Hashes every file; with `repair`, damaged archives leave the cache. */
  verify(options?: { readonly repair?: boolean; readonly signal?: AbortSignal }): Promise<VerifyAndRepairReport>;
}

type OptionsOf<Name extends keyof CacheOperations> = NonNullable<Parameters<CacheOperations[Name]>[0]>;

const { amount, flag, signal, texts } = optionKinds;
const clean: OptionRules<OptionsOf<"clean">> = { options: { projects: texts } };
const prune: OptionRules<OptionsOf<"prune">> = { options: { olderThanMs: amount, maxBytes: amount } };
const verify: OptionRules<OptionsOf<"verify">> = { options: { repair: flag, signal } };

/** What they are given is checked first: a wrong name must not empty the cache. */
export function cacheOperations({ cacheFolder }: InstallerSettings): CacheOperations {
  const maintenance = maintainCache(cacheFolder);
  return {
    async clean(options = {}) {
      checkOptions("cache.clean", clean, options);
      return sayingState("cache", () => maintenance.clean(options.projects));
    },
    async prune(options = {}) {
      checkOptions("cache.prune", prune, options);
      return sayingState("cache", () => maintenance.prune(options));
    },
    size: () => sayingState("read", async () => maintenance.size()),
    list: () => sayingState("read", async () => maintenance.list()),
    async verify(options = {}) {
      checkOptions("cache.verify", verify, options);
      return sayingState("cache", () => maintenance.verify(options));
    },
  };
}
