import type { Operations } from "./operations.ts";
import { cacheOperations } from "./cache-operations.ts";
import { checkInstalled } from "./check-installed.ts";
import { installDistributions, syncEnvironment } from "./install.ts";
import { listInstalled } from "./list-installed.ts";
import { makeVirtualEnvironment } from "./make-environment.ts";
import { recoverEnvironment } from "./recover-environment.ts";
import { showInstalled } from "./show-installed.ts";
import { uninstallDistributions } from "./uninstall.ts";
import type { InstallerSettings } from "./settings.ts";

/** Makes the operations. Nothing is read or started before one of them is called, and they may run side by side. */
export function createInstaller(settings: InstallerSettings): Operations {
  return {
    cacheFolder: settings.cacheFolder,
    cache: cacheOperations(settings),
    venv: (options = {}) => makeVirtualEnvironment(settings, options),
    sync: (options) => syncEnvironment(settings, options),
    install: (options) => installDistributions(settings, options),
    // Loaded when they are called: every other command starts without them.
    async build(options = {}) {
      const { buildProject } = await import("./build-project.ts");
      return buildProject(settings, options);
    },
    async installMany(options) {
      const { installMany } = await import("./install-many.ts");
      return installMany(settings, options);
    },
    async wheel(options) {
      const { collectDistributions } = await import("./collect-distributions.ts");
      return collectDistributions(settings, options, "wheels");
    },
    async download(options) {
      const { collectDistributions } = await import("./collect-distributions.ts");
      return collectDistributions(settings, options, "files");
    },
    uninstall: (options) => uninstallDistributions(settings, options),
    show: (options) => showInstalled(settings, options),
    check: (options = {}) => checkInstalled(settings, options),
    recover: (options = {}) => recoverEnvironment(settings, options),
    list: (options = {}) => listInstalled(settings, options),
  };
}
