import type { IndexClient } from "@murre/index-client";
import { redactUrl, type NormalizedName } from "@murre/pep508";
import { readInstalledMetadata, type InstalledDistribution } from "@murre/python";
import { resolvePython, type AllowedFormats, type DistributionMetadata, type PythonOutcome } from "@murre/resolver";
import type { Constraint } from "@murre/requirements";
import { hashMissing } from "../wanted/accepted-hashes.ts";
import type { OnEvent } from "../api/events.ts";
import { constrainedHashes, directSource, refuseVersion, type WantedProject } from "../wanted/gather-requirements.ts";
import { IndexSource, type IndexedFile } from "./index-source.ts";
import type { ReadWholeDistribution } from "./source-reader.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { HashDemand, ResolvedDistribution } from "../wanted/resolved.ts";
import { FailedReleases } from "./source-metadata.ts";
import { describeInterpreter, type TargetEnvironment } from "../operation/target-environment.ts";
import type { RefusedUrl } from "./transitive-urls.ts";
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
  readonly claims: MetadataClaims;
  readonly refusedUrl: RefusedUrl;
}

export interface Resolution {
  /** What has to come from an index or a URL. */
  readonly resolved: readonly ResolvedDistribution[];
  /** Installed distributions that the solution uses as they are. */
  readonly satisfied: readonly NormalizedName[];
  readonly warnings: readonly string[];
}

/**
 * Resolves requirements and everything they need.
 * @throws {NoSolution} {HashRequired}, and what the index client and the wheels throw.
 */
export function resolveDependencies(
  request: ResolutionRequest,
  target: TargetEnvironment,
  client: IndexClient,
  readWhole: ReadWholeDistribution,
): Promise<Resolution> {
  return client.whilePagesHold(() => resolveOnce(request, target, client, readWhole));
}

async function resolveOnce(
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
  const source = new IndexSource(client, {
    wanted,
    demands,
    formats: request.formats,
    requireHashes: request.requireHashes,
    target: { tags, description: describeInterpreter(target) },
    readWhole,
    claims: request.claims,
    failed,
  });
  const outcome = await resolvePython<IndexedFile>({
    requirements,
    constraints,
    target: { markerEnvironment, tags },
    source,
    formats: request.formats,
    refusedUrl: request.refusedUrl,
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
  const { warnings, ...solution } = collect(outcome, { ...request, demands, source });
  return { ...solution, warnings: [...warnings, ...failed.warnings] };
}

interface KnownRequest extends ResolutionRequest {
  readonly source: IndexSource;
  /** What the user says of the bytes of projects. */
  readonly demands: ReadonlyMap<NormalizedName, readonly HashDemand[]>;
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
  { distributions, warnings }: Extract<PythonOutcome<IndexedFile>, { kind: "solution" }>,
  { wanted, requireHashes, demands, source }: KnownRequest,
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
    const claimed = from.kind === "index" ? source.claimed(from.file) : undefined;
    if (from.kind === "url" && project !== undefined) refuseVersion(project, version);
    resolved.push({
      name,
      version,
      source: from.kind === "url" ? directSource(from.url, hashes) : from.file,
      hashes,
      requested: project !== undefined,
      ...(claimed === undefined ? {} : { claimed }),
      ...(from.kind === "url" ? { directUrl: from.url } : {}),
    });
  }
  return { resolved, satisfied, warnings };
}
