import { makeFolders } from "@murre/locking";
import { buildTree, NoSourceTree, openBuildLog, unpackSdist, type BuiltDistributions } from "@murre/build";
import { realpathSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { chooseBuildOptions } from "../operation/build-options.ts";
import { gather, withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import type { BuildProjectOptions } from "../api/operations.ts";
import type { BuildReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withSources, type Sources } from "../sources/lazy-sources.ts";

/** `murre build`: the distributions of a source tree, built in the tree itself, as files. */
export function buildProject(settings: InstallerSettings, options: BuildProjectOptions): Promise<BuildReport> {
  const start = performance.now();
  return withChangeOperation(
    settings,
    options,
    async (operation) => {
      const gathered = await gather({ ...operation, configuration: withoutConstraints(operation) }, [], []);
      const client = operation.openClient(gathered.options);
      const built = await withSources(operation, gathered, client, (_, sources) => build(operation, sources));
      return { ...built, durationMs: performance.now() - start };
    },
    "use",
  );
}

/** Constraints limit what is installed; nothing is installed here but what the build requires, and that has constraints of its own. */
function withoutConstraints({ configuration }: ChangeOperation): ChangeOperation["configuration"] {
  const { constraints: _, ...rest } = configuration;
  return rest;
}

async function build(operation: ChangeOperation<BuildProjectOptions>, sources: Sources): Promise<BuiltDistributions> {
  const { settings, options, cache, onEvent } = operation;
  const path = resolve(settings.cwd, options.source ?? ".");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new NoSourceTree(path, "there is no such folder and no such archive, so that there is nothing to build");
  const chosen = chooseBuildOptions(settings, options);
  const folder = cache.temporaryPath();
  makeFolders(folder);
  const log = openBuildLog(chosen.logFolder, basename(path));
  try {
    const isFolder = stats.isDirectory();
    const tree = isFolder ? path : await unpackSdist(path, join(folder, "given"), basename(path));
    const built = await buildTree({
      tree,
      // What was given as an sdist needs none.
      what: options.what ?? (isFolder ? "sdist-then-wheel" : "wheel"),
      outputFolder: resolve(settings.cwd, options.outputFolder ?? (isFolder ? join(path, "dist") : "dist")),
      folder,
      environments: await sources.environments(),
      configSettings: chosen.configSettings,
      log,
      timeoutMs: chosen.timeoutMs,
      platform: settings.platform,
      signal: options.signal,
      inTurn: (work) =>
        cache.inTurn({ name: `build in ${realpathSync(tree)}`, subject: basename(path), signal: options.signal }, work),
      onHook: (hook) => onEvent({ type: "building", source: basename(path), hook, logPath: log.path }),
    });
    log.remove();
    return built;
  } finally {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
