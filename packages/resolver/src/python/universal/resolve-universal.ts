import type { SpecifierSet } from "@murre/pep440";
import { Turns } from "../../solver/turns.ts";
import { type Condition, Conditions, type Marker, type NormalizedName } from "@murre/pep508";
import type { DerivationTree } from "../../solver/derivation-tree.ts";
import type { Explanation } from "../explain/explain-no-solution.ts";
import { Listings } from "../candidates/listings.ts";
import { RequirementTable, RequirementTexts } from "../candidates/requirement-table.ts";
import { type PythonStatistics, search, type SearchRequest } from "../resolve-python.ts";
import type { DistributionFile, PythonSource } from "../candidates/source.ts";
import { Fork, ForkNeeded, type ForkRules } from "./fork.ts";
import { markerOf, merge, type SolvedFork, type UniversalDistribution } from "./merge.ts";
import { type PreferredVersion, PreferredVersions } from "./preferred-versions.ts";
import { PythonTexts } from "./python-texts.ts";
import { splitsByPins } from "./reach.ts";
import { FileConditions, UniversalFiles } from "./universal-files.ts";
import { WheelConditions } from "./wheel-conditions.ts";

export interface UniversalRequest<File extends DistributionFile> extends Omit<
  SearchRequest<File>,
  "installed" | "preferences" | "listings" | "taken"
> {
  /** Versions to take wherever the requirements allow; of several the first one that is for the environments in question. */
  readonly preferences?: ReadonlyMap<NormalizedName, string | readonly (string | PreferredVersion)[]>;
  /** The Pythons that the result is for. Default: all. */
  readonly requiresPython?: SpecifierSet;
  /** The result is for the environments in which one of these holds. Default: all. */
  readonly environments?: readonly Marker[];
  /** For each of these, a version without an sdist has to have a wheel: else it is not taken there. */
  readonly requiredEnvironments?: readonly Marker[];
  /**
   * What becomes of a version that requires a later Python than the first one. `requires-python` (default): it is taken for the Pythons that it
   * accepts, an older version for the others. `fewest`: an older version is taken for all.
   */
  readonly forkStrategy?: "requires-python" | "fewest";
}

export interface UniversalStatistics extends PythonStatistics {
  /** Parts of the environments that have a solution of their own. */
  readonly forks: number;
}

export type UniversalOutcome<File extends DistributionFile> =
  | {
      readonly kind: "solution";
      /** In the order of names, then versions. Of one project no two are wanted in the same environment. */
      readonly distributions: readonly UniversalDistribution<File>[];
      /** Where each part of the environments begins and ends, if there are several. */
      readonly forks: readonly string[];
      readonly warnings: readonly string[];
      readonly statistics: UniversalStatistics;
    }
  | ({
      readonly kind: "no-solution";
      /** The environments that have none, if they are not all. */
      readonly marker: string | undefined;
      readonly tree: DerivationTree;
      readonly statistics: UniversalStatistics;
    } & Explanation);

/** Where there are so many forks, versions and markers that differ do not make more of them. */
const MOST_FORKS = 100;

/**
 * One result for many environments: which distributions, and where each of them is wanted. For each environment of the target, those that are wanted
 * there are a solution of the requirements. It depends on the request and on what the source answers, not on the order in which it does.
 *
 * The environments are solved together as far as they have one solution. Where a project is asked for in different ways, or a version accepts
 * only the later ones of the Pythons, they are solved apart, each part preferring what earlier parts took. Upper bounds of Requires-Python
 * only count where they leave nothing, as in uv.
 * @throws whatever the source rejects with, the signal's reason, and what a direct requirement's marker without a meaning throws.
 */
export async function resolveUniversal<File extends DistributionFile>(
  request: UniversalRequest<File>,
): Promise<UniversalOutcome<File>> {
  const conditions = new Conditions();
  const { requiresPython, environments = [] } = request;
  const pythons = requiresPython === undefined ? conditions.always : conditions.acceptedPythons(requiresPython);
  const target =
    environments.length === 0
      ? pythons
      : pythons.and(environments.map((marker) => conditions.of(marker)).reduce((a, b) => a.or(b)));
  return new UniversalResolution(request, conditions, { pythons, target }).run();
}

type ForkResult =
  | { readonly kind: "solved" }
  | { readonly splits: readonly Condition[] }
  | ({ readonly tree: DerivationTree } & Explanation);

class UniversalResolution<File extends DistributionFile> {
  private readonly request: UniversalRequest<File>;
  private readonly conditions: Conditions;
  /** What markers need not say. */
  private readonly pythons: Condition;
  private readonly target: Condition;
  private readonly turns: Turns;
  private readonly source: PythonSource<File>;
  private readonly listings: Listings<File>;
  private readonly texts: RequirementTexts;
  private readonly files: FileConditions;
  private readonly rules: ForkRules;
  private readonly solved: SolvedFork<File>[] = [];
  private readonly warnings = new Set<string>();
  private readonly requests = { metadata: 0 };
  private statistics = { decisions: 0, conflicts: 0, rejected: 0, incompatibilities: 0, attempts: 0 };

  constructor(
    request: UniversalRequest<File>,
    conditions: Conditions,
    { pythons, target }: { readonly pythons: Condition; readonly target: Condition },
  ) {
    this.request = request;
    this.conditions = conditions;
    this.pythons = pythons;
    this.target = target;
    this.turns = new Turns(request.signal);
    this.source = remembering(request.source, this.requests);
    this.listings = new Listings(this.source, this.turns);
    this.texts = new RequirementTexts(request.onRepair);
    const texts = new PythonTexts(conditions, request.onRepair);
    this.files = new FileConditions(texts, new WheelConditions(conditions, target));
    this.rules = {
      conditions,
      pythons: texts,
      strategy: request.forkStrategy ?? "requires-python",
      constraints: request.constraints ?? [],
      preferred: new PreferredVersions(request.preferences, conditions),
      requiredEnvironments: (request.requiredEnvironments ?? []).map((marker) => conditions.of(marker)),
    };
  }

  async run(): Promise<UniversalOutcome<File>> {
    // Depth first: what was split off last is solved next, beside what it was split from.
    const pending = this.inOrder([this.target]);
    for (let scope = pending.shift(); scope !== undefined; scope = pending.shift()) {
      const result = await this.solveAtLast(scope, pending.length);
      if ("splits" in result) pending.unshift(...this.inOrder(splitBy(scope, result.splits)));
      else if ("message" in result) return this.failure(scope, result);
    }
    return {
      kind: "solution",
      distributions: await this.turns.through(merge(this.conditions, this.pythons, this.solved)),
      forks: this.solved.length > 1 ? this.solved.map(({ scope }) => scope.assuming(this.target).toString()) : [],
      warnings: [...this.warnings].sort(),
      statistics: this.count(),
    };
  }

  /** Where the fewest versions are no solution, more are tried. */
  private async solveAtLast(scope: Condition, pending: number): Promise<ForkResult> {
    const result = await this.solve(scope, pending, this.rules);
    if ("message" in result && this.rules.strategy === "fewest")
      return this.solve(scope, pending, { ...this.rules, strategy: "requires-python" });
    return result;
  }

  private async solve(scope: Condition, pending: number, rules: ForkRules): Promise<ForkResult> {
    const { request } = this;
    const maySplit = this.solved.length + pending < MOST_FORKS;
    const needsAllPythons = rules.strategy === "fewest" || !maySplit;
    const files = new UniversalFiles(scope, this.files, request.formats ?? (() => "any"), needsAllPythons);
    const fork = new Fork(scope, rules, files, maySplit);
    const table = new RequirementTable(fork, this.texts);
    try {
      const found = await search(
        {
          ...request,
          source: this.source,
          listings: this.listings,
          preferences: rules.preferred.within(scope),
          taken: this.taken(),
        },
        this.turns,
        table,
        files,
        fork,
      );
      const { outcome } = found;
      this.add(outcome.statistics);
      if (outcome.kind === "no-solution") {
        const split = fork.splitsOf(outcome.tree);
        return split === undefined ? outcome : { splits: [split] };
      }
      const splits = maySplit
        ? fork.splitting(await this.turns.through(splitsByPins(this.conditions, scope, found, rules.constraints)))
        : [];
      if (splits.length > 0) return { splits };
      for (const warning of outcome.warnings) this.warnings.add(warning);
      const usable = (project: NormalizedName, own: readonly File[]) => files.usable(project, own, scope);
      this.solved.push({ scope, search: found, distributions: outcome.distributions, usable });
      return { kind: "solved" };
    } catch (error) {
      if (error instanceof ForkNeeded) return { splits: error.splits };
      throw error;
    }
  }

  /** What earlier forks took, the first one first: so versions are as few as can be. */
  private taken(): Map<NormalizedName, readonly string[]> {
    const taken = new Map<NormalizedName, Set<string>>();
    for (const { distributions } of this.solved)
      for (const { name, version, from } of distributions)
        if (from.kind === "index") taken.set(name, (taken.get(name) ?? new Set()).add(version));
    return new Map([...taken].map(([name, versions]) => [name, [...versions]]));
  }

  /**
   * Later Pythons first, so that they get the newest versions, and what earlier ones can have of those; for the fewest versions, earlier Pythons
   * first, because what they take does for later ones.
   */
  private inOrder(scopes: readonly Condition[]): Condition[] {
    const sign = this.rules.strategy === "fewest" ? 1 : -1;
    return scopes
      .filter((scope) => !scope.isNever)
      .sort((a, b) => (a.firstPython === b.firstPython ? 0 : sign * (a.firstPython < b.firstPython ? -1 : 1)));
  }

  private failure(
    scope: Condition,
    { tree, message, hints, proof }: { readonly tree: DerivationTree } & Explanation,
  ): UniversalOutcome<File> {
    const marker = markerOf(scope, this.target);
    const told = marker === undefined ? message : `Where ${marker}:\n${message}`;
    return { kind: "no-solution", marker, tree, message: told, hints, proof, statistics: this.count() };
  }

  private add(more: PythonStatistics): void {
    const { decisions, conflicts, rejected, incompatibilities, attempts } = this.statistics;
    this.statistics = {
      decisions: decisions + more.decisions,
      conflicts: conflicts + more.conflicts,
      rejected: rejected + more.rejected,
      incompatibilities: incompatibilities + more.incompatibilities,
      attempts: attempts + more.attempts,
    };
  }

  private count(): UniversalStatistics {
    const { requests, listings, solved } = this;
    return { ...this.statistics, ...requests, projects: listings.requests, forks: solved.length };
  }
}

/** The parts of a scope in which each of the conditions holds or does not. */
function splitBy(scope: Condition, conditions: readonly Condition[]): Condition[] {
  return conditions.reduce<Condition[]>(
    (parts, condition) =>
      parts.flatMap((part) => [part.and(condition), part.and(condition.not())]).filter((part) => !part.isNever),
    [scope],
  );
}

/** Asks once for what several forks ask for; of the pages {@link Listings} sees to that. */
function remembering<File extends DistributionFile>(
  source: PythonSource<File>,
  requests: { metadata: number },
): PythonSource<File> {
  const metadata = new Map<File, ReturnType<PythonSource<File>["metadata"]>>();
  const atHand = new Map<File, ReturnType<NonNullable<PythonSource<File>["known"]>>>();
  const urls = new Map<string, ReturnType<NonNullable<PythonSource<File>["urlMetadata"]>>>();
  const once = <Key, Answer>(known: Map<Key, Answer>, key: Key, ask: () => Answer): Answer => {
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = ask()));
    return answer;
  };
  return {
    files: (project) => source.files(project),
    metadata: (file, project) =>
      once(metadata, file, async () => {
        requests.metadata++;
        const answer = await source.metadata(file, project);
        atHand.set(file, answer);
        return answer;
      }),
    known: (file, project) => {
      if (!atHand.has(file) && !metadata.has(file)) {
        const known = source.known?.(file, project);
        if (known !== undefined) requests.metadata++;
        atHand.set(file, known);
      }
      return atHand.get(file);
    },
    ...(source.urlMetadata && {
      urlMetadata: (url: string, project: NormalizedName) =>
        once(urls, `${project} @ ${url}`, () => source.urlMetadata!(url, project)),
    }),
  };
}
