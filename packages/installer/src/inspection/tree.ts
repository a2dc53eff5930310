import { compareVersions, tryParseVersion } from "@murre/pep440";
import type { MarkerEnvironment } from "@murre/pep508";
import { readInstalled, type InstalledDistribution } from "@murre/python";
import type { TreeDistribution, TreeReport } from "../api/inspection-reports.ts";
import type { TreeOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describeInstalled, Origins } from "../commands/list.ts";
import { applicableRequirements, metadataOf } from "../environment/installed-needs.ts";
import { withReadOperation } from "../environment/read-operation.ts";

/** `murre pip tree`. Writes nothing into the environment. */
export async function installedTree(settings: InstallerSettings, options: TreeOptions): Promise<TreeReport> {
  const origins = new Origins();
  const report = await withReadOperation(settings, options, (target) => {
    const { markerEnvironment } = target.interpreter;
    const distributions = readInstalled(target.visible).map((distribution) => ({
      ...describeInstalled(distribution, origins),
      requires: requiresOf(distribution, markerEnvironment),
    }));
    return { environment: target.folder, distributions };
  });
  origins.tell(options.onEvent);
  if (options.latest !== true) return report;
  const { newestVersions } = await import("../report/newest-versions.ts");
  const newest = await newestVersions(settings, options, report.distributions);
  return {
    ...report,
    distributions: report.distributions.map((distribution) => {
      const found = newest.get(distribution.name);
      return found?.isNewer === true ? { ...distribution, latest: found.version } : distribution;
    }),
  };
}

/** Each project once: what several requirements say of it is said together. */
function requiresOf(distribution: InstalledDistribution, environment: MarkerEnvironment): TreeDistribution["requires"] {
  const metadata = metadataOf(distribution);
  const said = new Map<string, string[]>();
  for (const { normalizedName, specifiers } of metadata ? applicableRequirements(metadata, environment) : [])
    said.set(normalizedName, [...(said.get(normalizedName) ?? []), ...`${specifiers}`.split(",")].filter(Boolean));
  return [...said]
    .map(([name, parts]) => ({ name, specifiers: [...new Set(parts)].toSorted(byVersion).join(",") }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** As uv prints them: `>=2` before `<4`. */
function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((part) => tryParseVersion(part.replace(/^[<>=!~]+/, "").replace(/\.\*$/, "")));
  return left === undefined || right === undefined ? 0 : compareVersions(left, right);
}
