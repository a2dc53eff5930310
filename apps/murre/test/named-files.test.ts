import { createMurre } from "murre";
import { temporaryFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

describe("a file that a user names and that cannot be read is named once, with the system's reason, and nothing of Node's", () => {
  const world = makeCommandWorld();
  world.write("empty.in", "");
  world.write("in.in", "-r sub/gone.txt\n");
  mkdirSync(join(world.folder, "folder"));
  const gone = "no such file or directory (ENOENT)";
  const folder = "is a folder, and a file is needed here; nothing was read from it";

  test.each([
    ["pip compile gone.in", `gone.in: cannot be read: ${gone}`],
    ["pip compile folder", `folder: cannot be read: ${folder}`],
    ["pip compile in.in", `in.in:1: sub/gone.txt cannot be read: ${gone}`],
    ["pip compile empty.in -c gone.txt", `gone.txt: cannot be read: ${gone}`],
    ["pip compile empty.in --override gone.txt", `gone.txt: cannot be read: ${gone}`],
    ["pip compile empty.in -b gone.txt", `gone.txt: cannot be read: ${gone}`],
    ["pip compile pyproject.toml", `pyproject.toml: cannot be read: ${gone}`],
    ["pip compile gone.py", `gone.py: cannot be read: ${gone}`],
    ["pip compile --group test", `pyproject.toml: cannot be read: ${gone}`],
    ["pip compile --group sub/pyproject.toml:test", `sub/pyproject.toml: cannot be read: ${gone}`],
    ["pip install --target t -r pylock.toml", `pylock.toml: cannot be read: ${gone}`],
    ["pip install --target t -r gone.txt", `gone.txt: cannot be read: ${gone}`],
  ])("murre %s", async (words, message) => {
    const { code, stdout, stderr } = await world.murre("-q", ...words.split(" "), "--no-config", "--no-index");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(`error: ${message} (MURRE_REQUIREMENTS_UNREADABLE) (MURRE_REQUIREMENTS_FILE)\n`);
  });

  test("a TOML document that is none is drawn once", async () => {
    world.write("pylock.bad.toml", "[x\n");
    const { stderr } = await world.murre("pip", "install", "--target", "t", "-r", "pylock.bad.toml", "--no-config");
    expect(stderr.match(/\[x$/gm)).toHaveLength(1);
    expect(stderr).not.toContain("caused by");
  });
});

describe("the output file of murre pip compile", () => {
  const world = makeCommandWorld();
  world.write("empty.in", "");
  const compile = (...words: string[]) => world.murre("pip", "compile", "--no-config", "--no-index", ...words);

  test("lies in a folder that is made where it is not there, unless nothing is to be written", async () => {
    succeeded(await compile("empty.in", "-o", "dry/requirements.txt", "--dry-run"));
    expect(existsSync(join(world.folder, "dry"))).toBe(false);
    const { stdout } = succeeded(await compile("empty.in", "-o", "a/b/requirements.txt"));
    expect(readFileSync(join(world.folder, "a/b/requirements.txt"), "utf8")).toBe(stdout);
  });

  test("is refused before anything is resolved where it is a folder", async () => {
    mkdirSync(join(world.folder, "folder"));
    const { code, stderr } = await compile("empty.in", "-o", "folder");
    expect([code, stderr]).toEqual([
      1,
      "error: --output-file folder: it is a folder; name a file in it (MURRE_RESOLUTION_OPTION)\n",
    ]);
  });

  test.skipIf(process.platform === "win32")("below what is no folder is named, in the system's words", async () => {
    const { code, stderr } = await compile("empty.in", "-o", "empty.in/x/requirements.txt");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /: the file system refused: \/.*empty\.in\S*: not a directory \(ENOTDIR\); no environment was/,
    );
    expect(stderr).not.toMatch(/ENOTDIR:|mkdir|lstat/);
  });
});

test("what a program's `cwd` holds is read there, and not in the process's own folder", async () => {
  const cwd = temporaryFolder("cwd");
  mkdirSync(join(cwd, "sub"));
  for (const [name, text] of Object.entries({
    "r.in": "-r sub/more.in\n",
    "sub/more.in": "--find-links ./links\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\ntest = []\n',
  }))
    writeFileSync(join(cwd, name), text);
  mkdirSync(join(cwd, "sub/links"));
  const murre = createMurre({ cwd, cacheFolder: join(cwd, "cache"), env: {} });
  for (const asked of [
    { requirementFiles: ["r.in"] },
    { requirementFiles: ["pyproject.toml"] },
    { groups: ["test"] },
  ]) {
    const { text } = await murre.compile({
      ...asked,
      constraintFiles: ["r.in"],
      ignoreConfiguration: true,
      header: false,
    });
    expect(text).toBe("");
  }
});

test.skipIf(process.platform === "win32")("in a folder that was removed meanwhile, a command says so", async () => {
  const [cwd, cache] = [temporaryFolder("removed"), temporaryFolder("cache")];
  const script = `rmdir "$PWD"; exec "$0" "$1" pip list`;
  const { code, stderr } = await run("sh", ["-c", script, process.execPath, bin], cwd, { MURRE_CACHE_DIR: cache });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /the current folder is not there any more \(ENOENT\); change to one that is \(MURRE_FILE_SYSTEM\)/,
  );
  if (existsSync(cwd)) rmdirSync(cwd);
});
