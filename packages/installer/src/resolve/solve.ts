import type { IndexClient } from "@murre/index-client";
import { supportedTags } from "@murre/platform-tags";
import { redactUrl, type NormalizedName } from "@murre/pep508";
import { readInstalledMetadata, type InstalledDistribution } from "@murre/python";
import { resolvePython, type DistributionMetadata } from "@murre/resolver";
import { describePython, type TargetPython } from "../options/target-python.ts";
import type { HashDemand } from "../wanted/resolved.ts";
import { IndexSource, type IndexedFile } from "./index-source.ts";
import type { Chosen, Solution } from "./resolution-document.ts";
import type { ResolutionRequest } from "./resolution-request.ts";
import { statedIn } from "../wanted/origin.ts";
import { tellHints } from "./failure/tell-hints.ts";
import { FailedReleases } from "./source-metadata.ts";
import type { ReadWholeDistribution } from "./source-reader.ts";

/** What a solution is found with. */
export interface SolverServices {
  readonly client: IndexClient;
  readonly readWhole: ReadWholeDistribution;
  /** What the user says of the bytes of projects. */
  readonly demands: ReadonlyMap<NormalizedName, readonly HashDemand[]>;
}

/**
 * Asks the indexes, and solves.
 * @throws {NoSolution}, and what the index client and the wheels throw.
 */
export async function solve(
  request: ResolutionRequest,
  python: TargetPython,
  { client, readWhole, demands }: SolverServices,
): Promise<Solution> {
  const { wanted, installed } = request;
  const { markerEnvironment, tagTarget, ignoresRequiresPython = false } = python;
  const requirements = wanted.map(({ requirement }) => requirement);
  const constraints = request.constraints.map(({ requirement }) => requirement);
  const failed = new FailedReleases([...requirements, ...constraints]);
  const tags = supportedTags(tagTarget);
  const source = new IndexSource(client, {
    wanted,
    editables: request.editables,
    demands,
    formats: request.formats,
    uploadedBefore: request.uploadedBefore,
    requireHashes: request.requireHashes,
    target: { tags, description: describePython(python) },
    readWhole,
    claims: request.claims,
    failed,
  });
  const outcome = await resolvePython<IndexedFile>({
    requirements,
    constraints,
    target: { markerEnvironment, tags, ignoresRequiresPython },
    source,
    formats: request.formats,
    refusedUrl: request.refusedUrl,
    prereleases: request.prereleases,
    ...(request.prefersWheels === undefined ? {} : { prefersWheels: request.prefersWheels }),
    ...(request.strategy === undefined ? {} : { strategy: request.strategy }),
    ...(request.overrides === undefined ? {} : { overrides: request.overrides.map(({ requirement }) => requirement) }),
    ...(request.excludes === undefined ? {} : { excludes: request.excludes }),
    ...(request.preferences === undefined ? {} : { preferences: request.preferences }),
    installed: new Map(installed.map((distribution) => [distribution.normalizedName, installedMetadata(distribution)])),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    stated: statedIn(request),
    knownNames: () => installed.map(({ normalizedName }) => normalizedName),
    ...(request.asker === undefined ? {} : { asker: request.asker }),
    onRepair: (text, meant) =>
      request.onEvent({
        type: "debug",
        message: `published metadata says ${redactUrl(text)}: read as ${redactUrl(meant)}`,
      }),
  });
  if (outcome.kind === "no-solution") {
    const { message, proof } = outcome;
    throw failed.whyNoSolution(message, proof, await tellHints(outcome.hints, client));
  }
  const chosen: Chosen[] = [];
  const satisfied: NormalizedName[] = [];
  for (const { name, version, from } of outcome.distributions) {
    if (from.kind === "installed") satisfied.push(name);
    else if (from.kind === "url") chosen.push({ name, version, url: from.url });
    else {
      const claimed = source.claimed(from.file);
      chosen.push({ name, version, file: from.file, ...(claimed === undefined ? {} : { claimed }) });
    }
  }
  const graph = outcome.distributions.map(({ name, needs, extras }) => [name, needs, extras] as const);
  return {
    chosen,
    satisfied,
    warnings: [...outcome.warnings, ...failed.warnings],
    ...(request.wantsGraph === true ? { graph } : {}),
  };
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
