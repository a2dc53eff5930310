import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BuildServices, BuildSource } from "../src/builder/build-services.ts";
import { BuilderWorld } from "./builder-world.ts";

/** The backend's wheel, whose module is a path file that leads to where the sources are. */
const editable = `
def _editable(wheel_directory):
    global CONTENT
    path = os.path.join(os.path.dirname(wheel_directory), "content")
    with open(path, "w") as file:
        file.write(os.getcwd())
    before, CONTENT = CONTENT, path
    try:
        return build_wheel(wheel_directory)
    finally:
        CONTENT = before

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    _note("build_editable")
    return _editable(wheel_directory)
`;

const pyproject = (more = "") =>
  `[build-system]\nrequires = []\nbuild-backend = "in_house"\nbackend-path = ["tools"]\n${more}\n`;

const makeWorld = (code = "", files: Readonly<Record<string, string>> = {}) =>
  new BuilderWorld(`${editable}\n${code}`, files);

const sourceOf = (world: BuilderWorld): BuildSource => ({ ...world.directory, isEditable: true });
const build = (
  world: BuilderWorld,
  changes: Partial<BuildServices> = {},
  settings: Partial<BuildServices["settings"]> = {},
) => {
  const operation = world.begin(changes, settings);
  return operation.builder.wheel(sourceOf(world)).finally(() => operation.end());
};
const builds = (world: BuilderWorld) => world.hooks.filter((hook) => hook === "build_editable").length;

function write(world: BuilderWorld, path: string, text: string): void {
  mkdirSync(dirname(join(world.tree, path)), { recursive: true });
  writeFileSync(join(world.tree, path), text);
}

describe("an editable wheel", () => {
  test("leads to the folder, and is none of the folder's ordinary wheels", async () => {
    const world = makeWorld();
    const entry = await build(world);
    expect(readFileSync(`${entry.filesFolder}/demo.py`, "utf8")).toBe(world.tree);
    const ordinary = await world.once(({ builder }) => builder.wheel(world.directory));
    expect(readFileSync(`${ordinary.filesFolder}/demo.py`, "utf8")).toBe("VALUE = 1\n");
    expect((await build(world)).sha256).toBe(entry.sha256);
    expect(builds(world)).toBe(1);
  });

  test("is made where the folder lies, although nobody may write there", async () => {
    const world = makeWorld();
    chmodSync(world.tree, 0o555);
    const entry = await build(world).finally(() => chmodSync(world.tree, 0o755));
    expect(readFileSync(`${entry.filesFolder}/demo.py`, "utf8")).toBe(world.tree);
  });

  test("has the hooks of PEP 660, for what it needs and for its metadata", async () => {
    const world = makeWorld(`
def get_requires_for_build_editable(config_settings=None):
    _note("get_requires_for_build_editable")
    return []
def prepare_metadata_for_build_editable(metadata_directory, config_settings=None):
    _note("prepare_metadata_for_build_editable")
    os.mkdir(os.path.join(metadata_directory, _info()))
    with open(os.path.join(metadata_directory, _info(), "METADATA"), "w") as file:
        file.write(_metadata())
    return _info()
`);
    await world.once(async ({ builder }) => {
      await builder.metadata(sourceOf(world));
      await builder.wheel(sourceOf(world));
    });
    expect(world.hooks.slice(0, 3)).toEqual([
      "get_requires_for_build_editable",
      "prepare_metadata_for_build_editable",
      "build_editable",
    ]);
  });

  test.each([
    ["has no such hook", "del build_editable"],
    [
      "says that it cannot",
      "class UnsupportedOperation(Exception): pass\ndef build_editable(*words): raise UnsupportedOperation('no')",
    ],
  ])("is refused where the backend %s", async (_, code) => {
    await expect(build(makeWorld(code))).rejects.toMatchObject({
      code: "MURRE_EDITABLE_UNSUPPORTED",
      backend: "in_house",
    });
  });

  test("of several projects, all are built side by side", async () => {
    const waits = `
_make = build_editable
def build_editable(*words):
    import time
    open(os.path.join("..", os.path.basename(os.getcwd()) + ".here"), "w").close()
    for _ in range(3000):
        if len([name for name in os.listdir("..") if name.endswith(".here")]) == 2:
            return _make(*words)
        time.sleep(0.01)
    raise Exception("nobody else is building")
`;
    const world = makeWorld(waits);
    const other = makeWorld(waits);
    execFileSync("cp", ["-r", other.tree, join(world.folder, "other")]);
    const one = world.once(({ builder }) =>
      Promise.all([
        builder.wheel(sourceOf(world)),
        builder.wheel({ ...sourceOf(world), path: join(world.folder, "other"), shown: "./other" }),
      ]),
    );
    expect((await one).map(({ filesFolder }) => readFileSync(`${filesFolder}/demo.py`, "utf8"))).toEqual([
      world.tree,
      join(world.folder, "other"),
    ]);
  });
});

describe("an editable wheel is made again when something changes that decides about it", () => {
  const keys = (text: string) => pyproject(`[tool.uv]\ncache-keys = [${text}]`);
  const reads =
    '\n_read = build_editable\ndef build_editable(*words):\n    open("src/demo/about.py").read()\n    return _read(*words)\n';

  test.each<[string, Readonly<Record<string, string>>, string, (world: BuilderWorld) => void]>([
    ["pyproject.toml", {}, "", (world) => write(world, "pyproject.toml", pyproject("# other"))],
    ["a setup.cfg that was not there", {}, "", (world) => write(world, "setup.cfg", "")],
    ["setup.py", { "setup.py": "" }, "", (world) => write(world, "setup.py", "#")],
    ["a folder src that was not there", {}, "", (world) => mkdirSync(join(world.tree, "src"))],
    [
      "a file that the backend reads",
      { "src/demo/about.py": "1" },
      reads,
      (world) => write(world, "src/demo/about.py", "22"),
    ],
    [
      "the backend itself",
      {},
      "",
      (world) => write(world, "tools/in_house.py", `${readFileSync(join(world.tree, "tools/in_house.py"), "utf8")}#`),
    ],
    [
      "a file that is named",
      { "pyproject.toml": keys('"req.txt"'), "req.txt": "1" },
      "",
      (world) => write(world, "req.txt", "2"),
    ],
    [
      "a named file that is gone",
      { "pyproject.toml": keys('{ file = "req.txt" }'), "req.txt": "1" },
      "",
      (world) => rmSync(join(world.tree, "req.txt")),
    ],
    [
      "a file that a pattern names",
      { "pyproject.toml": keys('{ file = "**/*.c" }'), "a/b/x.c": "1" },
      "",
      (world) => write(world, "a/b/x.c", "2"),
    ],
    [
      "a new file that a pattern names",
      { "pyproject.toml": keys('{ file = "a/*.[ch]" }') },
      "",
      (world) => write(world, "a/x.h", ""),
    ],
    [
      "a folder that is named",
      { "pyproject.toml": keys('{ dir = "lib" }') },
      "",
      (world) => mkdirSync(join(world.tree, "lib")),
    ],
    [
      "a file beside that a pattern names",
      { "pyproject.toml": keys('{ file = "../*.ini" }') },
      "",
      (world) => write(world, "../x.ini", ""),
    ],
  ])("%s", async (_, files, code, change) => {
    const world = makeWorld(code, files);
    await build(world);
    await build(world);
    expect(builds(world)).toBe(1);
    change(world);
    await build(world);
    await build(world);
    expect(builds(world)).toBe(2);
  });

  test("a variable that is named", async () => {
    const world = makeWorld("", { "pyproject.toml": keys('{ env = "FLAVOUR" }') });
    for (const env of [{}, {}, { FLAVOUR: "a" }, { FLAVOUR: "a", OTHER: "1" }, {}]) await build(world, {}, { env });
    expect(builds(world)).toBe(3);
  });

  test.each([
    ["commit = true, tags = true", 3],
    ["commit = true", 2],
    ["tags = true", 2],
  ])("what a repository has: %s", async (what, expected) => {
    const world = makeWorld("", { "pyproject.toml": keys(`{ git = { ${what} } }`) });
    const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    const git = (...words: string[]) => execFileSync("git", ["-C", world.tree, ...identity, ...words]);
    git("init", "-q");
    git("commit", "-qm", "one", "--allow-empty");
    await build(world);
    git("commit", "-qm", "two", "--allow-empty");
    await build(world);
    git("tag", "v1");
    await build(world);
    git("pack-refs", "--all");
    await build(world);
    expect(builds(world)).toBe(expected);
  });
});

describe("an editable wheel is not made again for", () => {
  test.each<[string, (world: BuilderWorld) => void]>([
    ["an edit of what is imported", (world) => write(world, "src.py", "VALUE = 2\n")],
    ["a new module", (world) => write(world, "other.py", "")],
    [
      "a pyproject.toml that is written again as it was",
      (world) => {
        const path = join(world.tree, "pyproject.toml");
        writeFileSync(path, readFileSync(path));
        utimesSync(path, 1, statSync(path).mtimeMs / 1000 + 5);
      },
    ],
    ["bytecode", (world) => write(world, "tools/__pycache__/x.pyc", "")],
  ])("%s", async (_, change) => {
    const world = makeWorld();
    await build(world);
    change(world);
    await build(world);
    expect(builds(world)).toBe(1);
  });

  test("the files that a build writes itself", async () => {
    const world = makeWorld(`
_make = build_editable
def build_editable(*words):
    os.makedirs("demo.egg-info", exist_ok=True)
    for path in ["demo.egg-info/SOURCES.txt", "_version.py"]:
        if os.path.exists(path): open(path).read()
        with open(path, "w") as file: file.write(repr(os.urandom(4)))
    return _make(*words)
`);
    await build(world);
    await build(world);
    expect(builds(world)).toBe(1);
  });

  test("anything, as long as nobody asks for more than what was built", async () => {
    const world = makeWorld();
    const built = () => world.once(({ builder }) => builder.built(sourceOf(world)));
    expect(await built()).toBeUndefined();
    const { sha256 } = await build(world);
    expect((await built())?.sha256).toBe(sha256);
    write(world, "setup.cfg", "");
    expect(await built()).toBeUndefined();
    expect(builds(world)).toBe(1);
  });
});
