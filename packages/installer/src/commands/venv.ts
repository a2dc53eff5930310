import { openCache } from "../operation/open-cache.ts";
import { createEnvironment } from "@murre/python";
import { basePython } from "../operation/base-python.ts";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { installDistributions } from "./install.ts";
import type { VenvOptions } from "../api/operations.ts";
import { probeCache } from "../operation/probe-cache.ts";
import type { Pin, VenvReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { pythonContext } from "../operation/target-environment.ts";

/** `murre venv`: an environment is made aside and appears whole. */
export async function makeVirtualEnvironment(settings: InstallerSettings, options: VenvOptions): Promise<VenvReport> {
  options.signal?.throwIfAborted();
  const cache = openCache(settings, options.onEvent);
  try {
    const probes = probeCache(cache, options.signal);
    const base = await basePython(pythonContext(settings, probes), options);
    const path = resolve(settings.cwd, options.path ?? environmentOf(settings, options.projectFolder));
    const made = createEnvironment(path, base, {
      murreVersion: settings.version,
      existing: options.existing ?? "refuse",
      systemSitePackages: options.systemSitePackages === true,
      seed: options.seed === true,
      relocatable: options.relocatable === true,
      ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    });
    const seeded = options.seed === true ? await seed(settings, options, path, made.version) : [];
    return {
      environment: path,
      executable: made.executable,
      version: made.version,
      basePython: base.executable,
      seeded,
    };
  } finally {
    cache.end();
  }
}

/** As uv has it: a folder that is no project has no environment of its own. */
function environmentOf({ cwd }: InstallerSettings, project = "."): string {
  return existsSync(resolve(cwd, project, "pyproject.toml")) ? join(project, ".venv") : ".venv";
}

/** pip, and before Python 3.12 setuptools and wheel too: what `python -m venv` and `virtualenv` bring. */
async function seed(
  settings: InstallerSettings,
  { signal, onEvent, path: _path, python: _python, projectFolder: _folder, ...indexes }: VenvOptions,
  path: string,
  version: string,
): Promise<readonly Pin[]> {
  const [major = 3, minor = 0] = version.split(".").map(Number);
  const old = major === 3 && minor < 12;
  const { added } = await installDistributions(settings, {
    ...indexes,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
    python: path,
    requirements: old ? ["pip", "setuptools", "wheel"] : ["pip"],
    dependencies: "none",
  });
  return added;
}
