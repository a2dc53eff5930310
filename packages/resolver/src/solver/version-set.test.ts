import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VersionSet } from "./version-set.ts";

const limit = 24;
const members = fc.uniqueArray(fc.nat(limit - 1)).map((list) => new Set(list));

function made(set: ReadonlySet<number>): VersionSet {
  return VersionSet.where(limit, (version) => set.has(version));
}

function listed(set: VersionSet): number[] {
  return [...set.ascending()];
}

function sorted(versions: Iterable<number>): number[] {
  return [...versions].sort((a, b) => a - b);
}

describe("a version set behaves like a set of numbers", () => {
  test("the operations agree with those on plain sets", () => {
    fc.assert(
      fc.property(members, members, (a, b) => {
        const [x, y] = [made(a), made(b)];
        const inBoth = [...a].filter((version) => b.has(version));
        expect(listed(x.intersect(y))).toEqual(sorted(inBoth));
        expect(listed(x.union(y))).toEqual(sorted(new Set([...a, ...b])));
        expect(listed(x.subtract(y))).toEqual(sorted([...a].filter((version) => !b.has(version))));
        expect(x.isDisjointFrom(y)).toBe(inBoth.length === 0);
        expect(x.isSubsetOf(y)).toBe(inBoth.length === a.size);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("size, ends and membership are those of its members", () => {
    fc.assert(
      fc.property(members, (a) => {
        const set = made(a);
        const all = sorted(a);
        expect([set.size, set.lowest, set.highest, set.isEmpty]).toEqual([a.size, all[0], all.at(-1), a.size === 0]);
        expect([...set.descending()]).toEqual(all.toReversed());
        for (let version = 0; version < limit; version++) expect(set.has(version)).toBe(a.has(version));
      }),
      { seed: 2 },
    );
  });

  test("sets have the same key exactly when they are equal, however they were made", () => {
    fc.assert(
      fc.property(members, members, (a, b) => {
        const [x, y] = [made(a), made(b)];
        const again = x.subtract(y).union(x.intersect(y));
        expect(again.equals(x)).toBe(true);
        expect(again.key).toBe(x.key);
        expect(x.equals(y)).toBe(x.key === y.key);
        expect(x.equals(y)).toBe(listed(x).join() === listed(y).join());
      }),
      { seed: 3 },
    );
  });
});
