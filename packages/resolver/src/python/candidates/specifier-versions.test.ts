import { compareVersions, parseSpecifierSet, parseVersion } from "@murre/pep440";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specifierVersions } from "./specifier-versions.ts";

const texts = [
  "0.9",
  "1.0.dev1",
  "1.0a1",
  "1.0rc1",
  "1.0",
  "1.0+cpu",
  "1.0+cu118",
  "1.0.post1",
  "1.0.post1+x",
  "1.0.1",
  "1.1.dev0",
  "1.1",
  "1.1.post2.dev3",
  "1.9",
  "1.10",
  "2.0b2",
  "2.0",
  "2.0.0.1",
  "2.1",
  "3",
  "1!0.5",
  "1!1.0",
];
const operators = ["==", "!=", "<=", ">=", "<", ">", "==="];

const clauses = fc.oneof(
  fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...texts)).map(([operator, text]) => {
    // Only equality knows local versions.
    return operator + (/^[<>]/.test(operator) ? text.replace(/\+.*/, "") : text);
  }),
  fc
    .tuple(fc.constantFrom("==", "!="), fc.constantFrom("1", "1.0", "2", "1!1"))
    .map(([operator, text]) => `${operator}${text}.*`),
  fc.constantFrom("~=1.0", "~=1.0.0", "~=2.0b1", "~=1.0.post1"),
);

describe("the versions that a specifier set selects out of a list", () => {
  test("are those that the specifier set contains", () => {
    fc.assert(
      fc.property(fc.array(clauses, { maxLength: 3 }), fc.subarray(texts), (parts, chosen) => {
        const specifiers = parseSpecifierSet(parts.join(","));
        const versions = chosen.map((text) => parseVersion(text)).sort(compareVersions);
        const selected = specifierVersions(
          specifiers,
          versions.map((version) => ({ version })),
        );
        const expected = versions.filter((version) => specifiers.contains(version, { prereleases: true }));
        expect([...selected.ascending()].map((i) => versions[i]!.toString())).toEqual(expected.map(String));
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});
