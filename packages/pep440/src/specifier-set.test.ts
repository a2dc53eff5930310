import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specifierText, versionText } from "./arbitrary-version.test.data.ts";
import { InvalidSpecifier, intersectSpecifierSets, parseSpecifierSet, parseVersion } from "./index.ts";

const setText = fc.array(specifierText, { maxLength: 3 }).map((clauses) => clauses.join(","));
const versions = (text: string) => text.split(" ").map(parseVersion);

describe("PEP 440: the comma is a logical and", () => {
  test("every clause has to hold", () => {
    const set = parseSpecifierSet(">= 1.0, != 1.3.4.*, < 2.0");
    expect(set.filter(["0.9", "1.0", "1.3.4.1", "1.3.5", "2.0"])).toEqual(["1.0", "1.3.5"]);
  });

  test("no clause lets everything through, what is no version included", () => {
    expect(parseSpecifierSet(" , ").contains("garbage")).toBe(true);
    expect(parseSpecifierSet("").toString()).toBe("");
  });

  test("the text has its clauses normalised and sorted, each once", () => {
    expect(parseSpecifierSet(" >= 1.0.0 ,<2,>=1, !=v1.5,").toString()).toBe("!=1.5,<2,>=1");
    expect(parseSpecifierSet(">=1,<2").specifiers.map(String)).toEqual([">=1", "<2"]);
  });

  test("the first clause that is wrong is named", () => {
    expect(() => parseSpecifierSet(">=1,=<2,bad")).toThrow(InvalidSpecifier);
    expect(() => parseSpecifierSet(">=1,=<2,bad")).toThrow(expect.objectContaining({ text: "=<2" }));
  });

  test("an intersection has the clauses of both", () => {
    const [a, b, any] = [">=1", "<2,>=1.0", ""].map(parseSpecifierSet) as [never, never, never];
    expect(intersectSpecifierSets(a, b).toString()).toBe("<2,>=1");
    expect([intersectSpecifierSets(a, any), intersectSpecifierSets(any, a)]).toEqual([a, a]);
  });
});

describe("PEP 440, Handling of pre-releases, as packaging 26 has it", () => {
  test.each([
    [">=1.0", "1.0 1.1 1.2a1", "1.0 1.1"],
    [">=1.0", "0.9 1.2a1 1.2.dev3", "1.2a1 1.2.dev3"],
    [">=1.0a1", "1.0a1 1.0 1.1b1", "1.0a1 1.0 1.1b1"],
    ["==1.0.*", "1.0a1 1.0 1.0.1rc1", "1.0 "],
    ["!=1.0a1", "1.0a1 1.0a2 1.0", "1.0 "],
    ["", "1.0a1 1.0", "1.0 "],
    ["", "1.0a1 1.0.dev0", "1.0a1 1.0.dev0"],
  ])("%j filters %s to %s", (set, candidates, expected) => {
    expect(parseSpecifierSet(set).filter(versions(candidates)).map(String)).toEqual(expected.trim().split(" "));
  });

  test("the caller's word counts more than the clauses'", () => {
    const candidates = versions("1.0a1 1.0 1.1b1");
    expect(parseSpecifierSet(">=1.0").filter(candidates, { prereleases: true }).map(String)).toEqual(["1.0", "1.1b1"]);
    expect(parseSpecifierSet(">=1.0a1").filter(candidates, { prereleases: false }).map(String)).toEqual(["1.0"]);
  });

  test("a single candidate has no alternatives: contains accepts pre-releases unless told not to", () => {
    const set = parseSpecifierSet(">=1.0");
    expect(set.contains("1.1a1")).toBe(true);
    expect(set.contains("1.1a1", { prereleases: false })).toBe(false);
    expect(parseSpecifierSet("").contains("1.1a1", { prereleases: false })).toBe(false);
  });

  test.each([
    ["", undefined],
    [">=1.0", undefined],
    [">=1.0,<2.0.dev0", true],
    ["!=1.0a1", undefined],
    ["===1.0a1", true],
    ["===garbage", undefined],
  ])("the clauses of %j ask for pre-releases: %s", (text, prereleases) => {
    expect(parseSpecifierSet(text).prereleases).toBe(prereleases);
  });

  test("texts that are no versions count as neither final nor pre-release", () => {
    expect(parseSpecifierSet("").filter(["old", "1.0a1", "1.0", "older"])).toEqual(["old", "1.0", "older"]);
    expect(parseSpecifierSet("").filter(["old", "1.0a1"])).toEqual(["old", "1.0a1"]);
  });
});

describe("PEP 440, Arbitrary equality", () => {
  test("a text is compared as it is, a version by its normalised text", () => {
    const set = parseSpecifierSet("===1.0.0-RC1");
    expect(set.contains("1.0.0-rc1")).toBe(true);
    expect(set.contains(parseVersion("1.0.0-rc1"))).toBe(false);
    expect(parseSpecifierSet("===1.0.0rc1").contains(parseVersion("1.0.0-rc1"))).toBe(true);
  });
});

describe("laws of specifier sets", () => {
  test("filter with pre-releases keeps exactly what contains accepts", () => {
    fc.assert(
      fc.property(setText, fc.array(versionText, { maxLength: 6 }), (text, texts) => {
        const set = parseSpecifierSet(text);
        const candidates = texts.map(parseVersion);
        const expected = candidates.filter((candidate) => set.contains(candidate));
        expect(set.filter(candidates, { prereleases: true })).toEqual(expected);
        expect(set.filter(candidates, { prereleases: false })).toEqual(expected.filter((one) => !one.isPrerelease));
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("filter by default finds something wherever filter with pre-releases does", () => {
    fc.assert(
      fc.property(setText, fc.array(versionText, { maxLength: 6 }), (text, texts) => {
        const set = parseSpecifierSet(text);
        const byDefault = set.filter(texts);
        const all = set.filter(texts, { prereleases: true });
        expect(all).toEqual(expect.arrayContaining(byDefault));
        expect(byDefault.length === 0).toBe(all.length === 0);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("an intersection accepts what both accept; its order does not matter", () => {
    fc.assert(
      fc.property(setText, setText, versionText, (left, right, text) => {
        const [a, b] = [parseSpecifierSet(left), parseSpecifierSet(right)];
        const both = intersectSpecifierSets(a, b);
        expect(both.contains(text)).toBe(a.contains(text) && b.contains(text));
        expect(intersectSpecifierSets(b, a).toString()).toBe(both.toString());
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("printing is idempotent", () => {
    fc.assert(
      fc.property(setText, (text) => {
        const printed = parseSpecifierSet(text).toString();
        expect(parseSpecifierSet(printed).toString()).toBe(printed);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });
});
