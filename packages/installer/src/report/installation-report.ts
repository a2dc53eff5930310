import { makeTemporaryFolder } from "@murre/files";
import type { DistributionFile, IndexClient } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import type { DirectUrl } from "@murre/python";
import { parseMetadata } from "@murre/wheel";
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { InstallOptions } from "../api/operations.ts";
import type { InstallationReport, ReportedInstallation } from "../api/report-format.ts";
import type { ChangeReport } from "../api/reports.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import type { SourceReader } from "../resolve/source-reader.ts";
import { directUrlInfo } from "../wanted/direct-url-info.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { withoutFragment } from "../wanted/source-url.ts";
import { metadataJson } from "./metadata-json.ts";

interface ReportedChange {
  readonly report: ChangeReport;
  /** What was wanted, of which the report says what was missing. */
  readonly resolved: readonly ResolvedDistribution[];
  readonly options: Pick<InstallOptions, "report" | "reportFile">;
}

/** Adds pip's `--report` to the report of a change, and writes it into the file that is to have it. */
export async function reportInstallation(
  operation: ChangeOperation,
  request: Request,
  sources: SourceReader,
  { report, resolved, options }: ReportedChange,
): Promise<ChangeReport> {
  const names = new Set(report.added.map(({ name }) => name));
  const added = resolved.filter(({ name }) => names.has(name));
  const detail = options.reportFile === undefined ? (options.report ?? "whole") : "whole";
  const installation = await installationReport(operation, request, sources, added, detail);
  if (options.reportFile !== undefined) {
    const { default: writeFileAtomic } = await import("write-file-atomic");
    const file = resolve(operation.settings.cwd, options.reportFile);
    await writeFileAtomic(file, `${JSON.stringify(installation, undefined, 2)}\n`);
  }
  return { ...report, installation };
}

/**
 * What pip's `--report` has of these distributions (https://pip.pypa.io/en/stable/reference/installation-report/).
 * @param detail `files`: of the metadata only name and version, for which nobody has to be asked
 */
async function installationReport(
  { python, settings, signal }: Pick<ChangeOperation, "python" | "settings" | "signal">,
  { gathered, client }: Pick<Request, "gathered" | "client">,
  sources: SourceReader,
  added: readonly ResolvedDistribution[],
  detail: "files" | "whole",
): Promise<InstallationReport> {
  const extras = new Map<NormalizedName, ReadonlySet<string>>();
  for (const entry of gathered.entries) {
    if (entry.kind !== "named") continue;
    const { normalizedName, extras: asked } = entry.requirement;
    extras.set(normalizedName, new Set([...(extras.get(normalizedName) ?? []), ...asked]));
  }
  const describe = async (one: ResolvedDistribution): Promise<ReportedInstallation> => {
    const { name, version, requested, directUrl } = one;
    const asked = [...(extras.get(name) ?? [])].toSorted();
    const { yanked = false } = one.source as Partial<DistributionFile>;
    return {
      download_info: downloadInfo(one),
      is_direct: directUrl !== undefined,
      is_yanked: yanked !== false,
      requested,
      ...(asked.length === 0 ? {} : { requested_extras: asked }),
      metadata:
        detail === "files"
          ? { name, version }
          : metadataJson(parseMetadata(await metadataText(one, client, sources, signal), one.source.filename)),
    };
  };
  return {
    version: "1",
    pip_version: `murre ${settings.version}`,
    install: await Promise.all(added.map(describe)),
    environment: { ...python.markerEnvironment },
  };
}

/** As direct_url.json (PEP 610) of what comes from a URL; pip writes the same of an index's file. */
function downloadInfo({ source, directUrl }: ResolvedDistribution): DirectUrl {
  const { sha256 } = source.hashes;
  if (directUrl !== undefined) return directUrlInfo(directUrl, sha256, source);
  const [first] = sha256 === undefined ? Object.entries(source.hashes) : [["sha256", sha256] as const];
  const hashes = first === undefined ? {} : { hash: first.join("="), hashes: { ...source.hashes } };
  return { url: withoutFragment(source.url), archive_info: hashes };
}

/** METADATA as a whole, of which a resolution keeps only what it reads: the file beside the wheel (PEP 658), else that in the wheel itself. */
async function metadataText(
  { name, source, hashes }: ResolvedDistribution,
  client: IndexClient,
  sources: SourceReader,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { coreMetadata } = source as Partial<DistributionFile>;
  if (coreMetadata === undefined || source.url.startsWith("file:")) return sources.readWhole(source, name, hashes);
  const folder = makeTemporaryFolder("murre-report-");
  try {
    const into = join(folder, "METADATA");
    const file = { url: `${source.url}.metadata`, hashes: coreMetadata === true ? {} : coreMetadata };
    await client.download(file, { into, ...(signal === undefined ? {} : { signal }) });
    return await readFile(into, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
