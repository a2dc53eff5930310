import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anyTerm,
  areDisjointTerms,
  intersectTerms,
  isAnyTerm,
  isSubsetTerm,
  negateTerm,
  type Term,
  unionTerms,
} from "./term.ts";
import { VersionSet } from "./version-set.ts";

const limit = 6;
const terms: fc.Arbitrary<Term> = fc.record({
  positive: fc.boolean(),
  set: fc.uniqueArray(fc.nat(limit - 1)).map((list) => VersionSet.where(limit, (version) => list.includes(version))),
});

/** In which of all situations, "not selected" and each version, the term is true. A version nobody lists is a situation too. */
function truths(term: Term): boolean[] {
  const selected = Array.from({ length: limit + 1 }, (_, version) => term.set.has(version) === term.positive);
  return [!term.positive, ...selected];
}

describe("a term is a statement about the selected version, or about there being none", () => {
  test("the operations are those of logic", () => {
    fc.assert(
      fc.property(terms, terms, (a, b) => {
        const [x, y] = [truths(a), truths(b)];
        expect(truths(intersectTerms(a, b))).toEqual(x.map((truth, i) => truth && y[i]!));
        expect(truths(unionTerms(a, b))).toEqual(x.map((truth, i) => truth || y[i]!));
        expect(truths(negateTerm(a))).toEqual(x.map((truth) => !truth));
        expect(isSubsetTerm(a, b)).toBe(x.every((truth, i) => !truth || y[i]!));
        expect(areDisjointTerms(a, b)).toBe(x.every((truth, i) => !(truth && y[i]!)));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("only the negation of the empty set is always true", () => {
    fc.assert(
      fc.property(terms, (term) => {
        expect(isAnyTerm(term)).toBe(truths(term).every(Boolean));
        expect(truths(intersectTerms(anyTerm, term))).toEqual(truths(term));
      }),
      { seed: 2 },
    );
  });
});
