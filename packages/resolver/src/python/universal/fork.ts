import type { Version } from "@murre/pep440";
import type { Condition, Conditions, Marker, NormalizedName, Requirement } from "@murre/pep508";
import { type DerivationTree, dependenciesIn } from "../../solver/derivation-tree.ts";
import type { ProviderObserver, PythonNeed } from "../provider-rules.ts";
import type { MarkerRule } from "../candidates/requirement-table.ts";
import type { DistributionFile } from "../candidates/source.ts";
import type { PreferredVersions } from "./preferred-versions.ts";
import type { PythonTexts } from "./python-texts.ts";
import type { UniversalFiles } from "./universal-files.ts";

/** The environments have to be resolved in parts: where each of `splits` holds, and where it does not. */
export class ForkNeeded extends Error {
  override readonly name = "ForkNeeded";
  readonly splits: readonly Condition[];

  constructor(splits: readonly Condition[]) {
    super("the environments do not have one solution together");
    this.splits = splits;
  }
}

/** What all forks of one resolution have in common. */
export interface ForkRules {
  readonly conditions: Conditions;
  readonly pythons: PythonTexts;
  readonly strategy: "requires-python" | "fewest";
  readonly constraints: readonly Requirement[];
  readonly preferred: PreferredVersions;
  /** For each of these a version has to have a file. */
  readonly requiredEnvironments: readonly Condition[];
}

interface Asked {
  readonly condition: Condition;
  /** What is asked for; equal for the same. */
  readonly what: string;
  readonly isUrl: boolean;
  /** Whether it has an upper bound. */
  readonly isBounded: boolean;
}

/**
 * A set of environments that is to have one solution. A requirement counts where its marker can hold in one of them. Where that would
 * say too much, because a project is asked for in different ways in different environments, the fork is split.
 */
export class Fork implements MarkerRule, ProviderObserver {
  readonly scope: Condition;
  private readonly rules: ForkRules;
  private readonly files: UniversalFiles;
  private readonly maySplit: boolean;
  /** Needs whose markers hold in a part of the environments only, in the order in which they were met. */
  private readonly partial: {
    readonly from: string;
    readonly to: ReadonlySet<string>;
    readonly condition: Condition;
  }[] = [];

  /** @param maySplit false: there are enough forks; what does not differ by markers only is taken together */
  constructor(scope: Condition, rules: ForkRules, files: UniversalFiles, maySplit: boolean) {
    this.scope = scope;
    this.rules = rules;
    this.files = files;
    this.maySplit = maySplit;
  }

  applies(marker: Marker | undefined, extra?: NormalizedName): boolean {
    if (marker === undefined) return extra === undefined;
    const condition = this.rules.conditions.of(marker);
    const without = condition.withExtra();
    if (extra === undefined) return !without.isDisjointFrom(this.scope);
    return !condition.withExtra(extra).and(without.not()).isDisjointFrom(this.scope);
  }

  /** @throws {ForkNeeded} */
  onVersion(
    project: NormalizedName,
    version: Version,
    files: readonly DistributionFile[],
    requiresPython: readonly (string | undefined)[],
  ): void {
    if (!this.maySplit) return;
    if (this.rules.strategy === "requires-python")
      for (const text of requiresPython) this.split([this.rules.pythons.read(text).since]);
    for (const required of files.length === 0 ? [] : this.rules.requiredEnvironments) {
      if (required.isDisjointFrom(this.scope)) continue;
      const isServed = this.files.usable(project, files, this.scope.and(required)).length > 0;
      // What is taken for the others comes first: it is the newest one.
      if (!isServed) this.split([required.not()]);
    }
    this.split(this.rules.preferred.partsOf(project, version, this.scope));
  }

  /** @throws {ForkNeeded} */
  onNeeds(name: string, extra: NormalizedName | undefined, needs: readonly PythonNeed[]): void {
    const asked = new Map<NormalizedName, Asked[]>();
    for (const need of needs) {
      const condition = conditionOf(this.rules.conditions, need, extra);
      const all = asked.get(need.project) ?? [];
      asked.set(need.project, all);
      all.push(askedBy(need.requirement, condition));
      if (!this.scope.implies(condition)) this.partial.push({ from: name, to: new Set(need.names), condition });
    }
    for (const constraint of this.rules.constraints) {
      const condition = this.rules.conditions.of(constraint.marker).withExtra();
      if (!condition.isDisjointFrom(this.scope))
        asked.get(constraint.normalizedName)?.push(askedBy(constraint, condition));
    }
    if (this.maySplit) for (const all of asked.values()) this.splitAsked(all);
  }

  /** What to split by after there was no solution: markers of needs that the proof names, which hold in a part of the environments only. */
  splitsOf(tree: DerivationTree): Condition | undefined {
    const named = dependenciesIn(tree);
    return this.partial.find(({ from, to }) => [...to].some((name) => named.get(from)?.has(name) === true))?.condition;
  }

  private splitAsked(all: readonly Asked[]): void {
    const differs = new Set(all.map(({ what }) => what)).size > 1;
    const splits = all.filter(({ condition, isUrl }) => {
      if (differs || isUrl) return true;
      // In a fork that is not split for the sake of a version, what is only needed by later Pythons would have to do for all.
      return this.rules.strategy === "fewest" && condition.and(this.scope).firstPython > this.scope.firstPython;
    });
    // What has upper bounds is solved first, because that is more likely to do for the others too.
    splits.sort((a, b) => Number(b.isBounded) - Number(a.isBounded));
    this.split(splits.map(({ condition }) => condition));
  }

  private split(conditions: readonly Condition[]): void {
    const splits = this.splitting(conditions);
    if (splits.length > 0) throw new ForkNeeded(splits);
  }

  /** Those that hold in a part of the environments only. */
  splitting(conditions: readonly Condition[]): Condition[] {
    return conditions.filter((condition) => !this.scope.implies(condition) && !this.scope.isDisjointFrom(condition));
  }
}

function askedBy({ specifiers, url }: Requirement, condition: Condition): Asked {
  const isBounded = specifiers.specifiers.some(
    ({ intervals }) => intervals === undefined || intervals.every(({ upper }) => upper !== undefined),
  );
  return { condition, what: url ?? specifiers.toString(), isUrl: url !== undefined, isBounded };
}

/** Where a need counts, when its declarer is selected, for the extra. */
export function conditionOf(conditions: Conditions, need: PythonNeed, extra: NormalizedName | undefined): Condition {
  const declared = conditions.of(need.declared.marker).withExtra(extra);
  return need.requirement === need.declared
    ? declared
    : declared.and(conditions.of(need.requirement.marker).withExtra());
}
