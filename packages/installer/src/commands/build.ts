import { makeFolders } from "@murre/locking";
import { buildTree, NoSourceTree, openBuildLog, unpackSdist, type BuiltDistributions } from "@murre/build";
import { realpathSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import type { BuildDecision } from "../operation/decisions.ts";
import { openRequest } from "../operation/open-request.ts";
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
      // Constraints limit what is installed; nothing is installed here but what the build requires, and that has constraints of its own.
      const asked = await openRequest(operation, { constraintFiles: [] });
      const built = await withSources(operation, asked, (request, sources) =>
        build(operation, request.build, sources, options),
      );
      return { ...built, durationMs: performance.now() - start };
    },
    "use",
  );
}

async function build(
  { settings, signal, cache, onEvent }: ChangeOperation,
  { configSettings, timeoutMs, logFolder }: BuildDecision,
  sources: Sources,
  { source = ".", what, outputFolder }: Pick<BuildProjectOptions, "source" | "what" | "outputFolder">,
): Promise<BuiltDistributions> {
  const path = resolve(settings.cwd, source);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new NoSourceTree(path, "there is no such folder and no such archive, so that there is nothing to build");
  const folder = cache.temporaryPath();
  makeFolders(folder);
  const log = openBuildLog(logFolder, basename(path));
  try {
    const isFolder = stats.isDirectory();
    const tree = isFolder ? path : await unpackSdist(path, join(folder, "given"), basename(path));
    const built = await buildTree({
      tree,
      // What was given as an sdist needs none.
      what: what ?? (isFolder ? "sdist-then-wheel" : "wheel"),
      outputFolder: resolve(settings.cwd, outputFolder ?? (isFolder ? join(path, "dist") : "dist")),
      folder,
      environments: await sources.environments(),
      configSettings,
      log,
      timeoutMs,
      platform: settings.platform,
      signal,
      inTurn: (work) => cache.inTurn({ name: `build in ${realpathSync(tree)}`, subject: basename(path), signal }, work),
      onHook: (hook) => onEvent({ type: "building", source: basename(path), hook, logPath: log.path }),
    });
    log.remove();
    return built;
  } finally {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
