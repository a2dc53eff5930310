import type { IndexClient } from "@murre/index-client";
import type { TargetPython } from "../options/target-python.ts";
import { hashMissing, hasStrongHash } from "../wanted/accepted-hashes.ts";
import { demandsHere, directSource, refuseVersion, type WantedProject } from "../wanted/gather-requirements.ts";
import type { HashDemand, ResolvedDistribution } from "../wanted/resolved.ts";
import { rememberedSolution } from "./remembered-resolution.ts";
import type { Chosen } from "./resolution-document.ts";
import type { Resolution, ResolutionRequest } from "./resolution-request.ts";
import type { ReadWholeDistribution } from "./source-reader.ts";

/**
 * Resolves requirements and everything they need.
 * @throws {NoSolution} {HashRequired}, and what the index client and the wheels throw.
 */
export async function resolveDependencies(
  request: ResolutionRequest,
  python: TargetPython,
  client: IndexClient,
  readWhole: ReadWholeDistribution,
): Promise<Resolution> {
  const demands = demandsHere(request.wanted, request.constraints, python.markerEnvironment);
  const {
    chosen,
    satisfied,
    warnings,
    graph = [],
  } = await rememberedSolution(request, python, { client, readWhole }, async (watched, reader) => {
    // What is remembered needs no solver.
    const { solve } = await import("./solve.ts");
    return client.whilePagesHold(() => solve(watched, python, { client, readWhole: reader, demands }));
  });
  const asked = new Map(request.wanted.map((project) => [project.name, project]));
  return {
    resolved: chosen.map((one) => resolvedFrom(one, asked.get(one.name), demands.get(one.name) ?? [], request)),
    satisfied,
    warnings,
    graph: new Map(graph.map(([name, needs, extras]) => [name, { needs, extras }])),
  };
}

/** @throws {HashRequired}, and where what a URL leads to is not the version that the user asks for */
function resolvedFrom(
  chosen: Chosen,
  project: WantedProject | undefined,
  hashes: readonly HashDemand[],
  { requireHashes, commits, editables }: Pick<ResolutionRequest, "requireHashes" | "commits" | "editables">,
): ResolvedDistribution {
  const { name, version } = chosen;
  if (requireHashes && !hasStrongHash(hashes))
    throw hashMissing(`${name}==${version}`, project?.origin ?? "a dependency", hashes);
  const common = { name, version, hashes, requested: project !== undefined };
  if ("file" in chosen) {
    const { file, claimed } = chosen;
    return { ...common, source: file, ...(claimed === undefined ? {} : { claimed }) };
  }
  if (project !== undefined) refuseVersion(project, version);
  const isEditable = project?.isEditable ?? editables?.has(chosen.url) ?? false;
  return { ...common, source: directSource(chosen.url, hashes, { isEditable, commits }), directUrl: chosen.url };
}
