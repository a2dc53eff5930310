import { describe, expect, test } from "vitest";
import { parseLenientSpecifierSet } from "./lenient-specifier-set.ts";
import { parseVersion } from "./parse-version.ts";
import { acceptsPython, releaseOf } from "./requires-python.ts";

describe("Requires-Python is compared with the release of a Python, as in pip and uv", () => {
  test.each([
    [">=3.14", "3.14.0rc2", true],
    [">=3.14", "3.14.0a1", true],
    [">=3.14", "3.13.7", false],
    [">=3.14.1", "3.14.0rc2", false],
    ["<3.14", "3.14.0rc2", false],
    ["<3.14", "3.14.0b3", false],
    ["==3.14.*", "3.14.0rc2", true],
    ["~=3.14.0", "3.14.0rc2", true],
    ["!=3.14.0", "3.14.0rc2", false],
    [">3.13", "3.14.0rc2", true],
    [">=3.14.0rc3", "3.14.0rc2", true],
    ["<3.14.0rc1", "3.14.0rc2", false],
    ["==3.14.0rc2", "3.14.0rc2", false],
    ["===3.14.0", "3.14.0rc2", true],
    [">=3.13", "3.13.0+", true],
    [">=3.14", "3.14.0rc2+", true],
    ["", "3.14.0rc2", true],
    [">=3.6.*", "3.5.9", false],
    [">=3.6.*", "3.6.0", true],
  ])("%j of %s: %s", (requiresPython, python, expected) => {
    expect(acceptsPython(parseLenientSpecifierSet(requiresPython), python)).toBe(expected);
  });

  test.each([
    ["3.14.0rc2", "3.14.0"],
    ["3.15.0a1.dev0+local", "3.15.0"],
    ["3.12", "3.12"],
  ])("the release of %s is %s", (version, release) => {
    expect(releaseOf(parseVersion(version)).toString()).toBe(release);
  });
});
