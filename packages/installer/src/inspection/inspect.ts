import { readInstalled, readInstaller, readRequested, type InstalledDistribution } from "@murre/python";
import type { InspectedDistribution, InspectReport } from "../api/inspection-reports.ts";
import type { InspectOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { Origins } from "../commands/list.ts";
import { metadataOf } from "../environment/installed-needs.ts";
import { foldersRead, withReadOperation } from "../environment/read-operation.ts";
import { metadataJson } from "../report/metadata-json.ts";

/** `murre pip inspect`. Writes nothing into the environment. */
export function inspectInstalled(settings: InstallerSettings, options: InspectOptions): Promise<InspectReport> {
  const origins = new Origins();
  const inspected = withReadOperation(settings, options, (target): InspectReport => ({
    version: "1",
    pip_version: `murre ${settings.version}`,
    installed: readInstalled(foldersRead(target, options, settings)).map((one) => inspectOne(one, origins)),
    environment: { ...target.interpreter.markerEnvironment },
  }));
  return inspected.finally(() => origins.tell(options.onEvent));
}

/** What cannot be read has the name and version of its folder. */
function inspectOne(distribution: InstalledDistribution, origins: Origins): InspectedDistribution {
  const { name, version, path } = distribution;
  const metadata = metadataOf(distribution);
  const direct = origins.of(distribution);
  const installer = readInstaller(distribution);
  return {
    metadata: metadata === undefined ? { name, version } : metadataJson(metadata),
    metadata_location: path,
    ...(direct === undefined ? {} : { direct_url: direct }),
    ...(installer === undefined ? {} : { installer }),
    requested: readRequested(distribution),
  };
}
