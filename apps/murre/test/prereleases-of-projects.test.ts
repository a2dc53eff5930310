import { indexedWheel, temporaryFolder, writeIndex, type WheelSpec } from "@murre/test-kit";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

const specs: readonly WheelSpec[] = [
  { name: "app", version: "1.0", requiresDist: ["lib", "tool"] },
  { name: "lib", version: "1.0" },
  { name: "lib", version: "2.0rc1" },
  { name: "tool", version: "1.0" },
  { name: "tool", version: "2.0b1" },
];

let index = "";
let world: CommandWorld;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  index = join(folder, "simple");
  world = makeCommandWorld();
});

/** Runs in a folder of its own that has these settings of uv's. */
function inFolder(name: string, settings = "") {
  mkdirSync(join(world.folder, name));
  const write = (text: string) => world.write(`${name}/uv.toml`, text);
  write(settings);
  const murre = (...words: string[]) =>
    world.murre(...words, "--directory", join(world.folder, name), "--default-index", index);
  return { folder: join(world.folder, name), write, murre };
}

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

describe("--prerelease-package, and the setting prerelease-package", () => {
  // As uv has it with the same wheels.
  test.each([
    ["one of two", "", ["--prerelease-package", "lib=allow"], ["lib==2.0rc1", "tool==1.0"]],
    [
      "each its own",
      "",
      ["--prerelease-package", "lib=allow", "--prerelease-package=tool=allow"],
      "lib==2.0rc1 tool==2.0b1",
    ],
    ["all but one", "", ["--pre", "--prerelease-package", "LIB=disallow"], "lib==1.0 tool==2.0b1"],
    ["the setting", 'prerelease-package = { lib = "allow" }', [], "lib==2.0rc1 tool==1.0"],
    [
      "beside the setting for all",
      'prerelease = "allow"\n[prerelease-package]\nlib = "disallow"',
      [],
      "lib==1.0 tool==2.0b1",
    ],
    [
      "the words before the setting of the same project, which otherwise counts",
      'prerelease-package = { lib = "disallow", tool = "allow" }',
      ["--prerelease", "disallow", "--prerelease-package", "lib=allow"],
      "lib==2.0rc1 tool==2.0b1",
    ],
    ["no setting where none is read", 'prerelease-package = { lib = "allow" }', ["--no-config"], "lib==1.0 tool==1.0"],
  ])("pip compile: %s", async (name, settings, words, expected) => {
    const { folder, murre } = inFolder(`compile ${name}`, settings);
    world.write(`compile ${name}/in.txt`, "app\n");
    const { stdout } = succeeded(
      await murre("pip", "compile", join(folder, "in.txt"), "--no-header", "--no-annotate", ...words),
    );
    expect(linesOf(stdout)).toEqual(["app==1.0", ...(typeof expected === "string" ? expected.split(" ") : expected)]);
  });

  test("what cannot be is refused with what is expected, and what it forbids with what allows it", async () => {
    const { murre } = inFolder("refused", 'prerelease-package = { lib = "disallow" }');
    const bad = await murre("pip", "install", "--target", "t", "--prerelease-package", "lib=yes", "app");
    expect([bad.code, bad.stderr]).toEqual([
      1,
      expect.stringContaining("--prerelease-package lib=yes: expected one of"),
    ]);
    const none = await murre("pip", "install", "--target", "t", "--pre", "lib>1");
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining("hint: --prerelease-package lib=allow takes"),
    ]);
    succeeded(await murre("pip", "install", "--target", "t", "--prerelease-package", "lib=allow", "lib>1"));
  });

  test("a run is not answered by one of before whose settings were others", async () => {
    const { folder, murre, write } = inFolder("run");
    world.write("run/in.txt", "app\n");
    const compiled = async () =>
      /lib==\S+/.exec(succeeded(await murre("pip", "compile", "--no-header", join(folder, "in.txt"))).stdout)?.[0];
    for (const mode of ["allow", "disallow", "allow", "allow", "disallow"]) {
      write(`prerelease-package = { lib = "${mode}" }`);
      expect(await compiled()).toBe(mode === "allow" ? "lib==2.0rc1" : "lib==1.0");
    }
  });

  test("lock and sync of a project: a lock file made with others is out of date", async () => {
    const { folder, murre } = inFolder("project");
    world.write(
      "project/pyproject.toml",
      '[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["lib"]\n[tool.uv]\npackage = false\n',
    );
    const locked = () =>
      /name = "lib"\nversion = "([^"]+)"/.exec(readFileSync(join(folder, "pylock.toml"), "utf8"))?.[1];
    const allowed = ["--prerelease-package", "lib=allow"];
    succeeded(await murre("lock", ...allowed));
    expect(locked()).toBe("2.0rc1");
    succeeded(await murre("lock", "--locked", ...allowed));
    expect((await murre("lock", "--locked", "--prerelease-package", "lib=disallow")).code).toBe(1);
    succeeded(await murre("sync", ...allowed));
    expect(locked()).toBe("2.0rc1");
    succeeded(await murre("sync", "--prerelease-package", "lib=disallow"));
    expect(locked()).toBe("1.0");
    expect(linesOf(succeeded(await world.murre("pip", "freeze", "-p", join(folder, ".venv"))).stdout)).toEqual([
      "lib==1.0",
    ]);
  });
});
