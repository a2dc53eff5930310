import { normalizeName, type NormalizedName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import type { DistributionMetadata } from "../src/index.ts";
import { type MemoryIndex, MemorySource, names, pins, pinsIn, resolveIn } from "./memory-index.ts";

describe("direct URLs", () => {
  const wheel = "https://files.example/lib-3.0-py3-none-any.whl";
  const index: MemoryIndex = { lib: { "1.0": [] }, app: { "1.0": ["lib"], "2.0": [`lib @ ${wheel}`] } };
  const urls = { [wheel]: { version: "3.0", requiresDist: [] } };

  test.each([
    [`lib @ ${wheel}|app<2`, "app==1.0 lib==3.0"],
    [`lib @ ${wheel}|lib<2`, "none"],
    [`lib @ ${wheel}|lib @ https://files.example/other.whl`, "none"],
    ["app", "app==2.0 lib==3.0"],
  ])("%s leads to %s", async (requirements, expected) => {
    expect(pins(await resolveIn(new MemorySource(index, urls), requirements))).toBe(expected);
  });

  test("the solution names the URL, and the index is not asked for the project", async () => {
    const source = new MemorySource(index, urls);
    const outcome = await resolveIn(source, `lib @ ${wheel}`);
    expect(outcome).toMatchObject({ distributions: [{ name: "lib", from: { kind: "url", url: wheel } }] });
    expect(source.asked).toEqual([wheel]);
  });
});

describe("a URL that a distribution names", () => {
  const [one, two] = [
    "https://files.example/lib-1.0-py3-none-any.whl",
    "https://files.example/lib-2.0-py3-none-any.whl",
  ];
  const urls = {
    [one!]: { version: "1.0", requiresDist: [] },
    [two!]: { version: "2.0", requiresDist: [] },
    "https://files.example/lib-3.1.whl": { version: "3.1", requiresDist: [] },
    "https://files.example/broken.whl": { unavailable: "it is no zip file" },
  };
  const index: MemoryIndex = {
    lib: { "1.0": [], "2.0": [], "3.0": [] },
    given: { "1.0": ["lib>=1"], "2.0": [`lib @ ${one}`, "nonexistent>=9"] },
    both: { "1.0": [`lib @ ${one}`], "2.0": [`lib @ ${two}`, "nonexistent"] },
    takes: { "1.0": ["lib>=1"], "2.0": [`lib @ ${one}`] },
    "needs-2": { "1.0": ["lib>=2"] },
    "needs-1": { "1.0": ["lib>=1"] },
    newest: { "1.0": ["lib @ https://files.example/lib-3.1.whl"] },
    "needs-3-1": { "1.0": ["lib>=3.1"] },
    breaks: { "1.0": ["lib"], "2.0": ["lib @ https://files.example/broken.whl"] },
    maybe: { "1.0": [], "2.0": ["lib @ https://files.example/lib-3.1.whl", "lib<3"] },
  };

  test.each([
    ["does not count when the version that names it is given up", "given", "given==1.0 lib==3.0"],
    ["may be another one for another version", "both", "both==1.0 lib==1.0"],
    ["gives way where another requirement does not go with it", "takes|needs-2", "lib==3.0 needs-2==1.0 takes==1.0"],
    ["serves whoever accepts its version", "takes|needs-1", "lib==1.0 needs-1==1.0 takes==2.0"],
    [
      "serves a requirement that nothing in the index satisfies",
      "newest|needs-3-1",
      "lib==3.1 needs-3-1==1.0 newest==1.0",
    ],
    ["serves nobody where nothing selected names it", "maybe|needs-3-1", "none"],
    ["is passed over with the version that names it when it leads nowhere", "breaks", "breaks==1.0 lib==3.0"],
    ["is no conflict for a project that is asked for as well", "lib|takes", "lib==1.0 takes==2.0"],
    ["conflicts with another URL", `takes>=2|both<2|lib @ ${two}`, "none"],
  ])("%s", async (_, requirements, expected) => {
    expect(pins(await resolveIn(new MemorySource(index, urls), requirements))).toBe(expected);
  });

  test("keeps its project from being asked of the index", async () => {
    const source = new MemorySource(index, urls);
    await resolveIn(source, "newest");
    expect(source.asked).not.toContain("lib");
  });
});

function installed(app: string, lib: string): ReadonlyMap<NormalizedName, DistributionMetadata> {
  return new Map([
    [normalizeName("app"), { version: app, requiresDist: [`lib>=${app}`] }],
    [normalizeName("lib"), { version: lib, requiresDist: [] }],
  ]);
}

describe("what is installed", () => {
  const index: MemoryIndex = {
    app: { "1.0": ["lib>=1"], "2.0": ["lib>=2"] },
    lib: { "1.0": [], "2.0": [], "3.0": [] },
  };

  test("an environment that satisfies everything is kept without a question to the source", async () => {
    const source = new MemorySource(index);
    const outcome = await resolveIn(source, "app", { installed: installed("1.0", "1.5") });
    expect(outcome).toMatchObject({
      distributions: [{ from: { kind: "installed" } }, { from: { kind: "installed" } }],
    });
    expect(pins(outcome)).toBe("app==1.0 lib==1.5");
    expect(source.asked).toEqual([]);
  });

  test.each([
    ["a direct requirement that it does not satisfy", "app>=2", "app==2.0 lib==3.0"],
    ["a requirement of another distribution", "app>=2|lib<3", "app==2.0 lib==2.0"],
  ])("is looked up for %s", async (_, requirements, expected) => {
    expect(await pinsIn(index, requirements, { installed: installed("1.0", "1.5") })).toBe(expected);
  });

  const wide: MemoryIndex = {
    a: { "1.0": ["lib<2", "other"], "2.0": ["lib>=2", "other"] },
    lib: { "1.0": [], "2.0": [] },
    other: { "1.0": [], "2.0": [] },
    third: { "1.0": ["other"], "2.0": ["other"] },
    x: { "1.0": ["lib>=2"] },
    mix: { "1.0": [], "2.0a1": [] },
    np: { "1.0": ["mix>=2.0a1", "other"] },
    tries: { "1.0": ["other"], "2.0": ["other>=2", "nonexistent"] },
  };
  const all = new Map<NormalizedName, DistributionMetadata>([
    [normalizeName("a"), { version: "1.0", requiresDist: ["lib<2", "other"] }],
    [normalizeName("lib"), { version: "1.0", requiresDist: [] }],
    [normalizeName("other"), { version: "1.0", requiresDist: [] }],
    [normalizeName("third"), { version: "1.0", requiresDist: ["other"] }],
  ]);

  test.each([
    ["stays where a conflict has nothing to do with it", "a|x|third", "a==2.0 lib==2.0 other==1.0 third==1.0 x==1.0"],
    ["stays where a pre-release comes in", "np", "mix==2.0a1 np==1.0 other==1.0"],
    ["stays where only a version that is given up wanted another one", "tries", "other==1.0 tries==1.0"],
    ["goes where nothing else is possible", "x|a", "a==2.0 lib==2.0 other==1.0 x==1.0"],
  ])("%s", async (_, requirements, expected) => {
    expect(await pinsIn(wide, requirements, { installed: all })).toBe(expected);
  });

  test("is looked up where keeping it would leave no solution", async () => {
    const kept = new Map([[names("app")[0]!, { version: "0.9", requiresDist: ["lib<1"] }]]);
    expect(await pinsIn(index, "app", { installed: kept })).toBe("app==2.0 lib==3.0");
  });
});

test("whoever names a place, and was met by an earlier attempt only, is looked up again where it is needed", async () => {
  const at = (version: string) => `https://files.example/alpha-${version}.whl`;
  const source = new MemorySource(
    {
      alpha: { "1.0": { requires: ["delta>2.0"], yanked: true }, "2.1b1": [`alpha @ ${at("3.0")}`, "beta"] },
      beta: { "2.0a1": [] },
      delta: { "1.0": [], "1.1": [`alpha @ ${at("1.1")}`] },
    },
    {
      [at("1.1")]: { version: "1.1", requiresDist: ["beta"] },
      [at("3.0")]: { version: "3.0", requiresDist: ["delta==1.1"] },
    },
  );
  expect(pins(await resolveIn(source, "alpha!=2.0"))).toBe("none");
});
