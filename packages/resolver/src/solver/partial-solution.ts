import type { Incompatibility, PackageId } from "./incompatibility.ts";
import {
  areDisjointTerms,
  intersectTerms,
  isAnyTerm,
  isSubsetTerm,
  negateTerm,
  positiveTerm,
  type Term,
} from "./term.ts";
import { VersionSet } from "./version-set.ts";

interface Derivation {
  readonly globalIndex: number;
  readonly level: number;
  readonly cause: Incompatibility;
  /** The intersection of all assignments of the package up to and including this one. */
  readonly accumulated: Term;
}

interface Decision {
  readonly globalIndex: number;
  readonly level: number;
  readonly version: number;
}

/** All that is assigned to one package, oldest first; a decision, if there is one, is the last. */
interface Assignments {
  readonly derivations: Derivation[];
  decision: Decision | undefined;
  /** The intersection of all of them. */
  term: Term;
}

/** Where an assignment stands; `cause` is missing when it is a decision. */
interface Satisfier {
  readonly cause: Incompatibility | undefined;
  readonly globalIndex: number;
  readonly level: number;
}

export type Relation = "satisfied" | "contradicted" | "inconclusive" | { readonly almost: PackageId };

export type SatisfierSearch = { readonly packageId: PackageId } & (
  | { readonly kind: "same-level"; readonly cause: Incompatibility }
  | { readonly kind: "different-levels"; readonly previousLevel: number }
);

/**
 * The decisions taken and what follows from them, in order.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#partial-solution
 */
export class PartialSolution {
  /** The number of decisions. */
  level = 0;
  private nextIndex = 0;
  private readonly assignments: (Assignments | undefined)[] = [];
  /** The package of every assignment, oldest first. */
  private readonly trail: PackageId[] = [];
  /** Packages that have to be decided and did not have to when they were last asked for. */
  private opened = new Set<PackageId>();
  /** Packages whose term is another than when they were last asked for. */
  private changed = new Set<PackageId>();

  term(packageId: PackageId): Term | undefined {
    return this.assignments[packageId]?.term;
  }

  decide(packageId: PackageId, version: number): void {
    const assignments = this.assignments[packageId]!;
    this.level++;
    assignments.decision = { globalIndex: this.nextIndex++, level: this.level, version };
    assignments.term = positiveTerm(VersionSet.of(version));
    this.trail.push(packageId);
  }

  /** The incompatibility is almost satisfied: only the term of this package is open, so it must be false. */
  derive(packageId: PackageId, cause: Incompatibility): void {
    const term = negateTerm(cause.termOf(packageId)!);
    const assignments = this.assignments[packageId];
    const accumulated = assignments ? intersectTerms(assignments.term, term) : term;
    const derivation = { globalIndex: this.nextIndex++, level: this.level, cause, accumulated };
    if (assignments) {
      assignments.derivations.push(derivation);
      assignments.term = accumulated;
    } else this.assignments[packageId] = { derivations: [derivation], decision: undefined, term: accumulated };
    this.trail.push(packageId);
    this.note(packageId);
  }

  /** To be decided, again: the decision that it was taken up for was not made. */
  reopen(packageId: PackageId): void {
    this.opened.add(packageId);
  }

  /** Whether some version of it must be selected and none is yet. */
  isOpen(packageId: PackageId): boolean {
    const assignments = this.assignments[packageId];
    return assignments !== undefined && !assignments.decision && assignments.term.positive;
  }

  /** Packages that may have come to be open since the last call. */
  takeOpened(): ReadonlySet<PackageId> {
    const { opened } = this;
    this.opened = new Set();
    return opened;
  }

  /** The open packages whose term changed since the last call, with their versions. */
  takeChanged(): (readonly [PackageId, VersionSet])[] {
    const { changed } = this;
    this.changed = new Set();
    return [...changed]
      .filter((packageId) => this.isOpen(packageId))
      .map((packageId) => [packageId, this.assignments[packageId]!.term.set]);
  }

  private note(packageId: PackageId): void {
    if (!this.isOpen(packageId)) return;
    this.opened.add(packageId);
    this.changed.add(packageId);
  }

  /** Forgets every assignment above the decision level. */
  backtrack(level: number): void {
    this.level = level;
    const touched = new Set<PackageId>();
    for (let packageId = this.trail.at(-1); packageId !== undefined; packageId = this.trail.at(-1)) {
      const { derivations, decision } = this.assignments[packageId]!;
      if ((decision ?? derivations.at(-1)!).level <= level) break;
      if (decision) this.assignments[packageId]!.decision = undefined;
      else derivations.pop();
      this.trail.pop();
      touched.add(packageId);
    }
    for (const packageId of touched) {
      const last = this.assignments[packageId]!.derivations.at(-1);
      if (last) this.assignments[packageId]!.term = last.accumulated;
      else this.assignments[packageId] = undefined;
      this.note(packageId);
    }
  }

  decisionLevelOf(packageId: PackageId): number | undefined {
    return this.assignments[packageId]?.decision?.level;
  }

  *decisions(): Generator<readonly [PackageId, number], void> {
    for (let packageId = 0; packageId < this.assignments.length; packageId++) {
      const decision = this.assignments[packageId]?.decision;
      if (decision) yield [packageId, decision.version];
    }
  }

  /** How the incompatibility stands to the partial solution, as if `packageId`, when given, had the term `assumed`. */
  relation(incompatibility: Incompatibility, packageId = -1, assumed?: Term): Relation {
    let almost = -1;
    for (let i = 0; i < incompatibility.packages.length; i++) {
      const id = incompatibility.packages[i]!;
      const term = incompatibility.terms[i]!;
      const current = id === packageId ? assumed : this.assignments[id]?.term;
      if (current) {
        if (isSubsetTerm(current, term)) continue;
        if (areDisjointTerms(current, term)) return "contradicted";
      } else if (isAnyTerm(term)) continue;
      if (almost !== -1) return "inconclusive";
      almost = id;
    }
    return almost === -1 ? "satisfied" : { almost };
  }

  /**
   * The satisfier: the earliest assignment with which the incompatibility was satisfied; and the previous satisfier: the
   * earliest one before it with which, together with the satisfier alone, it was.
   * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#conflict-resolution
   */
  satisfierSearch(incompatibility: Incompatibility): SatisfierSearch {
    const { packages, terms } = incompatibility;
    const satisfiers = packages.map((id, i) => this.satisfier(id, negateTerm(terms[i]!)));
    let latest = 0;
    for (let i = 1; i < satisfiers.length; i++)
      if (satisfiers[i]!.globalIndex > satisfiers[latest]!.globalIndex) latest = i;
    const packageId = packages[latest]!;
    const satisfier = satisfiers[latest]!;
    const satisfierTerm = satisfier.cause
      ? negateTerm(satisfier.cause.termOf(packageId)!)
      : this.assignments[packageId]!.term;
    // What of the satisfier's own term is outside the incompatibility's has to be covered by what came before.
    const difference = intersectTerms(satisfierTerm, negateTerm(terms[latest]!));
    satisfiers[latest] = this.satisfier(packageId, difference);
    const previousLevel = Math.max(1, ...satisfiers.map(({ level }) => level));
    if (previousLevel >= satisfier.level && satisfier.cause)
      return { packageId, kind: "same-level", cause: satisfier.cause };
    return { packageId, kind: "different-levels", previousLevel };
  }

  /** The earliest assignment of the package from which on `excluded` cannot be true. */
  private satisfier(packageId: PackageId, excluded: Term): Satisfier {
    const { derivations, decision } = this.assignments[packageId]!;
    let low = 0;
    let high = derivations.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (areDisjointTerms(derivations[middle]!.accumulated, excluded)) high = middle;
      else low = middle + 1;
    }
    const found = derivations[low];
    if (found) return found;
    return { cause: undefined, globalIndex: decision!.globalIndex, level: decision!.level };
  }
}
