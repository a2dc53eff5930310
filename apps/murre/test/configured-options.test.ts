import { configuredOptions } from "@murre/installer";
import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded, type CommandWorld, type Run } from "./command-world.ts";
import { optionsOfPip } from "./options-of-pip.test.data.ts";

const nameOf = (flags: string) => /--([\w-]+)/.exec(flags)![1]!;
const all = [...new Set(Object.values(optionsOfPip).flat().map(nameOf))];
/** Told by what operations are given, of whatever command, or no option for pip. */
const elsewhere = new Set(
  `index-url extra-index-url find-links no-index trusted-host cert client-cert proxy timeout retries keyring-provider pre prefer-binary
require-hashes no-deps src constraint only-binary no-binary config-settings no-build-isolation cache-dir help version`.split(
    /\s+/,
  ),
);

describe("a variable of pip counts for a command where pip's has the option, and only there", () => {
  test.each(Object.entries(optionsOfPip))("%s", async (command, options) => {
    const env = Object.fromEntries(all.map((name) => [`PIP_${name.toUpperCase().replaceAll("-", "_")}`, "1"]));
    const cwd = temporaryFolder("nowhere");
    const found = await configuredOptions(
      { env: { ...env, XDG_CONFIG_DIRS: cwd }, cwd, home: cwd, platform: process.platform },
      { command: command.split(" ") },
    );
    const expected = options.map(nameOf).filter((name) => !elsewhere.has(name));
    // What only other commands of the group have: murre takes it for all of them.
    const ofGroup = command === "pip config list" ? ["editor", "global", "site", "user"] : [];
    expect(found.map(({ name }) => name).toSorted()).toEqual(
      expected.filter((name) => !ofGroup.includes(name)).toSorted(),
    );
  });
});

describe("the command", () => {
  let world: CommandWorld;
  let index: string;
  beforeAll(async () => {
    const folder = temporaryFolder("index");
    index = join(folder, "simple");
    const specs = [
      { name: "app", version: "1.0", requiresDist: ["lib"] },
      { name: "app", version: "2.0" },
      { name: "lib", version: "1.0" },
    ];
    writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
    const pip = join(folder, "pip.conf");
    writeFileSync(pip, "[install]\nno-deps = yes\ntarget = placed\n[list]\nformat = freeze\n");
    world = makeCommandWorld({ PIP_CONFIG_FILE: pip, PIP_NO_INPUT: "1", UV_DEFAULT_INDEX: index });
  });

  test("does what pip's files and uv's variables say, unless its words say otherwise", async () => {
    succeeded(await world.murre("pip", "install", "app==1.0"));
    expect((await world.murre("pip", "list", "--path", "placed")).stdout).toBe("app==1.0\n");
    succeeded(await world.murre("pip", "install", "--target", "named", "app==2.0"));
    expect((await world.murre("pip", "list", "--path", "named", "--format", "json")).stdout).toContain('"2.0"');
  });

  describe("--project, before the command's name or behind it", () => {
    const asked = (...words: string[]) => world.murre(...words, "--no-deps", "--dry-run", "--target", "nowhere");
    const plus = ({ stdout }: Run) => stdout.split("\n").filter((line) => line.startsWith(" + "));
    beforeAll(() => {
      const groups = (foo: string, bar: string) => `[dependency-groups]\nfoo = ["${foo}"]\nbar = ["${bar}"]\n`;
      for (const folder of ["other", "settled/below"]) mkdirSync(join(world.folder, folder), { recursive: true });
      const own = '[project]\nname = "own"\nversion = "1"\ndependencies = []\n';
      world.write("pyproject.toml", `${own}${groups("app==1.0", "app==1.0")}`);
      world.write("other/pyproject.toml", groups("lib", "app==2.0"));
      world.write(
        "settled/pyproject.toml",
        '[tool.uv]\nconstraint-dependencies = []\n[tool.uv.pip]\nresolution = "lowest"\n',
      );
    });

    test.each<[string[], string[]]>([
      [["--project", "other", "pip", "install", "--group", "foo"], [" + lib==1.0"]],
      [["pip", "--project=other", "install", "--group", "bar"], [" + app==2.0"]],
      [["pip", "install", "--group", "foo", "--project", "other/pyproject.toml"], [" + lib==1.0"]],
      [
        ["--project", "other", "pip", "install", "--all-groups"],
        [" + app==2.0", " + lib==1.0"],
      ],
      [["--project", "other", "pip", "install", "--group", "pyproject.toml:foo"], [" + app==1.0"]],
      [
        ["--project", "other", "pip", "install", "-r", "pyproject.toml", "--all-groups"],
        [" + app==2.0", " + lib==1.0"],
      ],
      [["--project", "pyproject.toml", "pip", "install", "--group", "foo"], [" + app==1.0"]],
      [["--project", "settled/below", "pip", "install", "app"], [" + app==1.0"]],
      [["pip", "install", "app"], [" + app==2.0"]],
    ])("%j", async (words, expected) => {
      expect(plus(succeeded(await asked(...words)))).toEqual(expected);
    });

    test("goes for a file with pins and for UV_PROJECT too, and has to be there", async () => {
      const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
      const compile = ["pip", "compile", "--group", "bar", "--no-header", "--no-annotate", "--no-cache"];
      const env = { UV_PROJECT: "other", UV_DEFAULT_INDEX: index };
      const compiled = await run(process.execPath, [bin, ...compile], world.folder, env);
      expect(succeeded(compiled).stdout).toBe("app==2.0\n");
      const { code, stderr } = await asked("--project", "nowhere", "pip", "install", "app");
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/nowhere: there is no such folder \(MURRE_NO_PROJECT\)/),
      ]);
    });
  });

  test("does what a project's uv.toml says, and config list has it with its place", async () => {
    const project = join(world.folder, "project", "below");
    mkdirSync(project, { recursive: true });
    const file = world.write("project/uv.toml", 'link-mode = "copy"\n[pip]\ntarget = "of-uv"\n');
    succeeded(await world.murre("pip", "install", "--directory", project, "app==1.0"));
    expect((await world.murre("pip", "freeze", "--path", join(project, "of-uv"))).stdout).toBe("app==1.0\n");
    const { stdout } = await world.murre("config", "list", "--directory", project);
    expect(stdout.split("\n").filter((line) => line.includes(file))).toEqual([
      `link-mode='copy'  # ${file}`,
      `pip.target='of-uv'  # ${file} [pip]`,
    ]);
    expect(stdout).toContain("install.target='placed'  # ");
    expect((await world.murre("config", "list", "--directory", project, "--no-config")).stdout).toBe("");
  });
});
