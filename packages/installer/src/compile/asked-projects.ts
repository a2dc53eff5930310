import { Requirement, type MarkerEnvironment, type NormalizedName } from "@murre/pep508";
import { markerOf } from "../wanted/overrides.ts";
import type { HashDemand } from "../wanted/resolved.ts";
import { readEntry, type GatheredRequirements, type WantedProject } from "../wanted/gather-requirements.ts";

/**
 * What each entry asks for, by itself and with its marker: for who wants to know when a distribution is wanted.
 * @param environment in which it is wanted; undefined: anywhere
 * @throws {UnsupportedRequirement}
 */
export function askedProjects(
  { entries }: Pick<GatheredRequirements, "entries">,
  environment: MarkerEnvironment | undefined,
): readonly WantedProject[] {
  return entries.flatMap((entry) => {
    const project = readEntry(entry, environment);
    if (project === undefined) return [];
    const marker = markerOf(entry);
    if (marker === undefined) return [project];
    const { name, extras, specifiers, url } = project.requirement;
    return [{ ...project, requirement: new Requirement(name, extras, specifiers, url, marker) }];
  });
}

/** What is said of a project's bytes anywhere: a file for one environment has to have one of the hashes that are given for all of them. */
export function demandsAnywhere(
  projects: readonly Pick<WantedProject, "name" | "hashes">[],
): ReadonlyMap<NormalizedName, readonly HashDemand[]> {
  const demands = new Map<NormalizedName, readonly HashDemand[]>();
  for (const { name, hashes } of projects) {
    const known = demands.get(name);
    if (hashes.length > 0) demands.set(name, known === undefined ? hashes : [oneOf([...known, ...hashes])]);
  }
  return demands;
}

function oneOf(demands: readonly HashDemand[]): HashDemand {
  const digests = new Map<string, string[]>();
  for (const demand of demands)
    for (const [algorithm, accepted] of Object.entries(demand.digests))
      digests.set(algorithm, [...(digests.get(algorithm) ?? []), ...accepted]);
  return { digests: Object.fromEntries(digests), origin: demands[0]?.origin ?? "" };
}
