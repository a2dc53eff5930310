import { maintainCache } from "@murre/cache";
import type { CacheOperations } from "../api/cache-operations.ts";
import type { OnEvent } from "../api/events.ts";
import { checkOptions, optionKinds, type OptionRules, type OptionTable } from "../api/check-options.ts";
import type { OperationContext } from "../api/operations.ts";
import type { RunningOperations } from "../api/running.ts";
import { sayingState } from "../api/saying-state.ts";
import type { InstallerSettings } from "../api/settings.ts";

type OptionsOf<Name extends keyof CacheOperations> = NonNullable<Parameters<CacheOperations[Name]>[0]>;

const { amount, flag, listener, signal, texts } = optionKinds;
const ended: OptionTable<Pick<OperationContext, "signal">> = { signal };
const clean: OptionRules<OptionsOf<"clean">> = { options: { ...ended, projects: texts } };
const prune: OptionRules<OptionsOf<"prune">> = {
  options: { ...ended, olderThanMs: amount, maxBytes: amount, keepsOnlyBuilt: flag },
};
const verify: OptionRules<OptionsOf<"verify">> = {
  options: { ...ended, repair: flag, onEvent: listener<OnEvent>() },
};

/** What they are given is checked first: a wrong name must not empty the cache. */
export function cacheOperations({ cacheFolder }: InstallerSettings, running: RunningOperations): CacheOperations {
  const maintenance = maintainCache(cacheFolder);
  return {
    async clean(options = {}) {
      checkOptions("cache.clean", clean, options);
      return running.run(options, ({ projects }) => sayingState("cache", () => maintenance.clean(projects)));
    },
    async prune(options = {}) {
      checkOptions("cache.prune", prune, options);
      return running.run(options, (limits) => sayingState("cache", () => maintenance.prune(limits)));
    },
    async size(options = {}) {
      checkOptions("cache.size", { options: ended }, options);
      return running.run(options, () => sayingState("read", async () => maintenance.size()));
    },
    async list(options = {}) {
      checkOptions("cache.list", { options: ended }, options);
      return running.run(options, () => sayingState("read", async () => maintenance.list()));
    },
    async verify(options = {}) {
      checkOptions("cache.verify", verify, options);
      return running.run(options, async ({ onEvent, ...how }) => {
        const started = performance.now();
        const report = await sayingState("cache", () =>
          maintenance.verify({ ...how, onProgress: (progress) => onEvent?.({ type: "verifying", ...progress }) }),
        );
        const { entries: archives, files } = report;
        onEvent?.({ type: "verified", archives, files, durationMs: performance.now() - started });
        return report;
      });
    },
  };
}
