import { maintainCache } from "@murre/cache";
import type { CacheOperations } from "../api/cache-operations.ts";
import type { OnEvent } from "../api/events.ts";
import { checkOptions, optionKinds, type OptionRules } from "../api/check-options.ts";
import { sayingState } from "../api/saying-state.ts";
import type { InstallerSettings } from "../api/settings.ts";

type OptionsOf<Name extends keyof CacheOperations> = NonNullable<Parameters<CacheOperations[Name]>[0]>;

const { amount, flag, listener, signal, texts } = optionKinds;
const clean: OptionRules<OptionsOf<"clean">> = { options: { projects: texts } };
const prune: OptionRules<OptionsOf<"prune">> = { options: { olderThanMs: amount, maxBytes: amount } };
const verify: OptionRules<OptionsOf<"verify">> = { options: { repair: flag, signal, onEvent: listener<OnEvent>() } };

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
      const { onEvent, ...how } = options;
      const started = performance.now();
      const report = await sayingState("cache", () =>
        maintenance.verify({ ...how, onProgress: (progress) => onEvent?.({ type: "verifying", ...progress }) }),
      );
      const { entries: archives, files } = report;
      onEvent?.({ type: "verified", archives, files, durationMs: performance.now() - started });
      return report;
    },
  };
}
