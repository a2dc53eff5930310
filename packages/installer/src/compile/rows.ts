import type { MarkerEnvironment, NormalizedName } from "@murre/pep508";
import type {
  AcceptedHashes,
  CompiledPlace,
  CompiledRequirement,
  Origin,
  RequirementSource,
} from "@murre/requirements";
import type { DistributionFile } from "@murre/index-client";
import type { ResolutionGraph } from "../resolve/resolution-request.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { entryName } from "../wanted/overrides.ts";
import { withoutFragment } from "../wanted/source-url.ts";

/** What was found, ready to be written: who asked for it, and where it comes from. */
export interface Compiled {
  readonly resolved: readonly ResolvedDistribution[];
  readonly graph: ResolutionGraph;
  /** As it was asked for, before sources got their names: paths are written as the user wrote them. */
  readonly asked: Pick<GatheredRequirements, "entries">;
  /** With the names of all sources. */
  readonly named: Pick<GatheredRequirements, "entries" | "constraints" | "replacements" | "sources">;
  readonly hashes: ReadonlyMap<NormalizedName, AcceptedHashes>;
  readonly environment: MarkerEnvironment;
}

export function compiledRows(compiled: Compiled): CompiledRequirement[] {
  const { resolved, graph, hashes } = compiled;
  const sources = sourcesOf(compiled);
  const dependents = new Map<NormalizedName, NormalizedName[]>();
  for (const [name, { needs }] of graph)
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), name]);
  return resolved.map((distribution): CompiledRequirement => {
    const { name, version } = distribution;
    const place = placeOf(distribution, compiled.asked);
    const { index } = distribution.source as Partial<DistributionFile>;
    return {
      name,
      version,
      extras: graph.get(name)?.extras ?? [],
      dependents: dependents.get(name) ?? [],
      sources: sources.get(name) ?? [],
      hashes: hashes.get(name) ?? {},
      ...(place === undefined ? {} : { place }),
      ...(index === undefined ? {} : { index: index.replace(/\/$/, "") }),
    };
  });
}

/** A path is written as the user wrote it; whatever else has a place, by its URL. */
function placeOf(
  { directUrl, source: { isEditable = false } }: ResolvedDistribution,
  { entries }: Compiled["asked"],
): CompiledPlace | undefined {
  if (directUrl === undefined) return undefined;
  const entry = entries.find(
    (one) =>
      one.kind === (isEditable ? "editable" : "direct") &&
      one.reference.url === withoutFragment(directUrl) &&
      !/^[a-z][a-z\d+.-]+:/i.test(one.text),
  );
  if (isEditable) return { kind: "editable", location: entry === undefined ? directUrl : pathIn(entry.text) };
  if (entry === undefined) return { kind: "url", url: directUrl };
  return { kind: "path", path: pathIn(entry.text) };
}

/** Without extras and marker. */
function pathIn(text: string): string {
  const marker = text.indexOf(" ;");
  const path = (marker < 0 ? text : text.slice(0, marker)).trim();
  return path.endsWith("]") ? path.slice(0, path.lastIndexOf("[")) : path;
}

/** Which files name each project. What stands nowhere, as a word of the command line and a line of standard input, is no source. */
function sourcesOf({ named, environment }: Compiled): ReadonlyMap<NormalizedName, readonly RequirementSource[]> {
  const found = new Map<NormalizedName, RequirementSource[]>();
  const add = (name: NormalizedName, source: RequirementSource) =>
    found.set(name, [...(found.get(name) ?? []), source]);
  for (const [kind, entries] of [
    ["requirements", named.entries],
    ["overrides", named.replacements.overrides],
  ] as const)
    for (const entry of entries) {
      const name = entryName(entry);
      const applies = (entry.kind === "named" ? entry.requirement : entry.reference).marker?.evaluate(environment);
      const source = named.sources.has(entry) ? named.sources.get(entry) : fileOf(kind, entry.origin);
      if (name !== undefined && applies !== false && source !== undefined) add(name, source);
    }
  for (const { requirement, origin } of named.constraints)
    if (requirement.marker?.evaluate(environment) !== false)
      add(requirement.normalizedName, { kind: "constraints", file: origin.file });
  return found;
}

function fileOf(kind: RequirementSource["kind"], origin: Origin | undefined): RequirementSource | undefined {
  return origin === undefined || origin.file === "-" ? undefined : { kind, file: origin.file };
}
