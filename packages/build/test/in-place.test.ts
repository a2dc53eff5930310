import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BuilderWorld, contentOf } from "./builder-world.ts";

const build = (world: BuilderWorld) =>
  world.once(async ({ builder }) => contentOf(await builder.wheel(world.directory)));

/** Python at the end of the backend: around what builds the wheel. */
const around = (before: string, after = "") => `
_build = build_wheel
def build_wheel(*words):
${before.replaceAll(/^/gm, "    ")}
    name = _build(*words)
${after.replaceAll(/^/gm, "    ")}
    return name
`;
const write = (path: string, text: string) =>
  `os.makedirs(os.path.dirname(${JSON.stringify(path)}) or ".", exist_ok=True)\nopen(${JSON.stringify(path)}, "w").write(${text})`;

describe("a folder is built where it lies", () => {
  test.each<[string, string, (tree: string) => void]>([
    ["a file beside it", "../VERSION", (tree) => writeFileSync(join(tree, "../VERSION"), "x")],
    [
      "what a relative link leads to",
      "link",
      (tree) => {
        writeFileSync(join(tree, "../target"), "x");
        symlinkSync("../target", join(tree, "link"));
      },
    ],
    [
      "a folder node_modules",
      "src/node_modules/a.js",
      (tree) => {
        mkdirSync(join(tree, "src/node_modules"), { recursive: true });
        writeFileSync(join(tree, "src/node_modules/a.js"), "x");
      },
    ],
    [
      "what lies in an environment inside",
      ".venv/pyvenv.cfg",
      (tree) => {
        mkdirSync(join(tree, ".venv"));
        writeFileSync(join(tree, ".venv/pyvenv.cfg"), "x");
      },
    ],
  ])("its build can read %s", async (_, path, make) => {
    const world = new BuilderWorld(around(`global CONTENT\nCONTENT = ${JSON.stringify(path)}`));
    make(world.tree);
    expect(await build(world)).toBe("x");
  });

  test.skipIf(process.platform === "win32")("beside pipes, and links that lead nowhere", async () => {
    const world = new BuilderWorld();
    execFileSync("mkfifo", [join(world.tree, "pipe")]);
    symlinkSync("nowhere", join(world.tree, "dangling"));
    expect([await build(world), await build(world)]).toEqual(["VALUE = 1\n", "VALUE = 1\n"]);
    expect(world.hooks).toEqual(["build_wheel"]);
  });
});

describe("what a build writes into the folder is no change of its sources", () => {
  test.each([
    ["build and egg-info", `${write("build/lib/x.py", '"1"')}\n${write("src/demo.egg-info/PKG-INFO", '"1"')}`],
    ["a generated module", write("src/_version.py", '"1"')],
    ["a module that is other bytes each time", write("src/_version.py", "repr(os.urandom(8))")],
    ["a file that is written anew and put in place", `${write("new", '"1"')}\nos.replace("new", "generated")`],
    ["a file that comes and goes", `${write("lock", '"1"')}\nos.remove("lock")`],
    ["a folder of several", `${write("gen/a/b.txt", '"1"')}\n${write("gen/c.txt", '"2"')}`],
    [
      "what programs write into build",
      'import subprocess\nos.makedirs("build", exist_ok=True)\nsubprocess.check_call(["sh", "-c", "date > build/x"])',
    ],
  ])("%s", async (_, code) => {
    const world = new BuilderWorld(around(code));
    for (let i = 0; i < 3; i++) expect(await build(world)).toBe("VALUE = 1\n");
    expect(world.hooks).toEqual(["build_wheel"]);
    writeFileSync(join(world.tree, "src.py"), "VALUE = 2\n");
    for (let i = 0; i < 3; i++) expect(await build(world)).toBe("VALUE = 2\n");
    expect(world.hooks).toEqual(["build_wheel", "build_wheel"]);
  });

  test("unless somebody else changes it afterwards", async () => {
    const world = new BuilderWorld(around(write("build/lib/x.py", '"1"')));
    await build(world);
    writeFileSync(join(world.tree, "build/lib/x.py"), "2");
    await build(world);
    expect(world.hooks).toHaveLength(2);
  });

  test("a file that was there and is written again with the same bytes", async () => {
    const world = new BuilderWorld(around(write("version.txt", '"1"')), { "version.txt": "1" });
    await build(world);
    await build(world);
    expect(world.hooks).toHaveLength(1);
  });
});

describe("a change during a build is hidden by no note", () => {
  test.each<[string, string]>([
    ["an edit of a source", write("src.py", '"VALUE = 2\\n"')],
    ["by a program", 'import subprocess\nsubprocess.check_call(["sh", "-c", "echo VALUE = 2 > src.py"])'],
    ["a source that is replaced", `${write("new", '"VALUE = 2\\n"')}\nos.replace("new", "src.py")`],
  ])("%s", async (_, edit) => {
    const world = new BuilderWorld(around("", edit));
    expect(await build(world)).toBe("VALUE = 1\n");
    expect(await build(world)).toBe("VALUE = 2\n");
  });

  test("a module that is added by somebody else", async () => {
    const code = 'import time\n_note("held")\nwhile not os.path.exists("../added"): time.sleep(0.01)';
    const world = new BuilderWorld(around(code));
    const first = build(world);
    while (!world.hooks.includes("held")) await setTimeout(10);
    writeFileSync(join(world.tree, "new.py"), "");
    writeFileSync(join(world.tree, "../added"), "");
    await first;
    await build(world);
    await build(world);
    expect(world.hooks.filter((hook) => hook === "held")).toHaveLength(2);
  });
});

describe("what the backend reads outside of the folder counts", () => {
  test.each<[string, string, (tree: string) => void]>([
    ["a file", 'open("../VERSION").read()', (tree) => writeFileSync(join(tree, "../VERSION"), "22")],
    [
      "a file that was not there",
      'os.path.exists("../x") or [open(p) for p in ["../VERSION"]]\ntry: open("../absent")\nexcept OSError: pass',
      (tree) => writeFileSync(join(tree, "../absent"), ""),
    ],
    ["the names in a folder", 'os.listdir("../shared")', (tree) => writeFileSync(join(tree, "../shared/new"), "")],
  ])("%s", async (_, code, change) => {
    const world = new BuilderWorld(around(code));
    writeFileSync(join(world.tree, "../VERSION"), "1");
    mkdirSync(join(world.tree, "../shared"));
    await build(world);
    await build(world);
    expect(world.hooks).toHaveLength(1);
    change(world.tree);
    await build(world);
    expect(world.hooks).toHaveLength(2);
  });
});

test("builds of one folder never overlap, whatever they are of", async () => {
  const code = `
import time
assert not os.path.exists("busy"), "two at a time"
open("busy", "w").close()
time.sleep(0.2)
os.remove("busy")`;
  const world = new BuilderWorld(around(code));
  const operations = ["1", "2", "3"].map((a) => world.begin({}, { configSettings: { a } }));
  const built = await Promise.all(operations.map(({ builder }) => builder.wheel(world.directory).then(contentOf)));
  for (const { end } of operations) await end();
  expect(built).toEqual(Array(3).fill("VALUE = 1\n"));
  expect(world.hooks).toHaveLength(3);
});

test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
  "a folder that cannot be written to is copied",
  async () => {
    const world = new BuilderWorld(around(write("build/x", '"1"')));
    chmodSync(world.tree, 0o555);
    expect([await build(world), await build(world)]).toEqual(["VALUE = 1\n", "VALUE = 1\n"]);
    expect(world.hooks).toEqual(["build_wheel"]);
    expect(existsSync(join(world.tree, "build"))).toBe(false);
    chmodSync(world.tree, 0o755);
  },
);

test("setuptools is told to collect modules elsewhere, unless the user has told it something", async () => {
  const code = around(`_note(open(os.environ["DIST_EXTRA_CONFIG"]).read().split("=")[0].strip())`);
  const world = new BuilderWorld(code);
  await build(world);
  expect(world.hooks.join("\n")).toContain("[build]\nbuild_base");
  rmSync(join(world.folder, "hooks.txt"));
  expect(readdirSync(world.tree)).not.toContain("build");
  expect(readFileSync(join(world.tree, "src.py"), "utf8")).toBe("VALUE = 1\n");
});
