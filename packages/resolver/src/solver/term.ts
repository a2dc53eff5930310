import { VersionSet } from "./version-set.ts";

/**
 * A statement about one package, true or false for a solution. Positive: "one of these versions is selected".
 * Negative: "none of these versions is selected", which also holds when the package is not selected at all.
 */
export interface Term {
  readonly positive: boolean;
  readonly set: VersionSet;
}

/** The statement that is always true. */
export const anyTerm: Term = { positive: false, set: VersionSet.empty };

export function positiveTerm(set: VersionSet): Term {
  return { positive: true, set };
}

export function negativeTerm(set: VersionSet): Term {
  return { positive: false, set };
}

export function negateTerm(term: Term): Term {
  return { positive: !term.positive, set: term.set };
}

export function isAnyTerm(term: Term): boolean {
  return !term.positive && term.set.isEmpty;
}

/** True where both are. */
export function intersectTerms(a: Term, b: Term): Term {
  if (a.positive) {
    const set = b.positive ? a.set.intersect(b.set) : a.set.subtract(b.set);
    return set === a.set ? a : { positive: true, set };
  }
  if (b.positive) {
    const set = b.set.subtract(a.set);
    return set === b.set ? b : { positive: true, set };
  }
  const set = a.set.union(b.set);
  return set === a.set ? a : { positive: false, set };
}

/** True where at least one of the two is. */
export function unionTerms(a: Term, b: Term): Term {
  return negateTerm(intersectTerms(negateTerm(a), negateTerm(b)));
}

/** Whether `b` is true wherever `a` is. */
export function isSubsetTerm(a: Term, b: Term): boolean {
  if (a.positive) return b.positive ? a.set.isSubsetOf(b.set) : a.set.isDisjointFrom(b.set);
  return !b.positive && b.set.isSubsetOf(a.set);
}

/** Whether `a` and `b` are never true together. */
export function areDisjointTerms(a: Term, b: Term): boolean {
  if (a.positive) return b.positive ? a.set.isDisjointFrom(b.set) : a.set.isSubsetOf(b.set);
  return b.positive && b.set.isSubsetOf(a.set);
}
