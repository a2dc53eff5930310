import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareVersions, parseSpecifierSet, parseVersion, tryParseVersion } from "../src/index.ts";

interface SpecifierRow {
  readonly specifiers: string;
  readonly invalid?: true;
  readonly normalized: readonly string[];
  readonly candidate: string;
  /** Without a word on pre-releases, with `true`, with `false`. */
  readonly contains: readonly [boolean, boolean, boolean];
  readonly candidates: readonly string[];
  readonly filter: readonly [string[], string[], string[]];
}

/** Answers of PyPA's packaging 26.3 to random questions, many of them near misses. */
const table = JSON.parse(readFileSync(join(import.meta.dirname, "packaging-26.json"), "utf8")) as {
  readonly versions: readonly [text: string, normalized: string | null][];
  readonly pairs: readonly [a: string, b: string, order: number][];
  readonly specifiers: readonly SpecifierRow[];
};
const words = [undefined, true, false] as const;

describe("packaging 26 has the same answers", () => {
  test.each(table.versions)("the version %j is %s", (text, normalized) => {
    expect(tryParseVersion(text)?.toString() ?? null).toBe(normalized);
  });

  test.each(table.pairs)("%s and %s are in the order %s", (a, b, order) => {
    expect(compareVersions(parseVersion(a), parseVersion(b))).toBe(order);
  });

  test.each(table.specifiers.filter((row) => row.invalid))("$specifiers is refused", ({ specifiers }) => {
    expect(() => parseSpecifierSet(specifiers)).toThrow(/is not a version specifier/);
  });

  test.each(table.specifiers.filter((row) => !row.invalid))("$specifiers and $candidate", (row) => {
    const set = parseSpecifierSet(row.specifiers);
    expect(set.specifiers.map(String)).toEqual(row.normalized);
    expect(words.map((prereleases) => set.contains(row.candidate, { prereleases }))).toEqual(row.contains);
    expect(words.map((prereleases) => set.filter(row.candidates, { prereleases }))).toEqual(row.filter);
  });
});
