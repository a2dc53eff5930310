import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { versionText } from "./arbitrary-version.test.data.ts";
import { compareReleases, compareVersions, parseVersion, versionsEqual } from "./index.ts";

const version = versionText.map(parseVersion);

/** The pairs that are not in the order in which they are listed. */
function outOfOrder(...texts: string[]): string[] {
  const versions = texts.map(parseVersion);
  return versions.flatMap((left, index) =>
    versions
      .filter((right, other) => compareVersions(left, right) !== Math.sign(index - other))
      .map((right) => `${left} and ${right}`),
  );
}

describe("PEP 440, Summary of permitted suffixes and relative ordering", () => {
  test("within a release: .devN, aN, bN, rcN, the release, .postN", () => {
    expect(
      outOfOrder("1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456"),
    ).toEqual([]);
    expect(
      outOfOrder("1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5"),
    ).toEqual([]);
    expect(outOfOrder("1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1")).toEqual([]);
  });

  test("numbers compare as numbers", () => {
    expect(
      outOfOrder("0.9", "0.9.1", "0.9.2", "0.9.10", "0.9.11", "1.0", "1.0.1", "1.1", "2.0", "10.0", "2012.4"),
    ).toEqual([]);
  });
});

describe("PEP 440, Version epochs", () => {
  test("a higher epoch comes after everything of a lower one", () => {
    expect(outOfOrder("2013.10", "2014.04", "1!1.0", "1!1.1", "2!0", "99999999999999999999!0")).toEqual([]);
  });
});

describe("PEP 440, Local version identifiers", () => {
  test("text comes before numbers, a longer local version after the one it begins with", () => {
    expect(
      outOfOrder(
        "1.0",
        "1.0+a",
        "1.0+a.a",
        "1.0+a.1",
        "1.0+ab",
        "1.0+b",
        "1.0+0",
        "1.0+0.a",
        "1.0+2",
        "1.0+10",
        "1.0+10.0",
      ),
    ).toEqual([]);
  });

  test("numbers beyond 2^53 compare exactly", () => {
    expect(outOfOrder("1+9007199254740992", "1+9007199254740993", "1+99999999999999999999")).toEqual([]);
  });
});

describe("the comparison key", () => {
  test("decides exactly where numbers do not fit", () => {
    expect(outOfOrder("1.16383.16383", "1.16384", "1.16385", "1.9007199254740992", "1.9007199254740993", "2")).toEqual(
      [],
    );
    expect(outOfOrder("33554431.16383.16383.1", "33554432", "33554433.dev0", "33554433")).toEqual([]);
    expect(outOfOrder("1.0.0.0", "1.0.0.0.1", "1.0.0.1", "1.0.0.33554432", "1.0.0.33554433")).toEqual([]);
    expect(outOfOrder("1.0a254", "1.0a255", "1.0a256", "1.0a256.post1", "1.0a257", "1.0b0")).toEqual([]);
    expect(
      outOfOrder("1.0", "1.0.post253", "1.0.post254", "1.0.post255.dev1", "1.0.post255", "1.0.post20240101"),
    ).toEqual([]);
    expect(outOfOrder("1.0.dev509", "1.0.dev510", "1.0.dev511", "1.0.dev512", "1.0.dev20240101", "1.0a0")).toEqual([]);
  });

  test("is monotone: of two versions the lesser never has the higher rank", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [low, high] = compareVersions(a, b) <= 0 ? [a, b] : [b, a];
        expect(low.releaseRank).toBeLessThanOrEqual(high.releaseRank);
        expect(low.releaseRank < high.releaseRank || low.suffixRank <= high.suffixRank).toBe(true);
      }),
      { seed: 440, numRuns: 2000 },
    );
  });
});

describe("laws of the order", () => {
  test("it is total: antisymmetric and transitive", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        const [x, y, z] = [a, b, c].toSorted(compareVersions) as [typeof a, typeof a, typeof a];
        expect(compareVersions(x, y)).toBeLessThanOrEqual(0);
        expect(compareVersions(y, z)).toBeLessThanOrEqual(0);
        expect(compareVersions(x, z)).toBeLessThanOrEqual(0);
      }),
      { seed: 440, numRuns: 2000 },
    );
  });

  test("equal versions, and no others, have the same key", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(a.key === b.key).toBe(versionsEqual(a, b));
      }),
      { seed: 440, numRuns: 2000 },
    );
  });

  test.each([
    ["1", "1.0.0"],
    ["1.0.dev0", "1.dev0"],
    ["v1.0-1", "1.post1"],
    ["0!1+A.01", "1.0+a-1"],
  ])("%s and %s are equal and have the same key", (a, b) => {
    expect(versionsEqual(parseVersion(a), parseVersion(b))).toBe(true);
    expect(parseVersion(a).key).toBe(parseVersion(b).key);
  });
});

describe("the order of releases", () => {
  test("knows no difference between the versions of one release", () => {
    const [dev, post, next] = ["1.0.dev0", "1.post9+local", "1.0.0.1.dev0"].map(parseVersion) as [never, never, never];
    expect([compareReleases(dev, post), compareReleases(post, next), compareReleases(next, dev)]).toEqual([0, -1, 1]);
  });
});
