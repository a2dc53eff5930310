import type { DistributionFile, IndexClient, PageRelease } from "@murre/index-client";
import { redactUrl, type NormalizedName } from "@murre/pep508";
import { readInstalledMetadata, type InstalledDistribution } from "@murre/python";
import {
  resolvePython,
  type AllowedFormats,
  type DistributionMetadata,
  type PythonOutcome,
  type PythonSource,
  type Unavailable,
} from "@murre/resolver";
import type { Constraint } from "@murre/requirements";
import { parseMetadata } from "@murre/wheel";
import { hashMissing, refusingDemand, type HashDemand } from "./accepted-hashes.ts";
import type { WheelTarget } from "./choose-file.ts";
import type { OnEvent } from "./events.ts";
import { constrainedHashes, directSource, refuseVersion, type WantedProject } from "./gather-requirements.ts";
import type { ResolvedDistribution, WheelSource } from "./resolved.ts";
import { FailedReleases, foreignMetadata, foreignWheel } from "./source-metadata.ts";
import { describeInterpreter, type TargetEnvironment } from "./target-environment.ts";
import { otherTags, refuseOtherTags } from "./wheel-tags.ts";
import { supportedTags } from "@murre/platform-tags";

/** What is asked for, in the resolver's terms. */
export interface ResolutionRequest {
  readonly wanted: readonly WantedProject[];
  readonly constraints: readonly Constraint[];
  /** What is installed and may stay: it is not looked up as long as it satisfies. */
  readonly installed: readonly InstalledDistribution[];
  readonly prereleases: boolean;
  readonly requireHashes: boolean;
  readonly formats: (project: NormalizedName) => AllowedFormats;
  readonly signal?: AbortSignal | undefined;
  /** Whose requirements they are; default: the user's. */
  readonly asker?: { readonly root: string; readonly asks: string };
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
  /** What the user says of the bytes: none of a source's code runs before its archive is that. */
  demands: readonly HashDemand[],
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
  const { wanted, installed } = request;
  const { markerEnvironment, tagTarget } = target.interpreter;
  const requirements = wanted.map(({ requirement }) => requirement);
  const constraints = request.constraints.map(({ requirement }) => requirement);
  const failed = new FailedReleases([...requirements, ...constraints]);
  const tags = supportedTags(tagTarget);
  const demands = new Map([
    ...constrainedHashes(request.constraints, markerEnvironment),
    ...wanted.map(({ name, hashes }) => [name, hashes] as const),
  ]);
  const outcome = await resolvePython<DistributionFile>({
    requirements,
    constraints,
    target: { markerEnvironment, tags },
    source: openSource({ ...request, demands }, client, readWhole, failed, {
      tags,
      description: describeInterpreter(target),
    }),
    formats: request.formats,
    ...(request.prereleases ? { prereleases: "allow" } : {}),
    installed: new Map(installed.map((distribution) => [distribution.normalizedName, installedMetadata(distribution)])),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(request.asker === undefined ? {} : { asker: request.asker }),
    onRepair: (text, meant) =>
      request.onEvent({
        type: "debug",
        message: `published metadata says ${redactUrl(text)}: read as ${redactUrl(meant)}`,
      }),
  });
  if (outcome.kind === "no-solution") throw failed.whyNoSolution(outcome.message);
  const { warnings, ...solution } = collect(outcome, { ...request, demands });
  return { ...solution, warnings: [...warnings, ...failed.warnings] };
}

interface KnownRequest extends ResolutionRequest {
  /** What the user says of the bytes of projects. */
  readonly demands: ReadonlyMap<NormalizedName, readonly HashDemand[]>;
}

function openSource(
  { wanted, demands, formats, requireHashes }: KnownRequest,
  client: IndexClient,
  readWhole: ReadWholeDistribution,
  failed: FailedReleases,
  target: Pick<WheelTarget, "tags" | "description">,
): PythonSource<DistributionFile> {
  const listed = new Map<NormalizedName, readonly PageRelease[]>();
  const demandsOf = (project: NormalizedName) => demands.get(project) ?? [];
  const read: ReadWholeDistribution = async (source, project, hashes) => {
    // Where hashes are required, no code of a source runs that nobody gave a hash for.
    if (requireHashes && hashes.length === 0 && !source.filename.endsWith(".whl"))
      throw hashMissing(project, "a dependency");
    return readWhole(source, project, hashes);
  };
  return {
    async files(project) {
      try {
        const found = await client.findFiles(project);
        listed.set(project, found.releases);
        const hashes = demandsOf(project);
        if (hashes.length === 0) return { releases: found.releases };
        return found.files.filter((file) => refusingDemand(file.hashes, hashes) === undefined);
      } catch (error) {
        // By name and code: two copies of a package may be loaded.
        if ((error as { code?: unknown }).code === "MURRE_PROJECT_NOT_FOUND") return undefined;
        throw error;
      }
    },
    metadata: (file, project) =>
      readable(file.filename, async () => {
        const hashes = demandsOf(project);
        if (file.kind === "wheel") return (await client.metadata(file)) ?? read(file, project, hashes);
        const wheel = foreignWheel(file, project, formats(project), listed.get(project) ?? [], hashes);
        const told = wheel === undefined ? undefined : await foreignMetadata(wheel, project, client);
        return told ?? read(file, project, hashes);
      }).catch((error: unknown) => failed.passOver(project, error, listed.get(project)?.length)),
    async urlMetadata(url, project) {
      const hashes = demandsOf(project);
      const source = directSource(url, hashes);
      const named = wanted.find((one) => one.name === project && one.url === url);
      if (named !== undefined) refuseOtherTags(named, source.filename, target);
      const reason = otherTags(source.filename, target.tags);
      if (reason !== undefined)
        return { unavailable: `${source.filename} is not for ${target.description}: ${reason}` };
      return readable(source.filename, () => read(source, project, hashes));
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
  { wanted, requireHashes, demands }: KnownRequest,
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
    const hashes = demands.get(name) ?? [];
    if (requireHashes && hashes.length === 0)
      throw hashMissing(`${name}==${version}`, project?.origin ?? "a dependency");
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
