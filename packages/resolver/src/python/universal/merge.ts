import { compareVersions, parseVersion } from "@murre/pep440";
import type { Condition, Conditions, NormalizedName } from "@murre/pep508";
import type { ResolvedDistribution, Search } from "../resolve-python.ts";
import type { DistributionFile } from "../candidates/source.ts";
import { follow } from "./reach.ts";

/** A project that a distribution needs, in the version that is taken of it there. */
export interface UniversalNeed {
  readonly name: NormalizedName;
  readonly version: string;
  /** Where it comes from, if that is no index. */
  readonly url: string | undefined;
  /** Where it is needed, beyond where the distribution itself is wanted; undefined: everywhere. */
  readonly marker: string | undefined;
}

/** One distribution of a solution for many environments. */
export interface UniversalDistribution<File extends DistributionFile> extends Omit<
  ResolvedDistribution<File>,
  "needs"
> {
  /** All files of the index that can be used in some of the environments, in the index's order. */
  readonly files: readonly File[];
  /** Where it is wanted; undefined: with every Python of the target. */
  readonly marker: string | undefined;
  readonly condition: Condition;
  /** In the order of names, then versions. */
  readonly needs: readonly UniversalNeed[];
}

/** The solution of one fork. */
export interface SolvedFork<File extends DistributionFile> {
  readonly scope: Condition;
  /** It was solved for an environment that there is: what no marker seems to lead to is wanted all the same. */
  readonly isWhole?: boolean;
  readonly search: Search<File>;
  readonly distributions: readonly ResolvedDistribution<File>[];
  /** Of a release of a project, the files that can be used in the fork. */
  readonly usable: (project: NormalizedName, files: readonly File[]) => readonly File[];
}

interface Merged<File extends DistributionFile> {
  readonly one: ResolvedDistribution<File>;
  readonly files: Set<File>;
  readonly extras: Set<NormalizedName>;
  isDirect: boolean;
  condition: Condition;
  readonly needs: Map<string, Need>;
}

type Need = Omit<UniversalNeed, "marker"> & { condition: Condition };

/**
 * Puts the forks' solutions together: what several have in the same version and from the same place is one distribution. It yields where it may be
 * interrupted.
 * @param known what markers need not say
 */
export function* merge<File extends DistributionFile>(
  conditions: Conditions,
  known: Condition,
  forks: readonly SolvedFork<File>[],
): Generator<undefined, UniversalDistribution<File>[], void> {
  const merged = new Map<string, Merged<File>>();
  for (const fork of forks) yield* addFork(conditions, merged, fork);
  const distributions: UniversalDistribution<File>[] = [];
  for (const { one, files, extras, isDirect, condition, needs } of merged.values()) {
    yield;
    distributions.push({
      name: one.name,
      version: one.version,
      from: one.from,
      files: [...files],
      extras: [...extras].sort(),
      isDirect,
      marker: markerOf(condition, known),
      condition,
      needs: [...needs.values()]
        .map((need) => ({
          name: need.name,
          version: need.version,
          url: need.url,
          marker: markerOf(need.condition, known.and(condition)),
        }))
        .sort(inOrder),
    });
  }
  return distributions.sort((a, b) => inOrder(a, b) || compareTexts(a.marker ?? "", b.marker ?? ""));
}

function* addFork<File extends DistributionFile>(
  conditions: Conditions,
  merged: Map<string, Merged<File>>,
  { scope, isWhole = false, search, distributions, usable }: SolvedFork<File>,
): Generator<undefined, void, void> {
  const { reached, edges } = yield* follow(conditions, search);
  const selected = new Map(distributions.map((one) => [one.name, one]));
  for (const one of distributions) {
    yield;
    let condition = scope.and(reached.get(one.name) ?? conditions.never);
    // Each step on the way is possible somewhere, all of them together nowhere.
    if (condition.isNever && !isWhole) continue;
    if (condition.isNever) condition = scope;
    const key = keyOf(one);
    let entry = merged.get(key);
    if (entry === undefined) {
      entry = {
        one,
        files: new Set(),
        extras: new Set(),
        isDirect: false,
        condition: conditions.never,
        needs: new Map(),
      };
      merged.set(key, entry);
    }
    entry.condition = entry.condition.or(condition);
    entry.isDirect ||= one.isDirect;
    for (const extra of one.extras) entry.extras.add(extra);
    for (const file of usable(one.name, filesOf(search, one.name))) entry.files.add(file);
    for (const [to, needed] of edges.get(one.name) ?? []) {
      const other = selected.get(to);
      const where = scope.and(needed);
      if (other === undefined || where.isNever) continue;
      const known = entry.needs.get(keyOf(other));
      if (known !== undefined) known.condition = known.condition.or(where);
      else entry.needs.set(keyOf(other), { name: to, version: other.version, url: urlOf(other), condition: where });
    }
  }
}

/** Of the same distribution in several forks the same. */
function keyOf(one: ResolvedDistribution<DistributionFile>): string {
  return `${one.name} ${one.version} ${urlOf(one) ?? ""}`;
}

function urlOf({ from }: ResolvedDistribution<DistributionFile>): string | undefined {
  return from.kind === "url" ? from.url : undefined;
}

function filesOf<File extends DistributionFile>(search: Search<File>, name: NormalizedName): readonly File[] {
  const version = search.versions.get(name);
  return version === undefined ? [] : search.catalog.project(name)!.releases[version]!.files;
}

/** Undefined where what is known says all of it. */
export function markerOf(condition: Condition, known: Condition): string | undefined {
  const left = condition.assuming(known);
  return left.isAlways ? undefined : left.toString();
}

function inOrder(
  a: { readonly name: string; readonly version: string },
  b: { readonly name: string; readonly version: string },
): number {
  return compareTexts(a.name, b.name) || compareVersions(parseVersion(a.version), parseVersion(b.version));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
