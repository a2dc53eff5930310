import { temporaryFolder } from "@murre/test-kit";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openBuildLog } from "../src/backend/build-log.ts";
import { buildTree, type TreeBuild } from "../src/builder/build-tree.ts";
import { anInterpreter, plainEnvironments, writeSource } from "./source.ts";

const interpreter = anInterpreter();

async function build(what: TreeBuild["what"], code = "") {
  const folder = temporaryFolder("build-tree");
  const tree = writeSource(join(folder, "tree"), code);
  mkdirSync(join(folder, "own"));
  const asked: string[] = [];
  const hooks: string[] = [];
  const outputFolder = join(folder, "dist");
  const built = await buildTree({
    tree,
    what,
    outputFolder,
    folder: join(folder, "own"),
    environments: plainEnvironments(interpreter, asked),
    configSettings: {},
    log: openBuildLog(join(folder, "logs"), "tree"),
    timeoutMs: undefined,
    platform: process.platform,
    signal: undefined,
    onHook: (hook) => void hooks.push(hook),
    inTurn: (work) => work(),
  });
  return { built, asked, hooks, files: readdirSync(outputFolder).toSorted() };
}

describe("the distributions of a folder", () => {
  test("are by default the sdist, and the wheel that is built from it", async () => {
    const { built, files, hooks } = await build("sdist-then-wheel");
    expect(files).toEqual(["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"]);
    expect([basename(built.sdist ?? ""), basename(built.wheel ?? "")]).toEqual(files.toReversed());
    expect(hooks.filter((hook) => hook.startsWith("build_"))).toEqual(["build_sdist", "build_wheel"]);
  });

  test("a file that the sdist lacks is missed by the wheel", async () => {
    const incomplete = `
def build_sdist(sdist_directory, config_settings=None):
    import tarfile
    with tarfile.open(os.path.join(sdist_directory, "demo-1.0.tar.gz"), "w:gz") as sdist:
        for path in ["pyproject.toml", "tools"]: sdist.add(path, "demo-1.0/" + path)
    return "demo-1.0.tar.gz"
`;
    await expect(build("sdist-then-wheel", incomplete)).rejects.toThrow(/FileNotFoundError.*src\.py/);
  });

  test.each([
    ["sdist", "demo-1.0.tar.gz"],
    ["wheel", "demo-1.0-py3-none-any.whl"],
  ] as const)("may be the %s alone", async (what, name) => {
    expect((await build(what)).files).toEqual([name]);
  });

  test("what the backend asks for is there before it builds", async () => {
    const { asked } = await build("sdist", "def get_requires_for_build_sdist(config_settings=None): return ['more']");
    expect(asked).toEqual(["more"]);
  });
});
