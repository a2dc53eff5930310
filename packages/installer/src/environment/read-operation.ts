import { accessTo, readConsistently } from "./environment-access.ts";
import type { RecoverOptions } from "../api/inspection-options.ts";
import { openProbeCache } from "../operation/probe-cache.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describeTarget, findTarget, type TargetEnvironment } from "../operation/target-environment.ts";

/** Runs an operation that only reads an environment, and never its middle: `read` is repeated when a change came between. */
export async function withReadOperation<Result>(
  settings: InstallerSettings,
  options: RecoverOptions,
  read: (target: TargetEnvironment) => Result,
): Promise<Result> {
  options.signal?.throwIfAborted();
  const probes = openProbeCache(settings);
  try {
    const target = await findTarget(settings, options, probes, "any");
    describeTarget(target, options.onEvent ?? (() => {}));
    return await readConsistently(accessTo(target, options), () => read(target));
  } finally {
    probes.close();
  }
}
