import { normalizeName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import {
  linuxTarget,
  type MemoryIndex,
  MemorySource,
  names,
  pins,
  pinsIn,
  resolveIn,
  wheelForAll,
} from "./memory-index.ts";

describe("PEP 508: extras", () => {
  const index: MemoryIndex = {
    tool: {
      "1.0": { requires: ["rich; extra == 'pretty'", "base"], extras: ["pretty"] },
      "2.0": {
        requires: ["rich>=2; extra == 'pretty'", "base", "tool[pretty]; extra == 'all'"],
        extras: ["pretty", "all"],
      },
    },
    rich: { "1.0": [], "2.0": [] },
    base: { "1.0": [] },
  };

  test.each([
    ["tool", "base==1.0 tool==2.0"],
    ["tool[pretty]", "base==1.0 rich==2.0 tool==2.0"],
    ["tool[Pretty]<2", "base==1.0 rich==2.0 tool==1.0"],
    ["tool[all]", "base==1.0 rich==2.0 tool==2.0"],
    ["tool[pretty]|rich<2", "base==1.0 rich==1.0 tool==1.0"],
    ["tool|tool[pretty]|tool<2", "base==1.0 rich==2.0 tool==1.0"],
  ])("%s leads to %s", async (requirements, expected) => {
    expect(await pinsIn(index, requirements)).toBe(expected);
  });

  test("the solution says which extras were asked for and what needs what", async () => {
    const outcome = await resolveIn(index, "tool[all]");
    expect(outcome).toMatchObject({
      distributions: [
        { name: "base", extras: [], needs: [], isDirect: false },
        { name: "rich", extras: [], needs: [], isDirect: false },
        { name: "tool", extras: ["all", "pretty"], needs: ["base", "rich"], isDirect: true },
      ],
      warnings: [],
    });
  });

  test("an extra that the release does not have is a warning", async () => {
    const outcome = await resolveIn(index, "tool[fast]");
    expect(outcome).toMatchObject({ kind: "solution", warnings: ["tool 2.0 has no extra fast"] });
  });
});

describe("PEP 508: markers", () => {
  const index: MemoryIndex = {
    app: { "1.0": ["winonly; sys_platform == 'win32'", "old; python_version < '3.11'", "here; os_name == 'posix'"] },
    here: { "1.0": [] },
  };

  test("requirements whose marker does not hold for the target are not followed, direct ones among them", async () => {
    expect(await pinsIn(index, "app|winonly; sys_platform == 'win32'")).toBe("app==1.0 here==1.0");
  });
});

describe("PEP 440: pre-releases", () => {
  const index: MemoryIndex = {
    mixed: { "1.0": [], "2.0b1": [] },
    early: { "1.0a1": [], "1.0a2": [] },
    user: { "1.0": ["mixed"], "2.0": ["mixed>=2.0b1"] },
    pinner: { "1.0": ["mixed==2.0b1"] },
    gap: { "1.0": [], "2.0a1": [], "3.0": [] },
    above: { "1.0": ["gap>=1.5"] },
    below: { "1.0": ["gap<2.5"] },
    older: { "1.0": [], "1.2b1": [] },
    ranged: { "1.0": ["older<2.0.dev0"] },
  };

  test.each([
    ["a stable release is preferred", "mixed", "mixed==1.0"],
    ["a direct requirement that names one admits them", "mixed>=2.0b1", "mixed==2.0b1"],
    ["a project that has nothing else is taken as it is", "early", "early==1.0a2"],
    ["where nothing else satisfies a requirement they are admitted", "mixed>1", "mixed==2.0b1"],
    ["a dependency that pins one does not fail", "pinner|mixed", "mixed==2.0b1 pinner==1.0"],
    ["a dependency on one is met (as uv and pip do)", "user", "mixed==2.0b1 user==2.0"],
    [
      "one that alone satisfies two dependencies together is taken (uv)",
      "above|below",
      "above==1.0 below==1.0 gap==2.0a1",
    ],
    ["a bound that is one admits nothing below it (pip, uv)", "older<2.0.dev0", "older==1.0"],
    ["nor does an exclusion", "older!=3.0a1", "older==1.0"],
    ["nor does a lower bound that excludes it", "mixed>2.0a1", "mixed==2.0b1"],
    ["a release is preferred to one in a dependency's range", "ranged", "older==1.0 ranged==1.0"],
  ])("if-necessary-or-explicit: %s", async (_, requirements, expected) => {
    expect(await pinsIn(index, requirements)).toBe(expected);
  });

  test.each([
    ["allow", "mixed", "mixed==2.0b1"],
    ["allow", "user", "mixed==2.0b1 user==2.0"],
    ["disallow", "mixed>=2.0b1", "none"],
    ["disallow", "early", "none"],
  ] as const)("%s: %s leads to %s", async (prereleases, requirements, expected) => {
    expect(await pinsIn(index, requirements, { prereleases })).toBe(expected);
  });

  // What uv 0.13.8 comes to by `--prerelease MODE` and `--prerelease-package NAME=MODE`.
  test.each([
    ["if-necessary", { mixed: "allow" }, "mixed", "mixed==2.0b1"],
    ["disallow", { mixed: "allow" }, "user|older", "mixed==2.0b1 older==1.0 user==2.0"],
    ["disallow", { mixed: "allow" }, "early", "none"],
    ["allow", { mixed: "disallow" }, "mixed|older", "mixed==1.0 older==1.2b1"],
    ["allow", { mixed: "disallow" }, "user", "mixed==1.0 user==1.0"],
    ["allow", { mixed: "disallow" }, "pinner", "none"],
    ["allow", { mixed: "if-necessary" }, "mixed|older", "mixed==1.0 older==1.2b1"],
    ["disallow", { mixed: "if-necessary" }, "pinner", "mixed==2.0b1 pinner==1.0"],
    ["allow", { gap: "if-necessary" }, "gap>=1.0a1,<3", "gap==1.0"],
    ["allow", { gap: "explicit" }, "gap>=1.0a1", "gap==3.0"],
    ["disallow", { gap: "explicit" }, "gap>=1.5a1,<3", "gap==2.0a1"],
    ["allow", { mixed: "explicit" }, "mixed", "mixed==1.0"],
    ["allow", { mixed: "explicit" }, "pinner", "none"],
    ["disallow", { early: "explicit" }, "early", "none"],
    ["disallow", { early: "if-necessary-or-explicit" }, "early", "early==1.0a2"],
    ["explicit", { early: "allow" }, "early|mixed", "early==1.0a2 mixed==1.0"],
    ["disallow", { other: "allow" }, "mixed", "mixed==1.0"],
  ] as const)("%s, but %j: %s leads to %s", async (usual, modes, requirements, expected) => {
    const own = Object.entries(modes).map(([name, mode]) => [normalizeName(name), mode] as const);
    expect(await pinsIn(index, requirements, { prereleases: { usual, own } })).toBe(expected);
  });

  test.each([
    ["explicit", "gap>=1.0a1,<3", "gap==1.0"],
    ["explicit", "gap<2.5a1,!=1.0", "gap==2.0a1"],
    ["explicit", "gap<3,!=1.0,!=2.5a1", "none"],
    ["if-necessary-or-explicit", "gap>=1.0a1,<3", "gap==2.0a1"],
  ] as const)("%s: a requirement that names one, %s, leads to %s (uv; pip)", async (prereleases, named, expected) => {
    expect(await pinsIn(index, named, { prereleases })).toBe(expected);
  });
});

describe("PEP 592: yanked releases", () => {
  const index: MemoryIndex = {
    lib: { "1.0": [], "1.1": { yanked: true } },
    pinner: { "1.0": ["lib==1.1"] },
    late: { "1.0": ["lib"], "2.0": ["lib===1.1"] },
    "given-up": { "1.0": [], "2.0": ["lib==1.1", "nonexistent"] },
    looked: { "1.0": [], "2.0": ["pinner", "broken"] },
    broken: { "1.0": ["nonexistent"] },
  };

  test.each([
    ["lib", "lib==1.0"],
    ["lib>=1.1", "none"],
    ["lib==1.1", "lib==1.1"],
    ["lib===1.1", "lib==1.1"],
    ["lib==1.1.*", "none"],
    ["pinner", "lib==1.1 pinner==1.0"],
    ["pinner|late", "late==2.0 lib==1.1 pinner==1.0"],
    ["late", "late==2.0 lib==1.1"],
    ["lib>=1.1|given-up", "none"],
    ["looked|lib>=1.1", "none"],
    ["looked|lib[x]>=1.1", "none"],
    ["looked|lib[x,y]|lib!=1.0", "none"],
    ["looked|lib[x]", "lib==1.0 looked==1.0"],
  ])("%s leads to %s", async (requirements, expected) => {
    expect(await pinsIn(index, requirements)).toBe(expected);
  });
});

describe("PEP 440: local versions", () => {
  const index: MemoryIndex = {
    torch: { "2.1.0+cpu": [], "2.1.0+cu118": [], "2.0.0": [] },
  };

  test.each([
    ["torch==2.1.0", "torch==2.1.0+cu118"],
    ["torch==2.1.0+cpu", "torch==2.1.0+cpu"],
    ["torch>2.1.0", "none"],
    ["torch<=2.1.0,!=2.1.0+cu118", "torch==2.1.0+cpu"],
  ])("%s leads to %s", async (requirements, expected) => {
    expect(await pinsIn(index, requirements)).toBe(expected);
  });
});

describe("Requires-Python", () => {
  test.each([
    ["of the index", { python: ">=3.12" }],
    ["of the metadata", { metadataPython: ">=3.12" }],
  ])("a release that needs another Python by the word %s is passed over", async (_, newest) => {
    expect(await pinsIn({ lib: { "1.0": {}, "2.0": newest } }, "lib")).toBe("lib==1.0");
  });

  test.each([
    ["of the index", { python: ">=3.14" }],
    ["of the metadata", { metadataPython: "<4,>=3.14.0" }],
  ])(
    "a pre-release of Python is what its release will be, by the word %s; markers see the pre-release",
    async (_, newest) => {
      const markerEnvironment = { ...linuxTarget.markerEnvironment, python_full_version: "3.14.0rc2" };
      const requires = ["final; python_full_version >= '3.14'", "pre; python_full_version == '3.14.0rc2'"];
      const index = { lib: { "1.0": {}, "2.0": { ...newest, requires } }, final: { "1": {} }, pre: { "1": {} } };
      expect(await pinsIn(index, "lib", { target: { ...linuxTarget, markerEnvironment } })).toBe("lib==2.0 pre==1");
    },
  );

  test("a text that is no specifier set, and cannot be repaired to one, accepts no Python", async () => {
    expect(await pinsIn({ lib: { "2.0": { python: "three" }, "1.0": {} } }, "lib")).toBe("lib==1.0");
  });
});

describe("published metadata with known mistakes", () => {
  test.each([
    ["c<=1.*", "c==1.0 lib==2.0"],
    ["c>='1.0'", "c==2.0 lib==2.0"],
    ["c<2.*", "c==1.0 lib==2.0"],
    ["c ~=1", "c==2.0 lib==2.0"],
    ["c (,>=0.5,) <2", "c==1.0 lib==2.0"],
    ["c>=1.0 !=2.0*;", "c==1.0 lib==2.0"],
    ["c and something", "lib==1.0"],
  ])("%s leads to %s", async (requires, expected) => {
    const index = { lib: { "1.0": {}, "2.0": { requires: [requires] } }, c: { "1.0": [], "2.0": [] } };
    expect(await pinsIn(index, "lib")).toBe(expected);
  });

  test("how it was read is told once", async () => {
    const told: string[] = [];
    const index = {
      lib: { "1.0": { requires: ["c>=1.*"], python: ">=3.*" } },
      app: { "1.0": ["c>=1.*"] },
      c: { "1.0": [] },
    };
    await resolveIn(index, "lib|app", { onRepair: (text, meant) => told.push(`${text} as ${meant}`) });
    expect(told.toSorted()).toEqual([">=3.* as >=3", "c>=1.* as c>=1"]);
  });

  test.each([
    [">=3.12.*", "lib==1.0"],
    ["<3.12.*", "lib==2.0"],
    ["~=3", "lib==2.0"],
    [">='3.12'", "lib==1.0"],
    ["(>=3.6),", "lib==2.0"],
  ])("Requires-Python %s leads to %s", async (python, expected) => {
    for (const newest of [{ python }, { metadataPython: python }])
      expect(await pinsIn({ lib: { "1.0": {}, "2.0": newest } }, "lib")).toBe(expected);
  });
});

describe("which file of a release is taken", () => {
  test.each([
    [
      "the most specific wheel",
      [wheelForAll, "-cp311-cp311-manylinux_2_17_x86_64.whl"],
      "-cp311-cp311-manylinux_2_17_x86_64.whl",
    ],
    [
      "of equal tags the highest build",
      ["-2-py3-none-any.whl", "-10-py3-none-any.whl", wheelForAll],
      "-10-py3-none-any.whl",
    ],
    ["a wheel rather than an sdist", [".tar.gz", wheelForAll], wheelForAll],
    ["an sdist where no wheel fits", [".tar.gz", "-cp311-cp311-win_amd64.whl"], ".tar.gz"],
  ])("%s", async (_, files, expected) => {
    const outcome = await resolveIn({ lib: { "1.0": { files } } }, "lib");
    expect(outcome).toMatchObject({
      distributions: [{ from: { kind: "index", file: { filename: `lib-1.0${expected}` } } }],
    });
  });

  test.each([
    ["any", "lib==3.0"],
    ["wheels", "lib==1.0"],
    ["sdists", "lib==3.0"],
  ] as const)("with %s allowed, lib leads to %s", async (formats, expected) => {
    const index: MemoryIndex = {
      lib: { "1.0": {}, "2.0": { files: ["-cp312-cp312-win_amd64.whl"] }, "3.0": { files: [".tar.gz"] } },
    };
    expect(await pinsIn(index, "lib", { formats: () => formats })).toBe(expected);
  });

  test("files with names that mean nothing are passed over", async () => {
    const files = ["-py3-none-any.whl", "-what-ever-it-is-py3-none-any.whl", ".exe", "-py2.7.egg"];
    expect(await pinsIn({ lib: { "1.0": { files }, new: { files } } }, "lib")).toBe("lib==1.0");
  });
});

describe("metadata that cannot be used", () => {
  test.each([
    ["none at all", { broken: "the server has none" }],
    ["a requirement that cannot be read", { requires: ["lib >> 2"] }],
  ])("a release with %s is passed over", async (_, newest) => {
    expect(await pinsIn({ lib: { "1.0": {}, "2.0": newest } }, "lib")).toBe("lib==1.0");
  });

  test("when there is no other release the reason is in the message", async () => {
    const outcome = await resolveIn({ lib: { "1.0": { broken: "the server has none" } } }, "lib");
    expect(outcome).toMatchObject({
      kind: "no-solution",
      message: "your requirements cannot be met: you require lib, but lib==1.0 cannot be used: the server has none",
    });
  });

  test("an error of the source ends the resolution with that error", async () => {
    const source = new MemorySource({});
    source.files = () => Promise.reject(new Error("the index is down"));
    await expect(resolveIn(source, "lib")).rejects.toThrow("the index is down");
  });

  test("an error of the source about something that was only guessed to be needed does not", async () => {
    const source = new MemorySource({ a: { "1.0": ["c"], "2.0": ["b", "c<1"] }, c: { "1.0": [] } });
    const files = source.files.bind(source);
    source.files = (project) => (project === "b" ? Promise.reject(new Error("never needed")) : files(project));
    expect(pins(await resolveIn(source, "c|a<2"))).toBe("a==1.0 c==1.0");
  });
});

describe("constraints, overrides and exclusions", () => {
  const index: MemoryIndex = {
    app: { "1.0": ["lib>=2"] },
    lib: { "1.0": [], "2.0": [], "3.0": [] },
    other: { "1.0": [] },
  };

  test.each([
    ["a constraint limits what something else requires", { constraints: ["lib<3", "other"] }, "app==1.0 lib==2.0"],
    ["a constraint that leaves nothing is a conflict", { constraints: ["lib<2"] }, "none"],
    ["an override takes the place of requirements", { overrides: ["lib<2"] }, "app==1.0 lib==1.0"],
    ["an override whose marker does not hold removes them", { overrides: ["lib; os_name == 'nt'"] }, "app==1.0"],
    ["an excluded project is not required", { excludes: names("lib") }, "app==1.0"],
  ])("%s", async (_, options, expected) => {
    expect(await pinsIn(index, "app", options)).toBe(expected);
  });
});

describe("which of several versions is taken", () => {
  const index: MemoryIndex = { app: { "1.0": ["lib"], "2.0": ["lib>=2"] }, lib: { "1.0": [], "2.0": [], "3.0": [] } };
  const [lib] = names("lib");

  test.each([
    ["the highest", {}, "app==2.0 lib==3.0"],
    ["the lowest of all", { strategy: "lowest" }, "app==1.0 lib==1.0"],
    ["the lowest of direct requirements", { strategy: "lowest-direct" }, "app==1.0 lib==3.0"],
    ["a preferred one", { preferences: new Map([[lib!, "2"]]) }, "app==2.0 lib==2.0"],
    ["not a preferred one that does not fit", { preferences: new Map([[lib!, "1.0"]]) }, "app==2.0 lib==3.0"],
  ] as const)("%s", async (_, options, expected) => {
    expect(await pinsIn(index, "app", options)).toBe(expected);
  });
});

describe("a request that cannot be met is told why", () => {
  test("in a proof by the projects and versions of it", async () => {
    const index: MemoryIndex = {
      web: { "1.0": ["http>=2"], "2.0": ["http>=2"] },
      http: { "1.0": [], "2.0": [] },
    };
    const outcome = await resolveIn(index, "web|http<2");
    expect(outcome.kind === "no-solution" && outcome.message).toBe(
      "your requirements cannot be met:\nyou require web, which depends on http>=2\nyou require http<2",
    );
  });

  test.each([
    ["a project that does not exist", "nosuch", "no index has a project of this name"],
    ["versions that do not exist", "lib>=9", "lib has only 1.0"],
    ["wheels for other platforms", "lib", "it has no wheel for Python 3.11.7 on linux"],
  ])("by naming %s", async (_, requirements, reason) => {
    const outcome = await resolveIn({ lib: { "1.0": { files: ["-cp311-cp311-win_amd64.whl"] } } }, requirements);
    expect(outcome.kind === "no-solution" && outcome.message).toContain(reason);
  });
});

describe("cancelling", () => {
  test("the resolution ends with the signal's reason even when the source never answers", async () => {
    const source = new MemorySource({});
    source.files = () => new Promise(() => {});
    const controller = new AbortController();
    const outcome = resolveIn(source, "lib", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(outcome).rejects.toThrow("enough");
  });
});
