import { temporaryFolder } from "@murre/test-kit";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { reportOf, tagsOf } from "../../../packages/python/test/fake-machine.ts";
import { makeCommandWorld, succeeded } from "./command-world.ts";

const home = realpathSync(temporaryFolder("home"));
const bin = join(home, "bin");
const nothing = { PYENV_ROOT: "", PYENV_VERSION: "", XDG_DATA_HOME: "", MISE_DATA_DIR: "", ASDF_DATA_DIR: "" };
const world = makeCommandWorld({ ...nothing, HOME: home, PATH: `${bin}:${join(home, "more")}` });
const project = realpathSync(world.folder);

/** A program that answers as that Python does, and needs none. */
function install(path: string, version: string, changes: { tags?: object; implementation?: string } = {}): string {
  const file = join(home, path);
  const { markers, ...report } = reportOf(file, version, { running: null, ...changes }) as { markers: object };
  const tags = {
    ...tagsOf(version),
    platform: "linux-x86_64",
    glibc: "2.36",
    ...changes.tags,
  };
  const answer = JSON.stringify({ ...report, markers: { ...markers, platform_system: "Linux" }, tags });
  // As Python does, it tells the name under which it was started.
  return program(file, `printf '%s\\n' '${answer.replace(JSON.stringify(file), `"'"$0"'"`)}'`);
}

function program(file: string, body: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** What a run says, with the folders by their names. */
async function say(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { code, stdout, stderr } = await world.murre("python", ...words);
  const short = (text: string) => text.replaceAll(home, "HOME").replaceAll(project, "HERE");
  return { code, out: short(stdout), err: short(stderr) };
}

function requires(python: string): void {
  world.write("pyproject.toml", `[project]\nname = "app"\nversion = "1"\nrequires-python = "${python}"\n`);
}

const pin = () => join(project, ".python-version");

// The programs are scripts.
describe.skipIf(process.platform === "win32")("murre python", () => {
  install("bin/python3.12", "3.12.4");
  symlinkSync("python3.12", join(bin, "python3"));
  install("bin/pypy3.10", "3.10.16", { implementation: "pypy" });
  install("more/python3.13t", "3.13.0", { tags: { freeThreaded: true } });
  install(".pyenv/versions/3.9.18/bin/python3.9", "3.9.18");
  symlinkSync("python3.9", join(home, ".pyenv/versions/3.9.18/bin/python"));
  program(join(home, "more/python3.8"), "echo no; exit 1");
  program(join(home, "more/python3.7"), 'echo \'{"unsupported": "3.7.16"}\'');
  beforeEach(() => {
    for (const name of ["pyproject.toml", ".python-version", ".python-versions", ".venv"])
      rmSync(join(project, name), { recursive: true, force: true });
  });

  const all = [
    "cpython-3.13.0+freethreaded-linux-x86_64-gnu    HOME/more/python3.13t",
    "cpython-3.12.4-linux-x86_64-gnu                 HOME/bin/python3.12",
    "cpython-3.12.4-linux-x86_64-gnu                 HOME/bin/python3 -> python3.12",
    "cpython-3.9.18-linux-x86_64-gnu                 HOME/.pyenv/versions/3.9.18/bin/python -> python3.9",
    "pypy-3.10.16-linux-x86_64-gnu                   HOME/bin/pypy3.10",
  ];
  const of312 = all.slice(1, 3).map((line) => line.replaceAll(/ {5,}/g, "    "));

  test.concurrent.each<[words: string[], lines: string[]]>([
    [[], all],
    [["--only-installed", "--all-versions", "--all-platforms", "--all-arches", "--show-urls"], all],
    [["3.12"], of312],
    [[">=3.11,<3.13"], of312],
    [["pypy"], ["pypy-3.10.16-linux-x86_64-gnu    HOME/bin/pypy3.10"]],
    [["cpython@3.9"], [all[3]!.replaceAll(/ {5,}/g, "    ")]],
    [["3.11"], []],
    [["foo"], []],
  ])("list %j", async (words, lines) => {
    expect(await say("list", ...words)).toEqual({ code: 0, out: lines.map((line) => `${line}\n`).join(""), err: "" });
  });

  test("list says with -v what is left out, and why", async () => {
    const { code, out, err } = await say("list", "-v");
    expect({ code, out }).toEqual({ code: 0, out: `${all.join("\n")}\n` });
    expect(err).toContain("HOME/more/python3.8 is left out: PATH: it ended with 1: no\n");
    expect(err).toContain("HOME/more/python3.7 is left out: PATH: it is Python 3.7.16, too old\n");
  });

  test.each([["--json"], ["--output-format=json"]])("list %s has uv's keys", async (format) => {
    const { stdout } = succeeded(await world.murre("python", "list", "3.12", format));
    const common = {
      key: "cpython-3.12.4-linux-x86_64-gnu",
      version: "3.12.4",
      version_parts: { major: 3, minor: 12, patch: 4 },
      url: null,
      os: "linux",
      variant: "default",
      implementation: "cpython",
      arch: "x86_64",
      libc: "gnu",
    };
    expect(JSON.parse(stdout)).toEqual([
      { ...common, path: join(bin, "python3.12"), symlink: null },
      { ...common, path: join(bin, "python3"), symlink: "python3.12" },
    ]);
  });

  describe("find", () => {
    const pypy = "HOME/bin/pypy3.10\n";
    const pyenv = "HOME/.pyenv/versions/3.9.18/bin/python\n";
    test.concurrent.each<[words: string[], out: string]>([
      [[], "HOME/bin/python3\n"],
      [["3.12"], "HOME/bin/python3.12\n"],
      [["--show-version"], "3.12.4\n"],
      [["--resolve-links"], "HOME/bin/python3.12\n"],
      [["pypy@3.10"], pypy],
      [["3.9"], pyenv],
      [["<3.10", "--show-version"], "3.9.18\n"],
      [["bin/../bin/python3.12", "--directory", home], "HOME/bin/python3.12\n"],
    ])("%j", async (words, out) => {
      expect(await say("find", ...words)).toMatchObject({ code: 0, out });
    });

    test("follows .python-version, else what the project requires, unless it does not count", async () => {
      requires("<3.12");
      expect((await say("find")).out).toBe(pyenv);
      expect((await say("find", "--no-project")).out).toBe("HOME/bin/python3\n");
      writeFileSync(pin(), "3.12\n");
      const found = await say("find");
      expect(found).toMatchObject({ code: 0, out: "HOME/bin/python3.12\n" });
      expect(found.err).toContain(
        "HERE/.python-version leads to Python 3.12.4, but HERE/pyproject.toml requires <3.12",
      );
      expect(await say("find", "--no-project")).toEqual({ ...found, err: "" });
    });

    test("takes the environment that is near where it fits, and none with --system", async () => {
      succeeded(await world.murre("venv", ".venv", "-p", "3.9"));
      expect((await say("find")).out).toBe("HERE/.venv/bin/python\n");
      expect((await say("find", "--system")).out).toBe("HOME/bin/python3\n");
      expect((await say("find", "3.12")).out).toBe("HOME/bin/python3.12\n");
      writeFileSync(pin(), "3.9\n");
      expect((await say("find")).out).toBe("HERE/.venv/bin/python\n");
      writeFileSync(pin(), "3.12\n");
      expect((await say("find")).out).toBe("HOME/bin/python3.12\n");
      expect((await say("list", "3.9")).out).toContain("HERE/.venv/bin/python -> HOME/");
    });

    test("--script takes what the script asks for", async () => {
      requires(">=3.12");
      world.write("old.py", '# /// script\n# requires-python = "<3.10"\n# ///\n');
      world.write("plain.py", "print()\n");
      expect(await say("find", "--script", "old.py")).toEqual({ code: 0, out: pyenv, err: "" });
      expect(await say("find", "--script", "plain.py")).toMatchObject({ code: 2, out: "" });
      expect(await say("find", "--script", "none.py")).toMatchObject({ code: 2, out: "" });
      expect(await say("find", "3.12", "--script", "old.py")).toMatchObject({ code: 2, out: "" });
    });

    test.concurrent.each<[words: string[], says: RegExp]>([
      [["3.99"], /found no Python 3\.99; looked at:\n[^]*MURRE_NO_INTERPRETER/],
      [["foo"], /found no interpreter named foo/],
      [["/is/not/there"], /found no interpreter at \/is\/not\/there/],
      [[">=foo"], /MURRE_INVALID_PYTHON_REQUEST/],
      [[""], /MURRE_INVALID_OPTION/],
      [["--bogus"], /unknown option/],
      [["--project", "not-there", "--no-config"], /HERE\/not-there: there is no such folder \(MURRE_NO_PROJECT\)/],
    ])("%j is an error, with uv's exit code", async (words, says) => {
      expect(await say("find", ...words)).toEqual({ code: 2, out: "", err: expect.stringMatching(says) as string });
    });
  });

  describe("pin", () => {
    test("writes, prints and removes .python-version, and says so", async () => {
      expect(await say("pin")).toMatchObject({ code: 2, err: expect.stringContaining("MURRE_PIN_REFUSED") as string });
      expect(await say("pin", "312")).toEqual({ code: 0, out: "Pinned `.python-version` to `3.12`\n", err: "" });
      expect(readFileSync(pin(), "utf8")).toBe("3.12\n");
      expect((await say("pin", "3.12")).out).toBe("Pinned `.python-version` to `3.12`\n");
      expect((await say("pin", "pypy3.10")).out).toBe("Updated `.python-version` from `3.12` -> `pypy@3.10`\n");
      expect(await say("pin")).toEqual({ code: 0, out: "pypy@3.10\n", err: "" });
      expect((await say("pin", "--resolved")).out).toBe("pypy@3.10\n");
      expect((await say("pin", "--resolved", "3.9")).out).toContain("-> `HOME/.pyenv/versions/3.9.18/bin/python`\n");
      expect((await say("find", "--show-version")).out).toBe("3.9.18\n");
      expect((await say("pin", "--rm")).out).toBe("Removed Python version file at `.python-version`\n");
      expect(existsSync(pin())).toBe(false);
      expect(await say("pin", "--rm")).toMatchObject({ code: 2 });
    });

    test("one that is not here is pinned with a warning, and not by its path", async () => {
      const pinned = await say("pin", "3.99");
      expect(pinned).toMatchObject({ code: 0, out: "Pinned `.python-version` to `3.99`\n" });
      expect(pinned.err).toContain("found no Python 3.99");
      expect(await say("pin", "--resolved", "3.98")).toMatchObject({ code: 2, out: "" });
      expect(readFileSync(pin(), "utf8")).toBe("3.99\n");
    });

    test.each<[words: string[], code: number, says: RegExp]>([
      [["3.9"], 2, /3\.9 is no Python for HERE\/pyproject\.toml, which requires >=3\.12; --no-project pins it/],
      [["python3.9"], 2, /python3\.9 is no Python for/],
      [["cpython@3.9.18"], 2, /cpython@3\.9\.18 is no Python for/],
      [["<3.10"], 0, /<3\.10 leads to Python 3\.9\.18, which is no Python for/],
      [["<3.10", "--resolved"], 2, /leads to Python 3\.9\.18, which is no Python for/],
      [["3.9", "--no-project"], 0, /^$/],
      [["3.12"], 0, /^$/],
      [[">=3.12"], 0, /^$/],
      [["foo"], 2, /foo is the name of a program/],
      [["--global", "3.12"], 2, /--global is not part of murre: there is no pin for all folders/],
      [["--rm", "3.12"], 2, /MURRE_INVALID_OPTION/],
    ])("%j where the project requires 3.12", async (words, code, says) => {
      requires(">=3.12");
      expect(await say("pin", ...words)).toMatchObject({ code, err: expect.stringMatching(says) as string });
      expect(existsSync(pin())).toBe(code === 0);
    });

    test("what is pinned already is printed, and a conflict told", async () => {
      requires(">=3.12");
      writeFileSync(pin(), "# both\n3.12\n >=3.8, <3.10\n");
      const { code, out, err } = await say("pin");
      expect({ code, out }).toEqual({ code: 0, out: "3.12\n>=3.8,<3.10\n" });
      expect(err).toMatch(/>=3\.8,<3\.10 leads to Python 3\.9\.18, which is no Python for/);
    });

    test("a folder below has one of its own, and the nearest is removed", async () => {
      writeFileSync(pin(), "3.12\n");
      mkdirSync(join(project, "below"), { recursive: true });
      const below = (...words: string[]) => say("pin", "--directory", "below", ...words);
      expect((await below()).out).toBe("3.12\n");
      expect((await below("3.9")).out).toBe("Pinned `.python-version` to `3.9`\n");
      expect((await say("pin", "--project", "below")).out).toBe("3.9\n");
      expect((await below("--rm")).out).toBe("Removed Python version file at `.python-version`\n");
      expect((await below("--rm")).out).toBe("Removed Python version file at `HERE/.python-version`\n");
    });
  });

  test.concurrent.each(["install 3.12", "uninstall 3.12", "upgrade", "dir", "update-shell"])(
    "%s is answered by a sentence",
    async (words) => {
      const { code, out, err } = await say(...words.split(" "));
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^error: there is no command murre python [\w-]+: murre .+ \(MURRE_USAGE\)\n$/);
    },
  );

  test("list --only-downloads is refused", async () => {
    const { code, err } = await say("list", "--only-downloads");
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining("murre downloads no interpreters; murre python list says which are here") as string,
    });
  });

  test.each<[what: string, words: readonly string[], env: Record<string, string>, made: string]>([
    ["named before the command", ["--project", "app", "venv"], {}, "app/.venv"],
    ["named by its pyproject.toml", ["venv", "--project", "app/pyproject.toml"], {}, "app/.venv"],
    ["named by a variable", ["venv"], { UV_PROJECT: "app" }, "app/.venv"],
    ["below another folder", ["--directory", "..", "venv", "--project", "HERE/app"], {}, "app/.venv"],
    ["that is none", ["venv", "--project", "other"], {}, ".venv"],
    ["with a path of its own", ["venv", "mine", "--project", "app"], {}, "mine"],
  ])("the environment of a project is made where uv makes it: %s", async (_, words, env, made) => {
    const own = makeCommandWorld({ ...nothing, HOME: home, PATH: bin, ...env });
    for (const folder of ["app", "other"]) mkdirSync(join(own.folder, folder));
    own.write("app/pyproject.toml", '[project]\nname = "app"\nversion = "1"\n');
    succeeded(await own.murre(...words.map((word) => word.replace("HERE", basename(own.folder)))));
    const places = [".venv", "app/.venv", "other/.venv", "mine"].filter((place) => existsSync(join(own.folder, place)));
    expect(places).toEqual([made]);
  });
});
