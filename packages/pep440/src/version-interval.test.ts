import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specifierText, versionText } from "./arbitrary-version.test.data.ts";
import { compareBounds, parseSpecifier, parseVersion, type VersionBound } from "./index.ts";

const bound: fc.Arbitrary<VersionBound> = fc.record({
  version: versionText.map(parseVersion),
  placement: fc.constantFrom("before", "after", "after-release"),
});

function drawPoint(bound: VersionBound | undefined): string {
  return bound === undefined ? "unbounded" : `${bound.placement} ${bound.version}`;
}

function draw(text: string): string {
  const intervals = parseSpecifier(text).intervals ?? [];
  return intervals.map(({ lower, upper }) => `${drawPoint(lower)} … ${drawPoint(upper)}`).join(" | ");
}

describe("a specifier as intervals of the version line", () => {
  test.each([
    [">=1.0", "before 1.0 … unbounded"],
    ["<=1.0", "unbounded … before 1.0.post0.dev0"],
    [">1.0", "after-release 1.0 … unbounded"],
    [">1.0a1", "before 1.0a2.dev0 … unbounded"],
    [">1.0.post1", "before 1.0.post2.dev0 … unbounded"],
    [">1.0.dev1", "before 1.0.dev2 … unbounded"],
    ["<1.0", "unbounded … before 1.0.dev0"],
    ["<1.0a1", "unbounded … before 1.0a1"],
    ["<0", ""],
    ["==1.0", "before 1.0 … before 1.0.post0.dev0"],
    ["==1.0+local", "before 1.0+local … after 1.0+local"],
    ["!=1.0", "unbounded … before 1.0 | before 1.0.post0.dev0 … unbounded"],
    ["==1.2.*", "before 1.2.dev0 … before 1.3.dev0"],
    ["!=0.*", "before 1.dev0 … unbounded"],
    ["~=1!1.4.2", "before 1!1.4.2 … before 1!1.5.dev0"],
    ["<=1.9007199254740991.post9007199254740991", "unbounded … before 1.9007199254740991.post9007199254740992.dev0"],
  ])("%s is %s", (text, drawing) => {
    expect(draw(text)).toBe(drawing);
  });

  test("=== compares text and has none", () => {
    expect(parseSpecifier("===1.0").intervals).toBeUndefined();
  });

  test("intervals are in order, apart from each other, and none is empty", () => {
    fc.assert(
      fc.property(specifierText, (text) => {
        const bounds = (parseSpecifier(text).intervals ?? [])
          .flatMap(({ lower, upper }) => [lower, upper])
          .filter((bound) => bound !== undefined);
        const orders = bounds.slice(1).map((bound, index) => compareBounds(bounds[index] ?? bound, bound));
        expect(orders.every((order) => order < 0)).toBe(true);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });
});

describe("laws of bounds", () => {
  test("their order is total", () => {
    fc.assert(
      fc.property(bound, bound, bound, (a, b, c) => {
        expect(Math.sign(compareBounds(a, b)) + Math.sign(compareBounds(b, a))).toBe(0);
        const [x, , z] = [a, b, c].toSorted(compareBounds) as [VersionBound, VersionBound, VersionBound];
        expect(compareBounds(x, z)).toBeLessThanOrEqual(0);
      }),
      { seed: 440, numRuns: 2000 },
    );
  });

  test("before a version, after it, after its release", () => {
    const version = parseVersion("1.0.post1");
    const [before, after, afterRelease] = (["before", "after", "after-release"] as const).map((placement) => ({
      version,
      placement,
    }));
    expect([
      compareBounds(before!, after!),
      compareBounds(after!, afterRelease!),
      compareBounds(before!, afterRelease!),
    ]).toEqual([-1, -1, -1]);
  });
});
