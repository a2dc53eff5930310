import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specifierText, versionText } from "./arbitrary-version.test.data.ts";
import { InvalidSpecifier, parseSpecifier, parseVersion, tryParseSpecifier } from "./index.ts";

const clauses: readonly (readonly [clause: string, specifier: string, inside: string, outside: string])[] = [
  [
    "Compatible release",
    "~=2.2",
    "2.2 2.2.0 2.2+local 2.2.post3 2.3 2.3.dev1 2.10",
    "2.1 2.2.dev0 2.2rc1 3.0.dev0 3.0a1 3",
  ],
  ["Compatible release", "~=1.4.5a4", "1.4.5a4 1.4.5a5.dev0 1.4.5 1.4.9", "1.4.5a3 1.4.5a4.dev1 1.5.dev0 1.5"],
  ["Compatible release", "~=2.2.post3", "2.2.post3 2.3 2.9", "2.2 2.2.post2 3.0.dev1 3.0"],
  ["Compatible release", "~=2.2.0", "2.2 2.2.5", "2.3 2.3.dev0"],
  ["Compatible release", "~=1!1.1", "1!1.1 1!1.9", "1.1 1!2 2!1.1"],
  ["Version matching", "==1.1", "1.1 1.1.0 v1.1 1.1+ubuntu.1 1.1.0+1", "1.1.post1 1.1.dev1 1.1a1 1.1.1 1.10"],
  ["Version matching", "==1.1.post1", "1.1.post1 1.1-1 1.1.post1+local", "1.1 1.1.post2 1.1.post1.dev1"],
  ["Version matching", "==1.1+abc.1", "1.1+abc.1 1.1+ABC-01 1.1.0+abc_1", "1.1 1.1+abc 1.1+abc.1.0"],
  ["Version matching", "==1.1.*", "1.1 1.1.dev0 1.1a1 1.1.post1 1.1.2.dev3 1.1+local", "1.0 1.10 1.2.dev0 1 1!1.1"],
  ["Version matching", "==1.*", "1 1.dev1 1.9.9+x", "2.dev0 0.9 10.0"],
  ["Version exclusion", "!=1.1", "1.1.post1 1.1.dev0 1.2 1.0", "1.1 1.1.0 1.1+local"],
  ["Version exclusion", "!=1.1.post1", "1.1 1.1.post2 1.1.post1.dev0", "1.1.post1 1.1-1+local"],
  ["Version exclusion", "!=1.1+abc", "1.1 1.1+abd 1.1+abc.0", "1.1+abc"],
  ["Version exclusion", "!=1.1.*", "1.2.dev0 1.0 1.10", "1.1 1.1.dev0 1.1a1 1.1.5"],
  ["Inclusive ordered comparison", "<=1.0", "1.0 1.0+local 1.0a1 1.0.dev0 0.9", "1.0.post1 1.0.post0.dev0 1.0.0.1"],
  ["Inclusive ordered comparison", ">=1.0", "1.0 1.0+local 1.0.post1 1.1.dev0 1!0", "1.0.dev0 1.0rc1 0.9"],
  [
    "Exclusive ordered comparison",
    ">1.7",
    "1.7.1 1.7.0.1 1.8.dev0 1.7.1.dev1",
    "1.7 1.7.0.post1 1.7.post1.dev0 1.7+local 1.7rc1",
  ],
  ["Exclusive ordered comparison", ">1.7.post2", "1.7.post3 1.7.1 1.7.post3.dev0", "1.7.post2 1.7.0 1.7.post2+local"],
  ["Exclusive ordered comparison", ">1.7a1", "1.7a2 1.7a2.dev0 1.7", "1.7a1 1.7a1.post1 1.7a1+local 1.7a1.dev1"],
  ["Exclusive ordered comparison", ">1.7.dev1", "1.7.dev2 1.7a1 1.7", "1.7.dev1 1.7.dev1+local 1.7.dev0"],
  ["Exclusive ordered comparison", "<1.7", "1.6 1.6.post1 1.6+local", "1.7 1.7.dev0 1.7a1 1.7rc1"],
  ["Exclusive ordered comparison", "<1.7rc1", "1.7b9 1.7.dev0 1.6", "1.7rc1 1.7 1.7rc1+local"],
  ["Exclusive ordered comparison", "<1.7.post2", "1.7.post1 1.7 1.7rc1", "1.7.post2 1.7.post2.dev0"],
  ["Exclusive ordered comparison", "<0", "", "0.dev0 0a1 0"],
  ["Arbitrary equality", "===1.0", "1.0", "1.0.0 v1.0 1.0+local"],
  ["Arbitrary equality", "===Foo_Bar", "foo_bar FOO_BAR", "foo-bar 1.0"],
  ["numbers beyond 2^53", "<=1.9007199254740993", "1.9007199254740993 1.9007199254740992", "1.9007199254740994"],
  ["numbers beyond 2^53", "==9007199254740991.*", "9007199254740991.5", "9007199254740992 9007199254740990"],
];
const wordsOf = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const accepted = clauses.flatMap(([clause, text, inside]) => wordsOf(inside).map((word) => [clause, text, word]));
const refused = clauses.flatMap(([clause, text, , outside]) => wordsOf(outside).map((word) => [clause, text, word]));

describe("PEP 440, Version specifiers", () => {
  test.each(accepted)("%s: %s accepts %s", (_, text = "", word = "") => {
    expect(parseSpecifier(text).contains(word)).toBe(true);
    expect(parseSpecifier(text).contains(word, { prereleases: true })).toBe(true);
  });

  test.each(refused)("%s: %s refuses %s", (_, text = "", word = "") => {
    expect(parseSpecifier(text).contains(word)).toBe(false);
  });

  test("a candidate that is no version satisfies no comparison", () => {
    expect(parseSpecifier("!=1.0").contains("garbage")).toBe(false);
  });

  test("a pre-release is refused when the caller says so, even if the clause names it", () => {
    expect(parseSpecifier(">=1.0a1").contains("1.0a1", { prereleases: false })).toBe(false);
  });
});

describe("a specifier's text", () => {
  test.each([
    [" >= v1.0-ALPHA_1 ", ">=1.0a1"],
    ["==01.02.*", "==1.2.*"],
    ["== 1.0+Ubuntu-1", "==1.0+ubuntu.1"],
    ["=== Any_Thing", "===Any_Thing"],
    ["~= 1.0.0", "~=1.0.0"],
    ["===", "==="],
  ])("%j is %s", (written, normal) => {
    expect(parseSpecifier(written).toString()).toBe(normal);
  });

  test.each([
    ["==1.0", "==1.0.0", true],
    [">=1", ">=1.0", true],
    ["~=1.0", "~=1.0.0", false],
    ["==1.0", ">=1.0", false],
  ])("%s and %s have the same key: %s", (a, b, isSame) => {
    expect(parseSpecifier(a).key === parseSpecifier(b).key).toBe(isSame);
  });
});

describe("PEP 440: what is no specifier", () => {
  test.each([
    ["1.0", "expected one of ~= == != <= >= < > === and a version"],
    ["=>1.0", "expected one of"],
    ["=1.0", "expected one of"],
    [">=", "expected a version after >="],
    [">= one", "expected a version after >="],
    [">=1.0 <2", "expected a version after >="],
    [">=1.*", ".* can only be used with == and !="],
    ["==1.0a1.*", ".* has to follow numbers only"],
    ["!=1.0+x.*", ".* has to follow numbers only"],
    ["==*", "expected a version after =="],
    ["<1.0+local", "a local version (after the +) can only be used with == and !="],
    ["~=1", "~= needs at least two numbers"],
    ["===a b", "expected"],
  ])("%j is refused: %s", (text, reason) => {
    expect(() => parseSpecifier(text)).toThrow(InvalidSpecifier);
    expect(() => parseSpecifier(text)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_SPECIFIER", text }));
    expect(() => parseSpecifier(text)).toThrow(reason);
    expect(tryParseSpecifier(text)).toBeUndefined();
  });
});

describe("laws of specifiers", () => {
  test("printing and reading again gives a clause that accepts the same", () => {
    fc.assert(
      fc.property(specifierText, versionText, (text, candidate) => {
        const specifier = parseSpecifier(text);
        const again = parseSpecifier(specifier.toString());
        expect(again.toString()).toBe(specifier.toString());
        expect(again.contains(candidate)).toBe(specifier.contains(candidate));
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("== and != of the same version share nothing and leave nothing out", () => {
    fc.assert(
      fc.property(versionText, versionText, fc.boolean(), (text, candidate, isPrefix) => {
        const right = isPrefix ? `${parseVersion(text).base}.*` : text;
        const isEqual = parseSpecifier(`==${right}`).contains(candidate);
        expect(parseSpecifier(`!=${right}`).contains(candidate)).toBe(!isEqual);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("what > accepts >= accepts, what < accepts <= accepts, and <= with > shares nothing", () => {
    fc.assert(
      fc.property(versionText, versionText, (text, candidate) => {
        const right = parseVersion(text).public;
        const holds = (operator: string): boolean => parseSpecifier(operator + right).contains(candidate);
        expect(holds(">") && !holds(">=")).toBe(false);
        expect(holds("<") && !holds("<=")).toBe(false);
        expect(holds("<=") && holds(">")).toBe(false);
        expect(holds(">=") && holds("<")).toBe(false);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });
});
