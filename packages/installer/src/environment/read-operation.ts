import { openCache } from "../operation/open-cache.ts";
import { accessTo, readConsistently } from "./environment-access.ts";
import type { ListOptions } from "../api/operations.ts";
import { probeCache } from "../operation/probe-cache.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describeTarget, findTarget, type TargetEnvironment } from "../operation/target-environment.ts";

/** Runs an operation that only reads an environment, and never its middle: `read` is repeated when a change came between. The cache is held for what is remembered of interpreters. */
export async function withReadOperation<Result>(
  settings: InstallerSettings,
  options: ListOptions,
  read: (target: TargetEnvironment) => Result,
): Promise<Result> {
  options.signal?.throwIfAborted();
  // What is only looked at does not depend on it, so that nothing is said of it.
  const cache = openCache(settings, undefined);
  try {
    const target = findTarget(settings, options, probeCache(cache.documents), "any");
    describeTarget(target, options.onEvent ?? (() => {}));
    return await readConsistently(accessTo(target, options), () => read(target));
  } finally {
    cache.end();
  }
}
