import { parseSpecifierSet } from "@murre/pep440";
import { type NormalizedName, parseMarker, parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { resolveUniversal, type UniversalOutcome, type UniversalRequest } from "../src/index.ts";
import { type MemoryFile, type MemoryIndex, MemorySource } from "./memory-index.ts";

type Options = Partial<
  Omit<UniversalRequest<MemoryFile>, "requirements" | "constraints" | "overrides" | "requiresPython">
> & {
  readonly python?: string;
  readonly constraints?: readonly string[];
  readonly overrides?: readonly string[];
};

function resolve(
  index: MemoryIndex,
  requirements: string,
  { python = "", constraints = [], overrides = [], ...options }: Options = {},
): Promise<UniversalOutcome<MemoryFile>> {
  return resolveUniversal({
    source: new MemorySource(index, urls),
    requirements: requirements.split("|").map((text) => parseRequirement(text)),
    constraints: constraints.map((text) => parseRequirement(text)),
    overrides: overrides.map((text) => parseRequirement(text)),
    requiresPython: parseSpecifierSet(python),
    ...options,
  });
}

const urls = {
  "https://host.invalid/a-1.zip": { version: "1.0", requiresDist: [] },
  "https://host.invalid/a-2.zip": { version: "2.0", requiresDist: ["b"] },
};

/** One line for each distribution, as in a requirements file. */
function lines(outcome: UniversalOutcome<MemoryFile>): string[] {
  if (outcome.kind === "no-solution") return [outcome.message];
  return outcome.distributions.map(
    ({ name, version, from, marker }) =>
      `${name}${from.kind === "url" ? ` @ ${from.url}` : `==${version}`}${marker === undefined ? "" : ` ; ${marker}`}`,
  );
}

const linesIn = async (...ask: Parameters<typeof resolve>) => lines(await resolve(...ask));

const plain: MemoryIndex = { a: { "1": [], "2": [], "3": [] }, b: { "1": [], "2": [] }, c: { "1": [] } };
const pythons: MemoryIndex = {
  a: { "1": [], "2": { python: ">=3.10" }, "3": { metadataPython: ">=3.12" } },
  b: { "1": ["a"], "2": { requires: ["a"], python: ">=3.9,<3.14" } },
};

describe("a project that is asked for in different ways is solved for each part of the environments", () => {
  test.each<[string, string[], Options?]>([
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
  test.each<[string, string[], Options]>([
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
