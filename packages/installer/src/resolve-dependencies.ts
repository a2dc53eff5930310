import type { DistributionFile, IndexClient, PageRelease } from "@murre/index-client";
import { redactUrl, type NormalizedName, type Requirement } from "@murre/pep508";
import { readInstalledMetadata, type InstalledDistribution } from "@murre/python";
import {
  resolvePython,
  type AllowedFormats,
  type DistributionMetadata,
  type PythonOutcome,
  type PythonSource,
  type Unavailable,
} from "@murre/resolver";
import type { AcceptedHashes } from "@murre/requirements";
import { parseMetadata } from "@murre/wheel";
import { mayBeAccepted } from "./accepted-hashes.ts";
import type { WheelTarget } from "./choose-file.ts";
import { HashRequired } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import { directSource, refuseVersion, type WantedProject } from "./gather-requirements.ts";
import type { ResolvedDistribution, WheelSource } from "./resolved.ts";
import { FailedReleases, foreignMetadata, foreignWheel } from "./source-metadata.ts";
import { describeInterpreter, type TargetEnvironment } from "./target-environment.ts";
import { otherTags, refuseOtherTags } from "./wheel-tags.ts";
import { supportedTags } from "@murre/platform-tags";

/** What is asked for, in the resolver's terms. */
export interface ResolutionRequest {
  readonly wanted: readonly WantedProject[];
  readonly constraints: readonly Requirement[];
  /** What is installed and may stay: it is not looked up as long as it satisfies. */
  readonly installed: readonly InstalledDistribution[];
  readonly prereleases: boolean;
  readonly requireHashes: boolean;
  readonly formats: (project: NormalizedName) => AllowedFormats;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

export interface Resolution {
  /** What has to come from an index or a URL. */
  readonly resolved: readonly ResolvedDistribution[];
  /** Installed distributions that the solution uses as they are. */
  readonly satisfied: readonly NormalizedName[];
  readonly warnings: readonly string[];
}

/** How metadata is had where nothing less tells it: from the whole wheel, or from a source and its backend. */
export type ReadWholeDistribution = (
  source: WheelSource,
  project: NormalizedName,
  /** The user's own: of a source, none of whose code runs before its archive is one of them. */
  accepted: AcceptedHashes,
) => Promise<string>;

/**
 * Resolves requirements and everything they need.
 * @throws {NoSolution} {HashRequired}, and what the index client and the wheels throw.
 */
export async function resolveDependencies(
  request: ResolutionRequest,
  target: TargetEnvironment,
  client: IndexClient,
  readWhole: ReadWholeDistribution,
): Promise<Resolution> {
  const { wanted, installed, constraints } = request;
  const failed = new FailedReleases([...wanted.map(({ requirement }) => requirement), ...constraints]);
  const tags = supportedTags(target.interpreter.tagTarget);
  const outcome = await resolvePython<DistributionFile>({
    requirements: wanted.map(({ requirement }) => requirement),
    constraints,
    target: {
      markerEnvironment: target.interpreter.markerEnvironment,
      tags,
    },
    source: openSource(request, client, readWhole, failed, { tags, description: describeInterpreter(target) }),
    formats: request.formats,
    ...(request.prereleases ? { prereleases: "allow" } : {}),
    installed: new Map(installed.map((distribution) => [distribution.normalizedName, installedMetadata(distribution)])),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    onRepair: (text, meant) =>
      request.onEvent({
        type: "debug",
        message: `published metadata says ${redactUrl(text)}: read as ${redactUrl(meant)}`,
      }),
  });
  if (outcome.kind === "no-solution") throw failed.whyNoSolution(outcome.message);
  const { warnings, ...solution } = collect(outcome, request);
  return { ...solution, warnings: [...warnings, ...failed.warnings] };
}

function openSource(
  { wanted, formats }: ResolutionRequest,
  client: IndexClient,
  readWhole: ReadWholeDistribution,
  failed: FailedReleases,
  target: Pick<WheelTarget, "tags" | "description">,
): PythonSource<DistributionFile> {
  const hashes = new Map(wanted.map((project) => [project.name, project.hashes]));
  const listed = new Map<NormalizedName, readonly PageRelease[]>();
  return {
    async files(project) {
      try {
        const found = await client.findFiles(project);
        listed.set(project, found.releases);
        const accepted = hashes.get(project);
        if (accepted === undefined || Object.keys(accepted).length === 0) return { releases: found.releases };
        return found.files.filter((file) => mayBeAccepted(file.hashes, accepted));
      } catch (error) {
        // By name and code: two copies of a package may be loaded.
        if ((error as { code?: unknown }).code === "MURRE_PROJECT_NOT_FOUND") return undefined;
        throw error;
      }
    },
    metadata: (file, project) =>
      readable(file.filename, async () => {
        const accepted = hashes.get(project) ?? {};
        if (file.kind === "wheel") return (await client.metadata(file)) ?? readWhole(file, project, accepted);
        const wheel = foreignWheel(file, project, formats(project), listed.get(project) ?? [], accepted);
        const told = wheel === undefined ? undefined : await foreignMetadata(wheel, project, client);
        return told ?? readWhole(file, project, accepted);
      }).catch((error: unknown) => failed.passOver(project, error, listed.get(project)?.length)),
    async urlMetadata(url, project) {
      const accepted = hashes.get(project) ?? {};
      const source = directSource(url, accepted);
      const named = wanted.find((one) => one.name === project && one.url === url);
      if (named !== undefined) refuseOtherTags(named, source.filename, target);
      const reason = otherTags(source.filename, target.tags);
      if (reason !== undefined)
        return { unavailable: `${source.filename} is not for ${target.description}: ${reason}` };
      return readable(source.filename, () => readWhole(source, project, accepted));
    },
  };
}

/** A release whose metadata nobody can read is passed over, as if it were not there (uv and pip do so). */
async function readable(filename: string, read: () => Promise<string>): Promise<DistributionMetadata | Unavailable> {
  try {
    return parseMetadata(await read(), filename);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code === "MURRE_INVALID_METADATA" || code === "MURRE_INVALID_WHEEL" || code === "MURRE_NOT_A_ZIP")
      return { unavailable: message };
    throw error;
  }
}

/** Read when the resolver asks: most of what is installed is never looked at. */
function installedMetadata(distribution: InstalledDistribution): DistributionMetadata {
  let read: DistributionMetadata | undefined;
  const metadata = (): DistributionMetadata => (read ??= readInstalledMetadata(distribution));
  return {
    version: distribution.version,
    get requiresDist() {
      return metadata().requiresDist;
    },
    get requiresPython() {
      return metadata().requiresPython;
    },
    get providesExtra() {
      return metadata().providesExtra;
    },
  };
}

function collect(
  { distributions, warnings }: Extract<PythonOutcome<DistributionFile>, { kind: "solution" }>,
  { wanted, requireHashes }: ResolutionRequest,
): Resolution {
  const asked = new Map(wanted.map((project) => [project.name, project]));
  const resolved: ResolvedDistribution[] = [];
  const satisfied: NormalizedName[] = [];
  for (const { name, version, from } of distributions) {
    if (from.kind === "installed") {
      satisfied.push(name);
      continue;
    }
    const project = asked.get(name);
    const hashes = project?.hashes ?? {};
    if (requireHashes && Object.keys(hashes).length === 0)
      throw new HashRequired(
        `${name}==${version}`,
        "hashes are required, and it has none",
        project?.origin ?? "a dependency",
      );
    if (from.kind === "url" && project !== undefined) refuseVersion(project, version);
    resolved.push({
      name,
      version,
      source: from.kind === "url" ? directSource(from.url, hashes) : from.file,
      hashes,
      requested: project !== undefined,
      ...(from.kind === "url" ? { directUrl: from.url } : {}),
    });
  }
  return { resolved, satisfied, warnings };
}
