import type { Condition, Conditions, NormalizedName, Requirement } from "@murre/pep508";
import { rootName } from "../needs.ts";
import { isPin } from "../candidates/project.ts";
import type { Search } from "../resolve-python.ts";
import type { DistributionFile } from "../candidates/source.ts";
import { conditionOf } from "./fork.ts";

export interface Followed {
  readonly reached: ReadonlyMap<string, Condition>;
  readonly edges: ReadonlyMap<NormalizedName, ReadonlyMap<NormalizedName, Condition>>;
}

/** Where each package is reached from the root, and where each project needs another one. It yields where it may be interrupted. */
export function* follow<File extends DistributionFile>(
  conditions: Conditions,
  search: Search<File>,
): Generator<undefined, Followed, void> {
  const reached = new Map<string, Condition>([[rootName, conditions.always]]);
  const edges = new Map<NormalizedName, Map<NormalizedName, Condition>>();
  const pending = new Set<string>([rootName]);
  const reach = (name: string, where: Condition) => {
    const before = reached.get(name) ?? conditions.never;
    const now = before.or(where);
    if (now === before) return;
    reached.set(name, now);
    pending.add(name);
  };
  for (const name of pending) {
    yield;
    // What is reached in more environments later is looked at again.
    pending.delete(name);
    const own = search.provider.packages.get(name);
    const here = reached.get(name)!;
    if (own?.extra !== undefined) reach(own.project, here);
    for (const need of needsOf(search, name)) {
      const where = here.and(conditionOf(conditions, need, own?.extra));
      for (const needed of need.names) reach(needed, where);
      if (own === undefined || own.project === need.project) continue;
      const others = edges.get(own.project) ?? new Map<NormalizedName, Condition>();
      edges.set(own.project, others.set(need.project, (others.get(need.project) ?? conditions.never).or(where)));
    }
  }
  return { reached, edges };
}

/** What to split by where a yanked release is taken that nothing pins in a part of the environments (PEP 592); nothing where there is none. */
export function* splitsByPins<File extends DistributionFile>(
  conditions: Conditions,
  scope: Condition,
  search: Search<File>,
  constraints: readonly Requirement[],
): Generator<undefined, Condition[], void> {
  const yanked = new Map<NormalizedName, string>();
  for (const [name, version] of search.versions) {
    const project = search.catalog.project(name as NormalizedName);
    if (project?.releases[version]!.yanked === true) yanked.set(project.name, project.version(version).toString());
  }
  if (yanked.size === 0) return [];
  const { reached } = yield* follow(conditions, search);
  for (const [project, version] of yanked) {
    const splits: Condition[] = [];
    let pinned = conditions.never;
    const pin = ({ specifiers }: Requirement, here: Condition, where: Condition): void => {
      if (!specifiers.specifiers.some(isPin) || !specifiers.contains(version, { prereleases: true })) return;
      pinned = pinned.or(here.and(where));
      splits.push(where, here);
    };
    for (const [name, here] of reached)
      for (const need of needsOf(search, name))
        if (need.project === project)
          pin(need.requirement, here, conditionOf(conditions, need, search.provider.packages.get(name)?.extra));
    for (const constraint of constraints)
      if (constraint.normalizedName === project)
        pin(constraint, conditions.always, conditions.of(constraint.marker).withExtra());
    if (!scope.and(reached.get(project) ?? conditions.never).implies(pinned)) return splits;
  }
  return [];
}

function needsOf<File extends DistributionFile>({ provider, versions }: Search<File>, name: string) {
  return provider.needs(name, name === rootName ? 0 : versions.get(name)!);
}
