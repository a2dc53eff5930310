import { environmentState, recordedProvenances } from "@murre/linker";
import { normalizeName } from "@murre/pep508";
import { readInstalled, readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { describeInstalled, Origins } from "./list.ts";
import type { ShowOptions } from "../api/inspection-options.ts";
import type { ShownDistribution, ShowReport } from "../api/reports.ts";
import { metadataOf, requiredNames } from "../environment/installed-needs.ts";
import { withReadOperation } from "../environment/read-operation.ts";
import type { InstallerSettings } from "../api/settings.ts";
import type { CoreMetadata } from "@murre/wheel";

/** `murre pip show`. Writes nothing into the environment, and asks a server only where that is asked for. */
export function showInstalled(settings: InstallerSettings, options: ShowOptions): Promise<ShowReport> {
  const origins = new Origins();
  const shown = withReadOperation(settings, options, (target) => {
    const provenances = recordedProvenances(environmentState(target.destination), target.destination);
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
          ...provenanceOf(distribution, provenances),
        },
      ];
    });
    return { distributions, missing: names.filter((name) => !byName.has(name)) };
  });
  return shown.then((report) => withPublishers(settings, options, report)).finally(() => origins.tell(options.onEvent));
}

function provenanceOf({ path }: InstalledDistribution, provenances: ReadonlyMap<string, string>) {
  const provenance = provenances.get(path);
  return provenance === undefined ? {} : { provenance };
}

async function withPublishers(
  settings: InstallerSettings,
  options: ShowOptions,
  report: ShowReport,
): Promise<ShowReport> {
  if (report.distributions.every(({ provenance }) => provenance === undefined)) return report;
  const { askPublishers, knownPublishers } = await import("../report/publishers.ts");
  const find = options.attestations === true ? askPublishers : knownPublishers;
  const found = await find(settings, options, report.distributions);
  const distributions = report.distributions.map((distribution) => {
    const publishers = found.get(distribution.name);
    return publishers === undefined ? distribution : { ...distribution, publishers };
  });
  return { ...report, distributions };
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
