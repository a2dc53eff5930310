import { indexedWheel, temporaryFolder, writeIndex, type WheelSpec } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

const specs: readonly WheelSpec[] = [
  {
    name: "alpha",
    version: "2.0",
    requiresDist: ["beta>=1", "gamma; extra == 'x'", "winonly; sys_platform == 'win32'"],
    providesExtra: ["x"],
  },
  { name: "beta", version: "1.0" },
  { name: "beta", version: "1.5", requiresDist: ["gamma"], requiresPython: ">=3.12" },
  { name: "gamma", version: "0.1" },
  { name: "gamma", version: "0.2" },
  { name: "delta", version: "3.0", requiresDist: ["beta<1.5; python_version < '3.12'", "beta>=1"] },
  { name: "winonly", version: "1.0", tags: "cp312-cp312-win_amd64" },
  { name: "winonly", version: "1.0", tags: "cp311-cp311-win_amd64" },
];

let index = "";
let world: CommandWorld;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  index = join(folder, "simple");
  world = makeCommandWorld();
  mkdirSync(join(world.folder, "proj"));
  writeFileSync(
    join(world.folder, "proj", "pyproject.toml"),
    `[project]
name = "proj"
version = "1"
dependencies = ["alpha[x]", "delta"]
[tool.uv]
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
constraint-dependencies = ["beta<1.5"]
override-dependencies = ["gamma==0.1"]
exclude-dependencies = ["winonly"]
`,
  );
  world.write("a.in", "alpha[x]\ndelta\n");
  world.write("c.in", "gamma<0.2 ; sys_platform == 'win32'\ngamma>=0.2 ; sys_platform != 'win32'\n");
});

const compiled = async (...words: string[]) =>
  succeeded(await world.murre("pip", "compile", "--no-header", "-i", index, ...words)).stdout;

/** What uv 0.13 writes for the same files and the same index. */
const texts: readonly (readonly [words: readonly string[], text: string])[] = [
  [
    ["a.in", "--universal", "--python-version", "3.11"],
    `alpha==2.0
    # via -r a.in
beta==1.0 ; python_full_version < '3.12'
    # via
    #   alpha
    #   delta
beta==1.5 ; python_full_version >= '3.12'
    # via
    #   alpha
    #   delta
delta==3.0
    # via -r a.in
gamma==0.2
    # via
    #   alpha
    #   beta
winonly==1.0 ; sys_platform == 'win32'
    # via alpha
`,
  ],
  [
    ["a.in", "--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--no-annotate"],
    `alpha==2.0
beta==1.0
delta==3.0
gamma==0.2
winonly==1.0 ; sys_platform == 'win32'
`,
  ],
  [
    ["c.in", "--universal", "--annotation-style", "line"],
    `gamma==0.1 ; sys_platform == 'win32'  # via -r c.in
gamma==0.2 ; sys_platform != 'win32'  # via -r c.in
`,
  ],
  [
    ["a.in", "--python-version", "3.11", "--python-platform", "windows", "--no-strip-markers", "--no-annotate"],
    `alpha==2.0
beta==1.0
delta==3.0
gamma==0.2
winonly==1.0 ; sys_platform == 'win32'
`,
  ],
  [
    ["proj/pyproject.toml", "--universal", "--python-version", "3.11"],
    `alpha==2.0 ; sys_platform == 'linux' or sys_platform == 'win32'
    # via proj (proj/pyproject.toml)
beta==1.0 ; sys_platform == 'linux' or sys_platform == 'win32'
    # via
    #   -c (workspace)
    #   alpha
    #   delta
delta==3.0 ; sys_platform == 'linux' or sys_platform == 'win32'
    # via proj (proj/pyproject.toml)
gamma==0.1 ; sys_platform == 'linux' or sys_platform == 'win32'
    # via
    #   --override (workspace)
    #   alpha
`,
  ],
  [
    ["a.in", "--universal", "--environment", "sys_platform == 'linux'", "--python-version", "3.12", "--no-annotate"],
    `alpha==2.0 ; sys_platform == 'linux'
beta==1.5 ; sys_platform == 'linux'
delta==3.0 ; sys_platform == 'linux'
gamma==0.2 ; sys_platform == 'linux'
`,
  ],
  [
    ["c.in", "--universal", "--no-deps", "--no-universal", "--no-annotate", "--python-platform", "linux"],
    "gamma==0.2\n",
  ],
];

describe("a result for many environments", () => {
  test.each(texts)("%j, byte for byte", async (words, text) => {
    expect(await compiled(...words)).toBe(text);
  });

  test.each([
    ["requirements.txt", "u.txt"],
    ["pylock.toml", "pylock.u.toml"],
  ])("is the same the second time, and stays in its parts: %s", async (_, output) => {
    const words = ["a.in", "--universal", "--python-version", "3.11", "-o", output];
    const first = await compiled(...words);
    const again = await world.murre("pip", "compile", "--no-header", "-i", index, ...words);
    expect([again.stdout, again.stderr]).toEqual([first, expect.stringContaining("as it was")]);
    world.write("held.in", "gamma\n");
    world.write(output, first.replaceAll("0.2", "0.1").replaceAll(/files\/gamma-0.1/g, "files/gamma-0.1"));
    expect(await compiled("held.in", ...words.slice(1))).toContain("0.1");
    expect(await compiled("held.in", ...words.slice(1), "--upgrade")).toContain("0.2");
  });

  test.each([
    [["a.in", "--universal", "--python-platform", "linux"], "--python-platform linux"],
    [["a.in", "--universal", "--environment", "linux"], "--environment linux"],
    [["a.in", "--format", "pylock.toml", "-o", "lock.toml"], "--output-file lock.toml"],
    [["a.in", "-o", "pylock.a.b.toml"], "--output-file pylock.a.b.toml"],
    [["a.in", "-o", "./a.in"], "--output-file ./a.in"],
    [["c.in", "-c", "lim.txt", "-o", "lim.txt"], "--output-file lim.txt"],
  ])("%j is refused", async (words, option) => {
    world.write("lim.txt", "gamma<9\n");
    const { code, stderr } = await world.murre("pip", "compile", "-i", index, ...words);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`error: ${option}: .*RESOLUTION_OPTION`, "s")),
    ]);
  });
});

describe("a pyproject.toml whose requirements only its backend knows", () => {
  test("asks it, and is no part of the result", async () => {
    const folder = join(world.folder, "dynamic");
    mkdirSync(folder);
    writeFileSync(
      join(folder, "pyproject.toml"),
      `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "dyn"
version = "1"
dynamic = ["dependencies"]
`,
    );
    writeFileSync(
      join(folder, "backend.py"),
      `import os
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, "dyn-1.dist-info"))
    with open(os.path.join(folder, "dyn-1.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: dyn\\nVersion: 1\\nRequires-Dist: gamma\\n")
    return "dyn-1.dist-info"
def build_wheel(*_):
    raise SystemExit("nobody wants it")
`,
    );
    expect(await compiled("dynamic/pyproject.toml")).toBe("gamma==0.2\n    # via dyn (dynamic/pyproject.toml)\n");
    expect(await compiled("dynamic/pyproject.toml", "--universal")).toBe(
      "gamma==0.2\n    # via dyn (dynamic/pyproject.toml)\n",
    );
  });
});
