import type { Operations } from "./api/operations.ts";
import { cacheOperations } from "./commands/cache.ts";
import { checkOptions } from "./api/check-options.ts";
import { operationOptions } from "./api/operation-options.ts";
import { sayingState } from "./api/saying-state.ts";
import type { InstallerSettings } from "./api/settings.ts";

/**
 * Makes the operations. Nothing is read or started before one of them is called, and they may run side by side. What each is given is
 * checked first, because callers may have no compiler; then its code is loaded: `cache clean` need not compile a resolver.
 */
export function createInstaller(settings: InstallerSettings): Operations {
  return {
    cacheFolder: settings.cacheFolder,
    cache: cacheOperations(settings),
    async venv(options = {}) {
      checkOptions("venv", operationOptions.venv, options);
      const { makeVirtualEnvironment } = await import("./commands/venv.ts");
      return sayingState("venv", () => makeVirtualEnvironment(settings, options));
    },
    async sync(options) {
      checkOptions("sync", operationOptions.sync, options);
      const { syncEnvironment } = await import("./commands/sync.ts");
      return sayingState("change", () => syncEnvironment(settings, options));
    },
    async install(options) {
      checkOptions("install", operationOptions.install, options);
      const { installDistributions } = await import("./commands/install.ts");
      return sayingState("change", () => installDistributions(settings, options));
    },
    async build(options = {}) {
      checkOptions("build", operationOptions.build, options);
      const { buildProject } = await import("./commands/build.ts");
      return sayingState("files", () => buildProject(settings, options));
    },
    async installMany(options) {
      checkOptions("installMany", operationOptions.installMany, options);
      const { installMany } = await import("./commands/install-many.ts");
      return sayingState("batches", () => installMany(settings, options));
    },
    async compile(options) {
      checkOptions("compile", operationOptions.compile, options);
      const { compileRequirements } = await import("./commands/compile.ts");
      return sayingState("files", () => compileRequirements(settings, options));
    },
    async lockProject(options = {}) {
      checkOptions("lockProject", operationOptions.lockProject, options);
      const { lockProject } = await import("./project-commands/lock-project.ts");
      return sayingState("files", () => lockProject(settings, options));
    },
    async syncProject(options = {}) {
      checkOptions("syncProject", operationOptions.syncProject, options);
      const { syncProject } = await import("./project-commands/sync-project.ts");
      return sayingState("change", () => syncProject(settings, options));
    },
    async wheel(options) {
      checkOptions("wheel", operationOptions.wheel, options);
      const { collectDistributions } = await import("./commands/collect.ts");
      return sayingState("files", () => collectDistributions(settings, options, "wheels"));
    },
    async download(options) {
      checkOptions("download", operationOptions.download, options);
      const { collectDistributions } = await import("./commands/collect.ts");
      return sayingState("files", () => collectDistributions(settings, options, "files"));
    },
    async uninstall(options) {
      checkOptions("uninstall", operationOptions.uninstall, options);
      const { uninstallDistributions } = await import("./commands/uninstall.ts");
      return sayingState("change", () => uninstallDistributions(settings, options));
    },
    async show(options) {
      checkOptions("show", operationOptions.show, options);
      const { showInstalled } = await import("./commands/show.ts");
      return sayingState("read", () => showInstalled(settings, options));
    },
    async check(options = {}) {
      checkOptions("check", operationOptions.check, options);
      const { checkInstalled } = await import("./commands/check.ts");
      return sayingState("read", () => checkInstalled(settings, options));
    },
    async recover(options = {}) {
      checkOptions("recover", operationOptions.recover, options);
      const { recoverEnvironment } = await import("./commands/recover.ts");
      return sayingState("change", () => recoverEnvironment(settings, options));
    },
    async list(options = {}) {
      checkOptions("list", operationOptions.list, options);
      const { listInstalled } = await import("./commands/list.ts");
      return sayingState("read", () => listInstalled(settings, options));
    },
  };
}
