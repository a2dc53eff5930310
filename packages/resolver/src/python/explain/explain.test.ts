import { parseSpecifierSet } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { resolveIn, type MemoryIndex } from "../../../test/memory-index.ts";
import { similarNames } from "./similar-names.ts";
import { specifiersMeet } from "./specifiers-meet.ts";
import type { Stated } from "./stated.ts";

describe("whether specifiers can hold together, be there such a version or not", () => {
  test.each([
    [true, ">=2", "<3"],
    [false, ">=2", "<2"],
    [true, ">=2", "<=2"],
    [false, "==1.*", "==2.*"],
    [true, "~=1.4", "<1.5"],
    [false, "~=1.4", ">=2"],
    [true, "", ">1"],
    [true, ">=1", "!=1"],
    [false, "==1", "!=1"],
  ])("%s: %j and %j", (expected, one, other) => {
    expect(specifiersMeet([parseSpecifierSet(one), parseSpecifierSet(other)])).toBe(expected);
  });
});

test.each([
  ["reqeusts", ["requests"]],
  ["request", ["requests"]],
  ["python-dateutil", ["dateutil"]],
  ["date-util", ["dateutil"]],
  ["yml", []],
  ["numpy", []],
])("what may be meant by %s", (name, expected) => {
  expect(similarNames(name, ["requests", "dateutil", "yaml-x", "numba-x"])).toEqual(expected);
});

describe("hints", () => {
  const index: MemoryIndex = {
    late: { "1.0": [], "2.0b1": [], "2.0rc1": [] },
    old: { "1.0": [], "2.0": { python: ">=3.99" } },
    none: { "1.0": { python: ">=3.99" } },
    web: { "1.0": ["late>=2.0.0"] },
  };

  test.each([
    ["pre-releases of what is asked for", "late>=2", "", [{ kind: "prereleases-before", instead: ">=2.0rc1" }]],
    ["the same of what a dependency asks for", "web", "", [{ kind: "prereleases-before", version: "2.0.0" }]],
    [
      "pre-releases that are not allowed, and a version that is usable",
      "late>1",
      "disallow",
      [
        { kind: "prereleases-refused", versions: ["2.0b1", "2.0rc1"] },
        { kind: "usable-version", version: "1.0" },
      ],
    ],
    ["a version for this Python", "old>=2", "", [{ kind: "usable-version", version: "1.0" }]],
    ["none where there is none", "none", "", []],
    ["a similar name", "lte|late", "", [{ kind: "missing", names: ["late"] }]],
  ] as const)("%s", async (_, requirements, mode, expected) => {
    const outcome = await resolveIn(index, requirements, mode === "" ? {} : { prereleases: mode });
    const hints = outcome.kind === "no-solution" ? outcome.hints : [];
    expect(hints.filter(({ kind }) => kind !== "elsewhere")).toMatchObject(expected);
  });
});

test("a proof of many facts is told step by step, with the places as well", async () => {
  const index: Record<string, Record<string, string[]>> = { last: { "1.0": [], "2.0": [] } };
  for (let i = 0; i < 14; i++) index[`p${i}`] = { "1.0": [i === 13 ? "last<2" : `p${i + 1}`], "2.0": ["last<2"] };
  const stated = (project: NormalizedName): readonly Stated[] => [
    { role: "requirement", text: project, origin: "some.txt:7" },
  ];
  const outcome = await resolveIn(index, "p0|last>=2", { stated });
  expect(outcome.kind === "no-solution" && outcome.message).toMatch(
    /\nAnd because you require \S+ \(some\.txt:7\), your requirements cannot be met\.$/,
  );
});
