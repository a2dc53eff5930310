import { type NormalizedName, parseMarker } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import type { UniversalOutcome } from "../src/index.ts";
import { type MemoryFile, type MemoryIndex, MemorySource } from "./memory-index.ts";
import { lines, linesIn, resolve, type UniversalOptions } from "./universal-resolve.ts";

const plain: MemoryIndex = { a: { "1": [], "2": [], "3": [] }, b: { "1": [], "2": [] }, c: { "1": [] } };
const pythons: MemoryIndex = {
  a: { "1": [], "2": { python: ">=3.10" }, "3": { metadataPython: ">=3.12" } },
  b: { "1": ["a"], "2": { requires: ["a"], python: ">=3.9,<3.14" } },
};

describe("a project that is asked for in different ways is solved for each part of the environments", () => {
  test.each<[string, string[], UniversalOptions?]>([
    ["a<2; os_name == 'nt'|a>=2; os_name != 'nt'", ["a==1 ; os_name == 'nt'", "a==3 ; os_name != 'nt'"]],
    ["a; os_name == 'nt'", ["a==3 ; os_name == 'nt'"]],
    ["a|a<3; sys_platform == 'win32'", ["a==2"]],
    ["a>=2; sys_platform != 'win32'|a<3; sys_platform == 'win32'", ["a==2"]],
    ["a|a<3; python_version < '3.9'", ["a==2 ; python_full_version < '3.9'", "a==3 ; python_full_version >= '3.9'"]],
    ["a|a<3; python_version >= '3.9'", ["a==2"]],
    ["a<3; os_name == 'nt'|a<3; os_name == 'posix'", ["a==2 ; os_name == 'nt' or os_name == 'posix'"]],
    ["a", ["a==2"], { constraints: ["a<3; os_name == 'nt'"] }],
    ["b", ["b==2"], { constraints: ["a<3; os_name == 'nt'"] }],
    ["a|b", ["a==1 ; os_name == 'nt'", "b==2"], { overrides: ["a<2; os_name == 'nt'"] }],
    ["a|b; os_name == 'nt'", ["b==2 ; os_name == 'nt'"], { excludes: ["a" as NormalizedName] }],
    [
      "a @ https://host.invalid/a-1.zip ; os_name == 'nt'|a>=3; os_name != 'nt'",
      ["a @ https://host.invalid/a-1.zip ; os_name == 'nt'", "a==3 ; os_name != 'nt'"],
    ],
    [
      "a @ https://host.invalid/a-2.zip ; os_name == 'nt'|a",
      [
        "a==3 ; os_name != 'nt'",
        "a @ https://host.invalid/a-2.zip ; os_name == 'nt'",
        "b==2 ; os_name == 'nt'",
      ].toSorted(),
    ],
    ["a; python_version < '3.9'|a<2", ["a==1"]],
    ["a; python_version < '3.9'", ["a==3 ; python_full_version < '3.9'"]],
    ["a; python_version >= '3.9'", ["a==3"], { python: ">=3.9" }],
    ["a; python_version < '3.9'", [], { python: ">=3.9" }],
  ])("%s", async (requirements, expected, options) => {
    expect((await linesIn(plain, requirements, options)).toSorted()).toEqual(expected);
  });

  test("markers along the way are put together, those of circles too", async () => {
    const index: MemoryIndex = {
      a: { "1": ["b; sys_platform == 'win32'", "d[x]; python_version < '3.9'"] },
      b: { "1": ["c; python_version < '3.9'", "a"] },
      c: { "1": ["b"] },
      d: { "1": { requires: ["e; extra == 'x' and sys_platform != 'win32'", "e; extra == 'y'"], extras: ["x", "y"] } },
      e: { "1": [] },
    };
    expect(await linesIn(index, "a")).toEqual([
      "a==1",
      "b==1 ; sys_platform == 'win32'",
      "c==1 ; python_full_version < '3.9' and sys_platform == 'win32'",
      "d==1 ; python_full_version < '3.9'",
      "e==1 ; python_full_version < '3.9' and sys_platform != 'win32'",
    ]);
    const outcome = await resolve(index, "a");
    expect(outcome).toMatchObject({
      distributions: [
        { needs: [{ name: "b", version: "1", marker: "sys_platform == 'win32'" }, { name: "d" }] },
        {
          needs: [
            { name: "a", marker: undefined },
            { name: "c", marker: "python_full_version < '3.9'" },
          ],
        },
        { needs: [{ name: "b", marker: undefined }] },
        { extras: ["x"], needs: [{ name: "e", marker: "sys_platform != 'win32'" }] },
        { isDirect: false },
      ],
    });
  });

  test("what conditions on the way exclude together is left out", async () => {
    const index = { a: { "1": ["b; os_name == 'nt'"] }, b: { "1": ["c; os_name == 'posix'"] }, c: { "1": [] } };
    expect(await linesIn(index, "a")).toEqual(["a==1", "b==1 ; os_name == 'nt'"]);
  });

  test("needs of different distributions that exclude each other are split where nothing else is left", async () => {
    const index = {
      a: { "1": ["c<2; os_name == 'nt'"] },
      b: { "1": ["c>=2; os_name != 'nt'"] },
      c: { "1": [], "2": [] },
    };
    expect(await linesIn(index, "a|b")).toEqual(["a==1", "b==1", "c==1 ; os_name == 'nt'", "c==2 ; os_name != 'nt'"]);
  });
});

describe("Requires-Python", () => {
  test.each<[string, string[], UniversalOptions]>([
    [
      "a",
      [
        "a==1 ; python_full_version < '3.10'",
        "a==2 ; python_full_version >= '3.10' and python_full_version < '3.12'",
        "a==3 ; python_full_version >= '3.12'",
      ],
      {},
    ],
    ["a", ["a==3"], { python: ">=3.12" }],
    ["a", ["a==2"], { python: ">=3.10,<3.12" }],
    ["a", ["a==1"], { python: ">=3.8", forkStrategy: "fewest" }],
    ["a>=2; python_version >= '3.10'", ["a==2 ; python_full_version >= '3.10'"], { forkStrategy: "fewest" }],
    ["a>1", ["a==2 ; python_full_version >= '3.10'"], { python: ">=3.10", forkStrategy: "fewest" }],
    ["b", ["a==3", "b==2"], { python: ">=3.13" }],
    ["b", ["a==3", "b==1"], { python: ">=3.14" }],
  ])("%s is %j with %j", async (requirements, expected, options) => {
    const own = expected.map((line) =>
      options.python === ">=3.10" ? line.replace(" ; python_full_version >= '3.10'", "") : line,
    );
    expect(await linesIn(pythons, requirements, options)).toEqual(own);
  });

  test("the environments without a solution are named", async () => {
    const outcome = await resolve({ a: { "1": { python: ">=3.10" } } }, "a", { python: ">=3.9" });
    expect(outcome).toMatchObject({ kind: "no-solution", marker: "python_full_version < '3.10'" });
    expect(lines(outcome)[0]).toMatch(/^Where python_full_version < '3.10':\n.*it requires Python >=3.10/s);
  });
});

describe("files", () => {
  const index: MemoryIndex = {
    a: {
      "1": { files: ["-py3-none-any.whl", ".tar.gz"] },
      "2": {
        files: [
          "-cp312-cp312-win_amd64.whl",
          "-cp38-cp38-win_amd64.whl",
          "-cp310-abi3-win_arm64.whl",
          "-py2-none-any.whl",
        ],
      },
    },
  };
  const filesOf = (outcome: UniversalOutcome<MemoryFile>) =>
    outcome.kind === "solution" ? outcome.distributions.map(({ files }) => files.map(({ filename }) => filename)) : [];

  test("all that can be used somewhere in the target are listed", async () => {
    expect(filesOf(await resolve(index, "a", { python: ">=3.10" }))).toEqual([
      ["a-2-cp312-cp312-win_amd64.whl", "a-2-cp310-abi3-win_arm64.whl"],
    ]);
  });

  test("an environment that is required gets a version with a file for it", async () => {
    const requiredEnvironments = [parseMarker("sys_platform == 'linux'")];
    expect(await linesIn(index, "a", { requiredEnvironments })).toEqual([
      "a==1 ; sys_platform == 'linux'",
      "a==2 ; sys_platform != 'linux'",
    ]);
  });

  test("a version without a file for any of the environments is not taken", async () => {
    expect(await linesIn(index, "a", { environments: [parseMarker("sys_platform == 'linux'")] })).toEqual([
      "a==1 ; sys_platform == 'linux'",
    ]);
  });

  test.each([
    "macosx_11_0_arm64",
    "macosx_10_9_universal2",
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_2_aarch64",
    "android_21_arm64_v8a",
    "pyodide_2024_0_wasm32",
  ])("a wheel for %s is for its own platform only", async (tag) => {
    const own: MemoryIndex = { a: { "1": [], "2": { files: [`-cp312-cp312-${tag}.whl`] } } };
    const windows = { environments: [parseMarker("sys_platform == 'win32'")] };
    expect(await linesIn(own, "a")).toEqual(["a==2"]);
    expect(await linesIn(own, "a", windows)).toEqual(["a==1 ; sys_platform == 'win32'"]);
  });
});

test("a fork keeps to what an earlier one took, and the user's preferences go before", async () => {
  const index: MemoryIndex = {
    a: { "1": ["b<2"], "2": { requires: ["b"], python: ">=3.10" } },
    b: { "1": [], "2": [], "3": [] },
    c: { "1": [], "2": [] },
  };
  expect(await linesIn(index, "a|c")).toEqual([
    "a==1 ; python_full_version < '3.10'",
    "a==2 ; python_full_version >= '3.10'",
    "b==1 ; python_full_version < '3.10'",
    "b==3 ; python_full_version >= '3.10'",
    "c==2",
  ]);
  const preferences = new Map([["b" as NormalizedName, ["1"]]]);
  expect(await linesIn(index, "a|b", { preferences })).toContain("b==1");
});

describe("what one fork takes does not admit it to others", () => {
  const index: MemoryIndex = {
    early: { "1.9": [], "3.0": [], "4.0rc1": [] },
    "only-early": { "1.0rc1": [], "1.0rc2": [] },
    yanked: { "1": [], "2": { yanked: true }, "3": { yanked: true } },
    pinning: { "1": ["yanked==2; os_name == 'nt'", "yanked<2; os_name != 'nt'"] },
    loose: { "1": ["yanked"] },
    half: { "1": ["yanked==2; python_version >= '3.10'"] },
    low: { "1.9": [], "1.10": [], "2.0": [], "3.0": [] },
    lifting: { "1.0": ["low>=2.0; os_name == 'nt'"], "2.0": [] },
  };
  test.each<[string, string[], UniversalOptions?]>([
    [
      "early>=4.0rc1; os_name == 'nt'|early; os_name != 'nt'",
      ["early==3.0 ; os_name != 'nt'", "early==4.0rc1 ; os_name == 'nt'"],
    ],
    ["early>=4.0rc1; os_name == 'nt'|early", ["early==3.0 ; os_name != 'nt'", "early==4.0rc1 ; os_name == 'nt'"]],
    ["early>=4.0rc1; os_name == 'nt'|early>1", ["early==4.0rc1"], { prereleases: "allow" }],
    [
      "early<4; os_name == 'nt'|early>1",
      ["early==3.0 ; os_name == 'nt'", "early==4.0rc1 ; os_name != 'nt'"],
      { preferences: new Map([["early" as NormalizedName, ["4.0rc1"]]]) },
    ],
    [
      "only-early==1.0rc1; os_name == 'nt'|only-early; os_name != 'nt'",
      ["only-early==1.0rc1 ; os_name == 'nt'", "only-early==1.0rc2 ; os_name != 'nt'"],
    ],
    ["yanked==3; os_name == 'nt'|yanked", ["yanked==1 ; os_name != 'nt'", "yanked==3 ; os_name == 'nt'"]],
    [
      "yanked==3; os_name == 'nt'|yanked; os_name == 'posix'",
      ["yanked==1 ; os_name == 'posix'", "yanked==3 ; os_name == 'nt'"],
    ],
    [
      "yanked==3; os_name == 'nt'|yanked>1; os_name == 'posix'|yanked==2; os_name == 'posix'",
      ["yanked==2 ; os_name == 'posix'", "yanked==3 ; os_name == 'nt'"],
    ],
    ["pinning", ["pinning==1", "yanked==1 ; os_name != 'nt'", "yanked==2 ; os_name == 'nt'"]],
    ["yanked==3; os_name == 'nt'|loose", ["loose==1", "yanked==1 ; os_name != 'nt'", "yanked==3 ; os_name == 'nt'"]],
    [
      "half; sys_platform != 'win32'|loose",
      [
        "half==1 ; sys_platform != 'win32'",
        "loose==1",
        "yanked==1 ; python_full_version < '3.10' or sys_platform == 'win32'",
        "yanked==2 ; python_full_version >= '3.10' and sys_platform != 'win32'",
      ],
    ],
    [
      "loose",
      ["loose==1", "yanked==1 ; os_name != 'nt'", "yanked==3 ; os_name == 'nt'"],
      { constraints: ["yanked==3; os_name == 'nt'"] },
    ],
    ["low>=2.0; os_name == 'nt'|low>=1.9; os_name != 'nt'", ["low==2.0"], { strategy: "lowest" }],
    [
      "low>=2.0; os_name == 'nt'|low>=1.9,<2; os_name != 'nt'",
      ["low==1.9 ; os_name != 'nt'", "low==2.0 ; os_name == 'nt'"],
      { strategy: "lowest" },
    ],
    ["low>=1.9; os_name != 'nt'|lifting<2", ["lifting==1.0", "low==2.0"], { strategy: "lowest-direct" }],
    ["lifting<2", ["lifting==1.0", "low==3.0 ; os_name == 'nt'"], { strategy: "lowest-direct" }],
    ["lifting", ["lifting==1.0", "low==2.0 ; os_name == 'nt'"], { strategy: "lowest" }],
  ])("%s is %j", async (requirements, expected, options) => {
    expect(await linesIn(index, requirements, options)).toEqual(expected);
  });
});

describe("one project from several URLs", () => {
  const [first, second] = ["a @ https://host.invalid/a-1.zip", "a @ https://host.invalid/a-2.zip"];
  const index: MemoryIndex = {
    ...plain,
    two: { "1": [`${first} ; os_name == 'nt'`, `${second} ; os_name != 'nt'`] },
    one: { "1": [`${first} ; os_name == 'nt'`, "a; os_name != 'nt'"] },
    low: { "1": ["a<2"] },
  };
  test.each<[string, string[]]>([
    [
      `${first} ; os_name == 'nt'|${second} ; os_name != 'nt'`,
      [`${first} ; os_name == 'nt'`, `${second} ; os_name != 'nt'`, "b==2 ; os_name != 'nt'"],
    ],
    [`${first} ; os_name == 'nt'|${first} ; os_name != 'nt'`, [first]],
    [
      `${first} ; os_name == 'nt'|${second} ; os_name == 'posix'|a<3; os_name == 'java'`,
      [
        `${first} ; os_name == 'nt'`,
        "a==2 ; os_name == 'java'",
        `${second} ; os_name == 'posix'`,
        "b==2 ; os_name == 'posix'",
      ],
    ],
    ["two", [`${first} ; os_name == 'nt'`, `${second} ; os_name != 'nt'`, "b==2 ; os_name != 'nt'", "two==1"]],
    ["one", [`${first} ; os_name == 'nt'`, "a==3 ; os_name != 'nt'", "one==1"]],
    [`${first} ; os_name == 'nt'|low`, ["a==1 ; os_name != 'nt'", `${first} ; os_name == 'nt'`, "low==1"]],
  ])("%s", async (requirements, expected) => {
    expect(await linesIn(index, requirements)).toEqual(expected);
  });

  test("it is none where a distribution cannot do with the one that is given there", async () => {
    const outcome = await resolve(index, `${second} ; os_name == 'nt'|low`);
    expect(outcome).toMatchObject({ kind: "no-solution", marker: "os_name == 'nt'" });
  });
});

test("versions stand in their own order, those that are needed too", async () => {
  const index: MemoryIndex = {
    app: { "1": ["lib<1.10; os_name == 'nt'", "lib>=1.10; os_name != 'nt'"] },
    lib: { "1.9": [], "1.10": [] },
  };
  const outcome = await resolve(index, "app");
  expect(lines(outcome)).toEqual(["app==1", "lib==1.9 ; os_name == 'nt'", "lib==1.10 ; os_name != 'nt'"]);
  expect(outcome).toMatchObject({ distributions: [{ needs: [{ version: "1.9" }, { version: "1.10" }] }, {}, {}] });
});

test("whatever several forks look at is listed, asked for and read once", async () => {
  const index: MemoryIndex = {
    app: { "1": ["lib<2; os_name == 'nt'", "lib>=1; os_name != 'nt'", "old>=1.*"], "2": { python: ">=3.10" } },
    lib: { "1": ["old"], "2": ["old"] },
    old: { "1": [] },
  };
  const source = new MemorySource(index);
  const readings: string[] = [];
  const files = source.files.bind(source);
  source.files = async (project) => {
    const listed = await files(project);
    const iterate = listed![Symbol.iterator].bind(listed);
    return Object.assign(listed!, { [Symbol.iterator]: () => (readings.push(project), iterate()) });
  };
  const repairs: string[] = [];
  const outcome = await resolve(index, "app<2|lib", { source, onRepair: (text) => repairs.push(text) });
  expect(outcome.statistics.forks).toBe(2);
  expect(readings.toSorted()).toEqual(["app", "lib", "old"]);
  expect(source.asked.toSorted()).toEqual([...new Set(source.asked)].toSorted());
  expect(repairs).toEqual(["old>=1.*"]);
  const { projects, metadata } = outcome.statistics;
  expect(projects + metadata).toBe(source.asked.length);
});

test("a marker that cannot be compared makes its release useless, and is told for a direct requirement", async () => {
  const bad = Array.from({ length: 2000 }, (_, i) => `'${i}' in platform_version`).join(" and ");
  expect(await linesIn({ a: { "1": [], "2": [`b; ${bad}`] } }, "a")).toEqual(["a==1"]);
  await expect(resolve(plain, `a; ${bad}`)).rejects.toMatchObject({ code: "MURRE_MARKER_TOO_COMPLEX" });
});

test("forks beyond all measure are not made", async () => {
  const requirements = Array.from({ length: 7 }, (_, i) => `p${i}|p${i}<2; '${i}' in platform_version`).join("|");
  const index = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, { "1": [], "2": [] }]));
  const outcome = await resolve(index, requirements);
  expect(outcome.kind).toBe("solution");
  expect(outcome.statistics.forks).toBeLessThan(200);
});
