import type { Operations } from "./operations.ts";
import { cacheOperations } from "./cache-operations.ts";
import { buildProject } from "./build-project.ts";
import { checkInstalled } from "./check-installed.ts";
import { collectDistributions } from "./collect-distributions.ts";
import { installDistributions, syncEnvironment } from "./install.ts";
import { listInstalled } from "./list-installed.ts";
import { makeVirtualEnvironment } from "./make-environment.ts";
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
    build: (options = {}) => buildProject(settings, options),
    wheel: (options) => collectDistributions(settings, options, "wheels"),
    download: (options) => collectDistributions(settings, options, "files"),
    uninstall: (options) => uninstallDistributions(settings, options),
    show: (options) => showInstalled(settings, options),
    check: (options = {}) => checkInstalled(settings, options),
    list: (options = {}) => listInstalled(settings, options),
  };
}
