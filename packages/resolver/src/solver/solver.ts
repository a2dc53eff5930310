import { type DerivationTree, derivationTree } from "./derivation-tree.ts";
import { fromDependency, impossible, Incompatibility, type PackageId, priorCause } from "./incompatibility.ts";
import { PackageQueue } from "./package-queue.ts";
import { PartialSolution } from "./partial-solution.ts";
import type { Dependencies, Dependency, DependencyProvider, Need } from "./provider.ts";
import { negativeTerm, positiveTerm } from "./term.ts";
import { VersionSet } from "./version-set.ts";

export interface SolverStatistics {
  /** Versions that were selected, counting those that were undone again. */
  readonly decisions: number;
  readonly conflicts: number;
  /** Versions whose dependencies were refused before they were selected. */
  readonly rejected: number;
  readonly incompatibilities: number;
}

export type Outcome =
  | { readonly kind: "solution"; readonly versions: ReadonlyMap<string, number>; readonly statistics: SolverStatistics }
  | { readonly kind: "no-solution"; readonly tree: DerivationTree; readonly statistics: SolverStatistics };

interface Conflict {
  readonly affected: PackageId;
  readonly cause: Incompatibility;
}

/** Within a round the solver pauses after it looked at so many incompatibilities. */
const looksBetweenPauses = 2000;

/**
 * PubGrub, as a synchronous machine: it yields what it needs to know and is resumed when the provider knows it.
 * `undefined` is yielded after each round and within long ones: its driver may give way to others, and end it, there.
 *
 * `root` is a package with the one version 0.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md
 */
export function* solve(provider: DependencyProvider, root: string): Generator<Need | undefined, Outcome, void> {
  return yield* new Solver(provider, root).run();
}

class Solver {
  private readonly provider: DependencyProvider;
  private readonly names: string[] = [];
  private readonly ids = new Map<string, PackageId>();
  private readonly root: PackageId;
  private readonly partialSolution = new PartialSolution();
  private readonly queue = new PackageQueue();
  /** By package, all incompatibilities that mention it, oldest first. */
  private readonly incompatibilities: Incompatibility[][] = [];
  /** Those with `contradictedAt` set, in the order in which they were: their levels only grow along this list. */
  private readonly contradicted: Incompatibility[] = [];
  /** By dependent package, then by what it needs: the one incompatibility for all its versions that need just that. */
  private readonly merged: Map<string, Incompatibility>[] = [];
  private readonly withDependencies: Set<number>[] = [];
  private hasBacktracked = false;
  private decisions = 0;
  private conflicts = 0;
  private rejected = 0;
  private made = 0;

  constructor(provider: DependencyProvider, root: string) {
    this.provider = provider;
    this.root = this.idOf(root);
    const selected = negativeTerm(VersionSet.of(0));
    this.add(new Incompatibility([this.root], [selected], { kind: "root" }));
  }

  *run(): Generator<Need | undefined, Outcome, void> {
    let next: PackageId | undefined = this.root;
    while (next !== undefined) {
      const failure: Incompatibility | undefined = yield* this.propagate(next);
      if (failure) {
        const tree = yield* derivationTree(failure, this.names);
        return { kind: "no-solution", tree, statistics: this.statistics() };
      }
      yield undefined;
      this.reconsider();
      next = this.pick();
      if (next === undefined) break;
      const version = this.choose(next);
      // Nothing was decided: it may come up again.
      this.partialSolution.reopen(next);
      if (version === undefined) continue;
      if (this.withDependencies[next]!.has(version)) this.decide(next, version);
      else this.enter(next, version, yield* this.dependencies(next, version));
    }
    return { kind: "solution", versions: this.solution(), statistics: this.statistics() };
  }

  /**
   * Derives all that follows once the terms of `start` changed. Returns the incompatibility that shows that there is no
   * solution, if it comes to that.
   */
  private *propagate(start: PackageId): Generator<undefined, Incompatibility | undefined, void> {
    const changed = new Set<PackageId>([start]);
    const stack: PackageId[] = [start];
    const push = (packageId: PackageId) => {
      if (changed.has(packageId)) return;
      changed.add(packageId);
      stack.push(packageId);
    };
    const conflicts: Conflict[] = [];
    let looks = 0;
    for (let packageId = stack.pop(); packageId !== undefined; packageId = stack.pop()) {
      changed.delete(packageId);
      looks += this.incompatibilities[packageId]!.length;
      if (looks > looksBetweenPauses) {
        yield undefined;
        looks = 0;
      }
      const conflict = this.propagatePackage(packageId, push);
      if (!conflict) continue;
      const resolved = this.resolveConflict(conflict, conflicts);
      if (resolved.failed) return resolved.cause;
      changed.clear();
      stack.length = 0;
      push(resolved.affected);
      this.partialSolution.derive(resolved.affected, resolved.cause);
      this.contradict(resolved.cause);
    }
    for (const { affected, cause } of conflicts) this.report(start, affected, cause);
    return undefined;
  }

  /** Goes through the package's incompatibilities, the newest first. Returns the one that is satisfied, if one is. */
  private propagatePackage(packageId: PackageId, push: (other: PackageId) => void): Incompatibility | undefined {
    const list = this.incompatibilities[packageId]!;
    for (let i = list.length - 1; i >= 0; i--) {
      const incompatibility = list[i]!;
      if (incompatibility.contradictedAt !== -1) continue;
      const relation = this.partialSolution.relation(incompatibility);
      if (relation === "inconclusive") continue;
      if (relation === "satisfied") return incompatibility;
      if (relation !== "contradicted") {
        push(relation.almost);
        this.partialSolution.derive(relation.almost, incompatibility);
      } else this.reopenPinned(incompatibility);
      this.contradict(incompatibility);
    }
    return undefined;
  }

  /**
   * What was pinned now may have a higher priority, although the one version that is left of it was the only one before: that depends on which
   * versions exist, and the place is not to.
   */
  private reopenPinned({ cause, packages }: Incompatibility): void {
    if (cause.kind !== "dependency" || cause.set.size !== 1) return;
    if (this.partialSolution.decisionLevelOf(packages[0]!) !== undefined) this.partialSolution.reopen(cause.on);
  }

  /**
   * Finds the root cause of a satisfied incompatibility and backtracks to where it would have been noticed. Each step on the way is a
   * conflict of its own.
   * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#conflict-resolution
   */
  private resolveConflict(conflict: Incompatibility, steps: Conflict[]): Conflict & { readonly failed: boolean } {
    this.conflicts++;
    let cause = conflict;
    while (!cause.isTerminal(this.root)) {
      const search = this.partialSolution.satisfierSearch(cause);
      if (search.kind === "different-levels") {
        this.backtrack(search.previousLevel);
        if (cause !== conflict) this.add(cause);
        const step = { affected: search.packageId, cause };
        steps.push(step);
        return { ...step, failed: false };
      }
      cause = priorCause(cause, search.cause, search.packageId);
      steps.push({ affected: search.packageId, cause });
      this.made++;
    }
    return { affected: this.root, cause, failed: true };
  }

  private backtrack(level: number): void {
    this.hasBacktracked = true;
    this.partialSolution.backtrack(level);
    while (this.contradicted.length > 0 && this.contradicted.at(-1)!.contradictedAt > level)
      this.contradicted.pop()!.contradictedAt = -1;
  }

  private contradict(incompatibility: Incompatibility): void {
    incompatibility.contradictedAt = this.partialSolution.level;
    this.contradicted.push(incompatibility);
  }

  private reconsider(): void {
    for (const name of this.provider.reconsider?.() ?? []) {
      const level = this.partialSolution.decisionLevelOf(this.idOf(name));
      // The root stays decided: it is the first decision.
      if (level !== undefined && level > 1) this.backtrack(level - 1);
    }
  }

  private pick(): PackageId | undefined {
    const { partialSolution, queue } = this;
    for (const packageId of partialSolution.takeOpened())
      if (partialSolution.isOpen(packageId)) queue.add(packageId, this.priorityOf(packageId));
    return queue.take((packageId) => partialSolution.isOpen(packageId));
  }

  private priorityOf(packageId: PackageId): number {
    if (packageId === this.root) return Number.POSITIVE_INFINITY;
    return this.provider.prioritize(this.names[packageId]!, this.partialSolution.term(packageId)!.set);
  }

  private choose(packageId: PackageId): number | undefined {
    if (packageId === this.root) return 0;
    const { set } = this.partialSolution.term(packageId)!;
    const version = this.provider.chooseVersion(this.names[packageId]!, set, (name) => this.open(name));
    if (version === undefined) this.add(impossible(packageId, set, { kind: "no-versions" }));
    return version;
  }

  private *dependencies(packageId: PackageId, version: number): Generator<Need, Dependencies, void> {
    const name = this.names[packageId]!;
    for (;;) {
      const answer = this.provider.getDependencies(name, version);
      if (answer) return answer;
      yield { name, version, changed: () => this.changed() };
    }
  }

  /** Takes in what the version needs; selects the version unless that is already known to be refused. */
  private enter(packageId: PackageId, version: number, answer: Dependencies): void {
    if (answer.kind === "unavailable") {
      this.add(impossible(packageId, VersionSet.of(version), { kind: "unavailable", reason: answer.reason }));
      return;
    }
    this.withDependencies[packageId]!.add(version);
    for (const dependency of answer.dependencies) this.tie(dependency);
    const dependents = VersionSet.of(version);
    const added = answer.dependencies.map((dependency) => this.addDependency(packageId, dependents, dependency));
    const term = positiveTerm(VersionSet.of(version));
    // As long as nothing went wrong it is not worth looking: the worst case is one decision to undo.
    const refused = this.hasBacktracked
      ? added.find((incompatibility) => this.partialSolution.relation(incompatibility, packageId, term) === "satisfied")
      : undefined;
    if (!refused) return this.decide(packageId, version);
    this.rejected++;
    this.report(packageId, packageId, refused);
  }

  private decide(packageId: PackageId, version: number): void {
    this.decisions++;
    this.partialSolution.decide(packageId, version);
  }

  /** Numbers the packages in the order in which they are met, and ties one that stands for another to it. */
  private tie({ name, set, requirement, standsFor }: Dependency): void {
    const packageId = this.idOf(name);
    if (standsFor === undefined) return;
    this.idOf(standsFor);
    if (!set.isEmpty) this.addDependency(packageId, set, { name: standsFor, set, requirement });
  }

  private addDependency(packageId: PackageId, dependents: VersionSet, dependency: Dependency): Incompatibility {
    const on = this.idOf(dependency.name);
    const key = `${on}:${dependency.set.key}`;
    const previous = this.merged[packageId]!.get(key);
    // A dependent's own term is the positive one.
    const others = previous?.terms[0]!.positive ? previous.terms[0]!.set : VersionSet.empty;
    const cause = { kind: "dependency", on, set: dependency.set, requirement: dependency.requirement } as const;
    const incompatibility = fromDependency(packageId, on === packageId ? dependents : others.union(dependents), cause);
    if (previous && on !== packageId) this.remove(previous);
    this.merged[packageId]!.set(key, incompatibility);
    this.add(incompatibility);
    return incompatibility;
  }

  private add(incompatibility: Incompatibility): void {
    this.made++;
    for (const packageId of incompatibility.packages) this.incompatibilities[packageId]!.push(incompatibility);
  }

  private remove(incompatibility: Incompatibility): void {
    for (const packageId of incompatibility.packages) {
      const list = this.incompatibilities[packageId]!;
      list.splice(list.lastIndexOf(incompatibility), 1);
    }
  }

  private report(tried: PackageId, affected: PackageId, cause: Incompatibility): void {
    const culprits = cause.packages.filter((packageId) => packageId !== affected);
    this.provider.conflicted?.(
      this.names[tried]!,
      this.names[affected]!,
      culprits.map((packageId) => this.names[packageId]!),
    );
  }

  private idOf(name: string): PackageId {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const packageId = this.names.push(name) - 1;
    this.ids.set(name, packageId);
    this.incompatibilities.push([]);
    this.merged.push(new Map());
    this.withDependencies.push(new Set());
    return packageId;
  }

  private open(name: string): VersionSet | undefined {
    const packageId = this.ids.get(name);
    const term = packageId === undefined ? undefined : this.partialSolution.term(packageId);
    return term?.positive ? term.set : undefined;
  }

  private *changed(): Generator<readonly [string, VersionSet], void> {
    for (const [packageId, set] of this.partialSolution.takeChanged()) yield [this.names[packageId]!, set];
  }

  private solution(): Map<string, number> {
    const versions = new Map<string, number>();
    for (const [packageId, version] of this.partialSolution.decisions())
      if (packageId !== this.root) versions.set(this.names[packageId]!, version);
    return versions;
  }

  private statistics(): SolverStatistics {
    return {
      decisions: this.decisions,
      conflicts: this.conflicts,
      rejected: this.rejected,
      incompatibilities: this.made,
    };
  }
}
