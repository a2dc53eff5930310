import type { PythonContext, ProbeCache } from "@murre/python";
import { resolve } from "node:path";
import type { InstallerSettings } from "../api/settings.ts";
import { openProbeCache } from "../operation/probe-cache.ts";
import { pythonContext } from "../operation/target-environment.ts";

const forgetful: ProbeCache = { read: () => undefined, write: () => {} };

/** Looks for interpreters, with what is remembered of them unless it does not count. */
export async function withPythons<Found>(
  { cwd, ...others }: InstallerSettings,
  { noCache, projectFolder = "." }: { readonly noCache?: boolean; readonly projectFolder?: string },
  look: (context: PythonContext) => Promise<Found>,
): Promise<Found> {
  const settings = { ...others, cwd: resolve(cwd, projectFolder) };
  if (noCache === true) return look(pythonContext(settings, forgetful));
  const probes = openProbeCache(settings);
  try {
    return await look(pythonContext(settings, probes));
  } finally {
    probes.close();
  }
}
