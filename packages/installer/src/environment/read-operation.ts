import { resolve } from "node:path";
import { accessTo, readConsistently } from "./environment-access.ts";
import type { InspectOptions, RecoverOptions } from "../api/inspection-options.ts";
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

/** Where installed distributions are looked for: in the folders that are named, in those of what is changed alone, or in all that it sees. */
export function foldersRead(
  { sitePackages, visible }: TargetEnvironment,
  { paths, local, user }: Pick<InspectOptions, "paths" | "local" | "user">,
  { cwd }: InstallerSettings,
): readonly string[] {
  if (paths !== undefined) return paths.map((path) => resolve(cwd, path));
  return local === true || user === true ? sitePackages : visible;
}
