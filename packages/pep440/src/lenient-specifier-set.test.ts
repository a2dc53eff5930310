import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specifierText } from "./arbitrary-version.test.data.ts";
import { parseLenientSpecifierSet, parseSpecifierSet } from "./index.ts";

describe("mistakes that published metadata has", () => {
  test.each([
    [">=2.7,!=3.0*,!=3.1*", "!=3.0.*,!=3.1.*,>=2.7"],
    [">= '2.7'", ">=2.7"],
    [">=1.0.*", ">=1.0"],
    ["<2.*,==1.*", "<2,==1.*"],
    [">=2.7 !=3.0.* <4", "!=3.0.*,<4,>=2.7"],
    [">=3.6<4", "<4,>=3.6"],
    [">=3.6.*,", ">=3.6"],
    [">='1.0'", ">=1.0"],
    ["~=1", ">=1"],
    ["~= 3,<5", "<5,>=3"],
    ["(>=3.6)", ">=3.6"],
    [">=3.6;", ">=3.6"],
    [">= 2.7 , !=3.0*", "!=3.0.*,>=2.7"],
    [",>=3.6.*,,<4", "<4,>=3.6"],
    ["!=~5.0", "!=5.0.*"],
    [">dev", ">0.0.0.dev0"],
    [">=9.0.0a1.0", ">=9.0.0a1"],
  ])("%s is read as %s", (written, meant) => {
    expect(() => parseSpecifierSet(written)).toThrow("is not a version specifier");
    expect(parseLenientSpecifierSet(written).toString()).toBe(meant);
  });

  test.each(["garbage", "~=1.0.*", "=>1.0", ">=one", "===a ===b"])("%s is refused, as the text it is", (text) => {
    expect(() => parseLenientSpecifierSet(text)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_SPECIFIER", text }),
    );
  });

  test("what is right is not touched", () => {
    fc.assert(
      fc.property(fc.array(specifierText, { maxLength: 3 }), (clauses) => {
        const text = clauses.join(",");
        expect(parseLenientSpecifierSet(text).toString()).toBe(parseSpecifierSet(text).toString());
      }),
      { seed: 440, numRuns: 300 },
    );
  });
});
