import type { Operations } from "./api/all-operations.ts";
import { checkOptions } from "./api/check-options.ts";
import { operationOptions } from "./api/operation-options.ts";
import type { OperationContext } from "./api/operations.ts";
import { RunningOperations } from "./api/running.ts";
import { sayingState, type StateKind } from "./api/saying-state.ts";
import type { InstallerSettings } from "./api/settings.ts";
import type { ConfiguredOption, ConfiguredRequest } from "./configured/configured-options.ts";
import { cacheOperations } from "./commands/cache.ts";

/**
 * Makes the operations. Nothing is read or started before one of them is called, and they may run side by side. What each is given is
 * checked first, because callers may have no compiler; then its code is loaded: `cache clean` need not compile a resolver.
 */
export function createInstaller(settings: InstallerSettings): Operations {
  const running = new RunningOperations();
  /** One operation: `work` loads its code, and does it. */
  const operation =
    <Options extends OperationContext, Result>(
      name: keyof typeof operationOptions,
      state: StateKind,
      work: (options: Options) => Promise<Result>,
    ) =>
    async (given?: Options): Promise<Result> => {
      const rules = operationOptions[name]();
      const options = given === undefined && !("required" in rules || "someOf" in rules) ? ({} as Options) : given;
      checkOptions(name, rules, options);
      return running.run(options as Options, (own) => sayingState(state, () => work(own)));
    };
  const close = () => running.close();
  return {
    cacheFolder: settings.cacheFolder,
    cache: cacheOperations(settings, running),
    venv: operation("venv", "venv", async (options) => {
      const { makeVirtualEnvironment } = await import("./commands/venv.ts");
      return makeVirtualEnvironment(settings, options);
    }),
    sync: operation("sync", "change", async (options) => {
      const { syncEnvironment } = await import("./commands/sync.ts");
      return syncEnvironment(settings, options);
    }),
    install: operation("install", "change", async (options) => {
      const { installDistributions } = await import("./commands/install.ts");
      return installDistributions(settings, options);
    }),
    build: operation("build", "files", async (options) => {
      const { buildProject } = await import("./commands/build.ts");
      return buildProject(settings, options);
    }),
    installMany: operation("installMany", "batches", async (options) => {
      const { installMany } = await import("./commands/install-many.ts");
      return installMany(settings, options);
    }),
    compile: operation("compile", "files", async (options) => {
      const { compileRequirements } = await import("./commands/compile.ts");
      return compileRequirements(settings, options);
    }),
    resolve: operation("resolve", "files", async (options) => {
      const { resolveGraph } = await import("./commands/resolve.ts");
      return resolveGraph(settings, options);
    }),
    lockProject: operation("lockProject", "files", async (options) => {
      const { lockProject } = await import("./project-commands/lock-project.ts");
      return lockProject(settings, options);
    }),
    syncProject: operation("syncProject", "change", async (options) => {
      const { syncProject } = await import("./project-commands/sync-project.ts");
      return syncProject(settings, options);
    }),
    wheel: operation("wheel", "files", async (options) => {
      const { collectDistributions } = await import("./commands/collect.ts");
      return collectDistributions(settings, options, "wheels");
    }),
    download: operation("download", "files", async (options) => {
      const { collectDistributions } = await import("./commands/collect.ts");
      return collectDistributions(settings, options, "files");
    }),
    uninstall: operation("uninstall", "change", async (options) => {
      const { uninstallDistributions } = await import("./commands/uninstall.ts");
      return uninstallDistributions(settings, options);
    }),
    show: operation("show", "read", async (options) => {
      const { showInstalled } = await import("./commands/show.ts");
      return showInstalled(settings, options);
    }),
    check: operation("check", "read", async (options) => {
      const { checkInstalled } = await import("./commands/check.ts");
      return checkInstalled(settings, options);
    }),
    recover: operation("recover", "change", async (options) => {
      const { recoverEnvironment } = await import("./commands/recover.ts");
      return recoverEnvironment(settings, options);
    }),
    list: operation("list", "read", async (options) => {
      const { listInstalled } = await import("./commands/list.ts");
      return listInstalled(settings, options);
    }),
    tree: operation("tree", "read", async (options) => {
      const { installedTree } = await import("./inspection/tree.ts");
      return installedTree(settings, options);
    }),
    inspect: operation("inspect", "read", async (options) => {
      const { inspectInstalled } = await import("./inspection/inspect.ts");
      return inspectInstalled(settings, options);
    }),
    indexVersions: operation("indexVersions", "read", async (options) => {
      const { indexVersions } = await import("./inspection/index-versions.ts");
      return indexVersions(settings, options);
    }),
    hash: operation("hash", "read", async (options) => {
      const { hashFiles } = await import("./inspection/hash-files.ts");
      return hashFiles(settings, options);
    }),
    describe: operation("describe", "read", async (options) => {
      const { describeSurroundings } = await import("./inspection/describe.ts");
      return describeSurroundings(settings, options);
    }),
    configuration: operation("configuration", "read", async (options) => {
      const { describeConfiguration } = await import("./inspection/configuration.ts");
      return describeConfiguration(settings, options);
    }),
    listPythons: operation("listPythons", "read", async (options) => {
      const { listPythons } = await import("./pythons/list-pythons.ts");
      return listPythons(settings, options);
    }),
    findPython: operation("findPython", "read", async (options) => {
      const { findPython } = await import("./pythons/find-python.ts");
      return findPython(settings, options);
    }),
    pinPython: operation("pinPython", "files", async (options) => {
      const { pinPython } = await import("./pythons/pin-python.ts");
      return pinPython(settings, options);
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** See {@link ConfiguredOption}: what a command line takes where its words do not say it. */
export async function configuredOptions(
  settings: Pick<InstallerSettings, "env" | "platform" | "home" | "cwd">,
  request: ConfiguredRequest,
): Promise<readonly ConfiguredOption[]> {
  const { findConfiguredOptions } = await import("./configured/configured-options.ts");
  return findConfiguredOptions(settings, request);
}
