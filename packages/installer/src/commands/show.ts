import { normalizeName } from "@murre/pep508";
import { readInstalled, readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { describeInstalled, Origins } from "./list.ts";
import type { ShowOptions } from "../api/inspection-options.ts";
import type { ShownDistribution, ShowReport } from "../api/reports.ts";
import { metadataOf, requiredNames } from "../environment/installed-needs.ts";
import { withReadOperation } from "../environment/read-operation.ts";
import type { InstallerSettings } from "../api/settings.ts";
import type { CoreMetadata } from "@murre/wheel";

/** `murre pip show`. Writes nothing into the environment. */
export function showInstalled(settings: InstallerSettings, options: ShowOptions): Promise<ShowReport> {
  const origins = new Origins();
  const shown = withReadOperation(settings, options, (target) => {
    const installed = readInstalled(target.visible);
    const requirers = new Map<string, string[]>();
    for (const distribution of installed)
      for (const required of requiredNames(distribution, target.interpreter.markerEnvironment))
        requirers.set(required, [...(requirers.get(required) ?? []), distribution.normalizedName]);
    const names = [...new Set(options.names.map(normalizeName))];
    const byName = new Map(installed.map((distribution) => [distribution.normalizedName, distribution]));
    const distributions = names.flatMap((name) => {
      const distribution = byName.get(name);
      if (distribution === undefined) return [];
      const requires = requiredNames(distribution, target.interpreter.markerEnvironment);
      const files = options.files === true ? { files: readInstalledRecord(distribution).map(({ path }) => path) } : {};
      return [
        {
          ...describeInstalled(distribution, origins),
          ...shownFields(distribution),
          requires,
          requiredBy: requirers.get(name) ?? [],
          ...files,
        },
      ];
    });
    return { distributions, missing: names.filter((name) => !byName.has(name)) };
  });
  return shown.finally(() => origins.tell(options.onEvent));
}

function shownFields(
  distribution: InstalledDistribution,
): Pick<ShownDistribution, "summary" | "homePage" | "author" | "authorEmail" | "license"> {
  const metadata = metadataOf(distribution);
  const field = (name: string) => metadata?.fields.get(name)?.[0];
  const homePage = field("home-page") ?? projectUrl(metadata, "homepage");
  const author = field("author");
  const authorEmail = field("author-email");
  // PEP 639 before the old free text.
  const license = field("license-expression") ?? field("license");
  return {
    ...(metadata?.summary === undefined ? {} : { summary: metadata.summary }),
    ...(homePage === undefined ? {} : { homePage }),
    ...(author === undefined ? {} : { author }),
    ...(authorEmail === undefined ? {} : { authorEmail }),
    ...(license === undefined ? {} : { license }),
  };
}

function projectUrl(metadata: CoreMetadata | undefined, label: string): string | undefined {
  for (const value of metadata?.fields.get("project-url") ?? []) {
    const [name = "", url] = value.split(/,\s*/, 2);
    if (name.trim().toLowerCase() === label) return url;
  }
  return undefined;
}
