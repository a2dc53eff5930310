import type { PythonContext, ProbeCache } from "@murre/python";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { InstallerSettings } from "../api/settings.ts";
import { NoProject } from "../errors.ts";
import { openProbeCache } from "../operation/probe-cache.ts";
import { pythonContext } from "../operation/target-environment.ts";

const forgetful: ProbeCache = { read: () => undefined, write: () => {} };

/** Looks for interpreters, with what is remembered of them unless it does not count. */
export async function withPythons<Found>(
  { cwd, ...others }: InstallerSettings,
  { noCache, projectFolder = "." }: { readonly noCache?: boolean; readonly projectFolder?: string },
  look: (context: PythonContext) => Promise<Found>,
): Promise<Found> {
  const folder = resolve(cwd, projectFolder);
  if (!existsSync(folder)) throw new NoProject(folder, "there is no such folder");
  const settings = { ...others, cwd: folder };
  if (noCache === true) return look(pythonContext(settings, forgetful));
  const probes = openProbeCache(settings);
  try {
    return await look(pythonContext(settings, probes));
  } finally {
    probes.close();
  }
}
