import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNormalizedName, isValidName, normalizeName } from "./index.ts";

describe("PEP 503, Normalized Names", () => {
  test.each([
    ["Django", "django"],
    ["zope.interface", "zope-interface"],
    ["Foo__Bar", "foo-bar"],
    ["a-._-b", "a-b"],
    ["typing_extensions", "typing-extensions"],
    ["already-normal-1", "already-normal-1"],
  ])("%s is %s", (name, normal) => {
    expect(normalizeName(name)).toBe(normal);
  });

  test.each(["a", "1", "a-b", "a1-2-b", "A", "a_b", "a.b", "a--b", "-a", "a-", "", "é", "a b", "a\n"])(
    "%j is known as normalised exactly where it is a valid name that normalising leaves as it is",
    (name) => {
      expect(isNormalizedName(name)).toBe(isValidName(name) && normalizeName(name) === name);
    },
  );

  test("normalising twice changes nothing more", () => {
    const character = fc.constantFrom(..."abcXYZ019-_.");
    fc.assert(
      fc.property(fc.string({ unit: character }), (name) => {
        expect(normalizeName(normalizeName(name))).toBe(normalizeName(name));
      }),
      { seed: 508, numRuns: 500 },
    );
  });
});

describe("core metadata, Name", () => {
  test.each(["a", "A1", "a.b", "a-_.b", "1"])("%s is a valid name", (name) => {
    expect(isValidName(name)).toBe(true);
  });

  test.each(["", "-a", "a-", "a_", ".a", "a b", "é", "a\n", "a/b", "\u212A"])("%j is none", (name) => {
    expect(isValidName(name)).toBe(false);
  });
});
