import {
  readDirectUrl,
  readInstalled,
  readInstalledMetadata,
  readInstaller,
  type InstalledDistribution,
} from "@murre/python";
import { tryParseVersion } from "@murre/pep440";
import { fileURLToPath } from "node:url";
import { directReference } from "./direct-url-info.ts";
import type { ListOptions } from "./operations.ts";
import type { InstalledPin, InstalledReport } from "./reports.ts";
import { withReadOperation } from "./read-operation.ts";
import type { InstallerSettings } from "./settings.ts";

/** `murre pip list`. Writes nothing into the environment. */
export function listInstalled(settings: InstallerSettings, options: ListOptions): Promise<InstalledReport> {
  return withReadOperation(settings, options, (target) => {
    const distributions = readInstalled(target.visible)
      .map(describeInstalled)
      .filter(({ editableLocation }) => options.excludeEditable !== true || editableLocation === undefined)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { environment: target.folder, distributions };
  });
}

export function describeInstalled(distribution: InstalledDistribution): InstalledPin {
  const direct = readDirectUrl(distribution);
  const installer = readInstaller(distribution);
  const editable = direct?.dir_info?.editable === true ? localPath(direct.url) : undefined;
  return {
    name: distribution.normalizedName,
    displayName: displayName(distribution),
    version: distribution.version,
    ...(tryParseVersion(distribution.version) === undefined ? { hasArbitraryVersion: true } : {}),
    location: distribution.sitePackages,
    ...(installer === undefined ? {} : { installer }),
    ...(editable === undefined ? {} : { editableLocation: editable }),
    ...(direct === undefined ? {} : { directUrl: directReference(direct) }),
  };
}

/** As METADATA writes it; where that cannot be read, which `check` reports, as the folder's name does. */
function displayName(distribution: InstalledDistribution): string {
  try {
    return readInstalledMetadata(distribution).name;
  } catch {
    return distribution.name;
  }
}

function localPath(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
