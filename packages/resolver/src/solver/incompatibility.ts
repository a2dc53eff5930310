import type { Told } from "./provider.ts";
import type { VersionSet } from "./version-set.ts";
import { intersectTerms, isAnyTerm, negativeTerm, positiveTerm, unionTerms, type Term } from "./term.ts";

/** A package as the solver numbers it, in the order in which it first met them. */
export type PackageId = number;

/** Why an incompatibility holds. */
export type Cause =
  /** The root must be selected. */
  | { readonly kind: "root" }
  /** The provider found no version to choose in the set. */
  | { readonly kind: "no-versions" }
  /** The provider refused one version, and said why. */
  | { readonly kind: "unavailable"; readonly reason: string }
  /** A version's dependency: `set` of `on`, in the words of whoever declared it. */
  | { readonly kind: "dependency"; readonly on: PackageId; readonly set: VersionSet; readonly requirement: Told }
  /** Follows from two others by resolution over one package. */
  | { readonly kind: "derived"; readonly left: Incompatibility; readonly right: Incompatibility };

/**
 * Terms, of different packages, that must not all be true. `packages[i]` is the package of `terms[i]`.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#incompatibility
 */
export class Incompatibility {
  readonly packages: readonly PackageId[];
  readonly terms: readonly Term[];
  readonly cause: Cause;
  /**
   * The decision level at which the partial solution was seen to contradict a term, so that unit propagation can skip this
   * incompatibility until the solver backtracks below that level. -1: not known to be contradicted.
   */
  contradictedAt = -1;

  constructor(packages: readonly PackageId[], terms: readonly Term[], cause: Cause) {
    this.packages = packages;
    this.terms = terms;
    this.cause = cause;
  }

  termOf(packageId: PackageId): Term | undefined {
    const index = this.packages.indexOf(packageId);
    return index === -1 ? undefined : this.terms[index];
  }

  /** The root must not be selected: nothing can be. */
  isTerminal(root: PackageId): boolean {
    return (
      this.packages.length === 0 || (this.packages.length === 1 && this.packages[0] === root && this.terms[0]!.positive)
    );
  }
}

/** `set` of one package is impossible: it has no such version, or the provider refused it. */
export function impossible(packageId: PackageId, set: VersionSet, cause: Cause): Incompatibility {
  return new Incompatibility([packageId], [positiveTerm(set)], cause);
}

/** The versions `dependents` need `set` of another package. */
export function fromDependency(
  packageId: PackageId,
  dependents: VersionSet,
  cause: Cause & { kind: "dependency" },
): Incompatibility {
  const dependent = positiveTerm(dependents);
  // A need that nothing can meet is a statement about the dependent alone.
  if (cause.set.isEmpty) return new Incompatibility([packageId], [dependent], cause);
  // A package that needs itself in another version.
  if (cause.on === packageId)
    return new Incompatibility([packageId], [intersectTerms(dependent, negativeTerm(cause.set))], cause);
  return new Incompatibility([packageId, cause.on], [dependent, negativeTerm(cause.set)], cause);
}

/**
 * What follows from two incompatibilities by resolution over `packageId`: the rule of resolution, generalised to terms.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#conflict-resolution
 */
export function priorCause(left: Incompatibility, right: Incompatibility, packageId: PackageId): Incompatibility {
  const packages: PackageId[] = [];
  const terms: Term[] = [];
  for (let i = 0; i < left.packages.length; i++) {
    const other = left.packages[i]!;
    if (other === packageId) continue;
    packages.push(other);
    terms.push(left.terms[i]!);
  }
  for (let i = 0; i < right.packages.length; i++) {
    const other = right.packages[i]!;
    if (other === packageId) continue;
    const at = packages.indexOf(other);
    if (at === -1) {
      packages.push(other);
      terms.push(right.terms[i]!);
    } else terms[at] = intersectTerms(terms[at]!, right.terms[i]!);
  }
  const term = unionTerms(left.termOf(packageId)!, right.termOf(packageId)!);
  if (!isAnyTerm(term)) {
    packages.push(packageId);
    terms.push(term);
  }
  return new Incompatibility(packages, terms, { kind: "derived", left, right });
}
