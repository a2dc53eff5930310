import { type NormalizedName, parseMarker } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import type { PreferredVersion, UniversalOutcome } from "../src/index.ts";
import type { MemoryFile, MemoryIndex } from "./memory-index.ts";
import { lines, linesIn, resolve, type UniversalOptions } from "./universal-resolve.ts";

describe("an environment that nobody has heard of has to have a solution as well, as with uv", () => {
  const choice: MemoryIndex = { a: { "1": [], "2": [], "3": [] } };
  test.each<[string, string[]]>([
    [
      "a<2; os_name == 'nt'|a>=2; sys_platform == 'linux'",
      ["a==1 ; os_name == 'nt'", "a==3 ; sys_platform == 'linux'"],
    ],
    [
      "a<2; os_name == 'nt'|a>=2; platform_system == 'Darwin'",
      ["a==1 ; os_name == 'nt'", "a==3 ; sys_platform == 'darwin'"],
    ],
  ])("%s is %j: those are never at once", async (requirements, expected) => {
    expect(await linesIn(choice, requirements)).toEqual(expected);
  });

  test.each([
    ["a<2; os_name == 'nt'|a>=2; 'linux' in sys_platform", "'linux' in sys_platform and os_name == 'nt'"],
    ["a<2; os_name == 'nt'|a>=2; sys_platform == 'win32'", "os_name == 'nt' and sys_platform == 'win32'"],
    ["a<2; os_name == 'nt'|a>=2; sys_platform == 'plan9'", "os_name == 'nt' and sys_platform == 'plan9'"],
  ])("%s has no solution where %s", async (requirements, marker) => {
    expect(await resolve(choice, requirements)).toMatchObject({ kind: "no-solution", marker });
  });
});

describe("what was taken before is taken again, and in the same parts", () => {
  const index: MemoryIndex = {
    a: { "1": ["e<2; python_version < '3.9'"] },
    e: { "1": ["d"], "2": [], "3": { python: ">=3.12" } },
    d: { "1": ["g"] },
    g: { "1": [], "2": { python: ">=3.11" } },
    // The same with platforms.
    w: { "1": ["n<2; sys_platform == 'linux'"] },
    n: { "1": ["m"], "2": [] },
    m: { "1": ["k"] },
    k: { "1": [], "2": { files: ["-py3-none-win_amd64.whl"] } },
  };
  /** What an earlier result has as preferences, as its file says it. */
  const kept = (outcome: UniversalOutcome<MemoryFile>) => {
    const preferences = new Map<NormalizedName, PreferredVersion[]>();
    for (const { name, version, marker } of outcome.kind === "solution" ? outcome.distributions : [])
      preferences.set(name, [
        ...(preferences.get(name) ?? []),
        { version, marker: marker === undefined ? undefined : parseMarker(marker) },
      ]);
    return preferences;
  };
  test.each<[string, string[], UniversalOptions?]>([
    // That g 2 needs a later Python is what shows the parts the first time, and g 2 is not in the result.
    [
      "e<3|a",
      [
        "a==1",
        "d==1 ; python_full_version < '3.11'",
        "e==1 ; python_full_version < '3.11'",
        "e==2 ; python_full_version >= '3.11'",
        "g==1 ; python_full_version < '3.11'",
      ],
    ],
    [
      "e|a",
      [
        "a==1",
        "d==1 ; python_full_version < '3.11'",
        "e==1 ; python_full_version < '3.11'",
        "e==2 ; python_full_version == '3.11.*'",
        "e==3 ; python_full_version >= '3.12'",
        "g==1 ; python_full_version < '3.11'",
      ],
    ],
    [
      "e<3; os_name == 'nt'|a",
      [
        "a==1",
        "d==1 ; (os_name == 'nt' and python_full_version < '3.11') or python_full_version < '3.9'",
        "e==1 ; (os_name == 'nt' and python_full_version < '3.11') or python_full_version < '3.9'",
        "e==2 ; os_name == 'nt' and python_full_version >= '3.11'",
        "g==1 ; (os_name == 'nt' and python_full_version < '3.11') or python_full_version < '3.9'",
      ],
    ],
    ["e<3|a", ["a==1", "d==1", "e==1", "g==1"], { forkStrategy: "fewest" }],
    [
      "n|w",
      [
        "k==1 ; sys_platform == 'linux'",
        "m==1 ; sys_platform == 'linux'",
        "n==1 ; sys_platform == 'linux'",
        "n==2 ; sys_platform != 'linux'",
        "w==1",
      ],
      { requiredEnvironments: [parseMarker("sys_platform == 'linux'")] },
    ],
  ])("%s is %j", async (requirements, expected, options) => {
    const first = await resolve(index, requirements, options);
    expect(lines(first)).toEqual(expected);
    const preferences = kept(first);
    expect(await linesIn(index, requirements, { ...options, preferences })).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ["e<2|a", ["a==1", "d==1", "e==1", "g==1"]],
    [
      "e>=2; python_version >= '3.9'|a",
      [
        "a==1",
        "d==1 ; python_full_version < '3.9'",
        "e==1 ; python_full_version < '3.9'",
        "e==2 ; python_full_version >= '3.9'",
        "g==1 ; python_full_version < '3.9'",
      ],
    ],
    ["e>=3|a", ["a==1", "e==3"]],
  ])("but as far as it may be: %s is %j then", async (requirements, expected) => {
    const preferences = kept(await resolve(index, "e<3|a"));
    const python = requirements.startsWith("e>=3") ? ">=3.12" : "";
    expect(await linesIn(index, requirements, { preferences, python })).toEqual(expected);
  });
});
