import type { MarkerEnvironment, NormalizedName } from "@murre/pep508";
import type {
  AcceptedHashes,
  CompiledPlace,
  CompiledRequirement,
  Origin,
  RequirementSource,
} from "@murre/requirements";
import type { DistributionFile } from "@murre/index-client";
import type { MarkedDistribution } from "./resolve-marked.ts";
import { directReference, directUrlInfo, eggReference } from "../wanted/direct-url-info.ts";
import { entryName, isWanted, markerOf } from "../wanted/overrides.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { withoutFragment } from "../wanted/source-url.ts";

/** What was found, ready to be written: who asked for it, and where it comes from. */
export interface Compiled {
  readonly distributions: readonly MarkedDistribution[];
  /** As it was asked for, before sources got their names: paths are written as the user wrote them. */
  readonly asked: Pick<GatheredRequirements, "entries">;
  /** With the names of all sources. */
  readonly named: Pick<GatheredRequirements, "entries" | "constraints" | "replacements" | "sources" | "askedFolders">;
  readonly hashes: ReadonlyMap<MarkedDistribution, AcceptedHashes>;
  /** Whose requirements count; undefined: those of all. */
  readonly environment: MarkerEnvironment | undefined;
}

export function compiledRows(compiled: Compiled): CompiledRequirement[] {
  const { hashes } = compiled;
  const sources = sourcesOf(compiled);
  const { distributions, askers } = withoutAsked(compiled.distributions, compiled.named);
  return distributions.map((one): CompiledRequirement => {
    const { distribution, marker, extras } = one;
    const { name, version } = distribution;
    const place = placeOf(distribution, compiled);
    const { index } = distribution.source as Partial<DistributionFile>;
    const dependents = distributions.filter(({ needs }) => needs.some((need) => isNeed(need, distribution)));
    return {
      name,
      version,
      extras,
      dependents: dependents.map((other) => other.distribution.name),
      sources: [
        ...(sources.get(name) ?? []),
        ...askers.flatMap(({ needs, source }) => (needs.some((need) => isNeed(need, distribution)) ? [source] : [])),
      ],
      hashes: hashes.get(one) ?? {},
      ...(marker === undefined ? {} : { marker }),
      ...(place === undefined ? {} : { place }),
      ...(index === undefined ? {} : { index: index.replace(/\/$/, "") }),
    };
  });
}

/** Projects of which only what they need is wanted are no part of the result, but who asks for it. */
export function withoutAsked(
  all: readonly MarkedDistribution[],
  { askedFolders = new Map() }: Pick<GatheredRequirements, "askedFolders">,
) {
  const fileOf = ({ distribution: { directUrl, requested } }: MarkedDistribution) =>
    requested && directUrl !== undefined ? askedFolders.get(directUrl) : undefined;
  return {
    distributions: all.filter((one) => fileOf(one) === undefined),
    askers: all.flatMap((one) => {
      const file = fileOf(one);
      if (file === undefined) return [];
      const source: RequirementSource = { kind: "requirements", file, project: one.distribution.name };
      return [{ needs: one.needs, source }];
    }),
  };
}

/** Whether it is this distribution that is needed. */
export function isNeed(
  { name, version, url }: MarkedDistribution["needs"][number],
  { directUrl, ...distribution }: ResolvedDistribution,
): boolean {
  return name === distribution.name && version === distribution.version && url === directUrl;
}

/** A path is written as the user wrote it; whatever else has a place, by its URL. */
function placeOf(
  { name, directUrl, source }: ResolvedDistribution,
  { asked: { entries }, named }: Compiled,
): CompiledPlace | undefined {
  if (directUrl === undefined) return undefined;
  const { commit, isEditable = false } = source;
  // What a branch names now is what was chosen.
  if (commit !== undefined) {
    const { subdirectory, ...info } = directUrlInfo(directUrl, undefined, source);
    const isNamedEditable = named.entries.some(
      (one) => one.kind === "named" && one.isEditable === true && one.requirement.url === directUrl,
    );
    if (isNamedEditable) return { kind: "editable", location: eggReference(directReference(info), name, subdirectory) };
    return { kind: "url", url: directReference({ ...info, ...(subdirectory === undefined ? {} : { subdirectory }) }) };
  }
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
      const source = named.sources.has(entry) ? named.sources.get(entry) : fileOf(kind, entry.origin);
      if (name !== undefined && isWanted(markerOf(entry), environment) && source !== undefined) add(name, source);
    }
  for (const constraint of named.constraints) {
    const { requirement, origin } = constraint;
    if (isWanted(requirement.marker, environment))
      add(requirement.normalizedName, named.sources.get(constraint) ?? { kind: "constraints", file: origin.file });
  }
  return found;
}

function fileOf(kind: RequirementSource["kind"], origin: Origin | undefined): RequirementSource | undefined {
  return origin === undefined || origin.file === "-" ? undefined : { kind, file: origin.file };
}
