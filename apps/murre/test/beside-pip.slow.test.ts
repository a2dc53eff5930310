import { findInterpreter, NoInterpreter } from "@murre/python";
import { temporaryFolder, writeWheel } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";

/** A Python whose venv brings setuptools, and a pip that can still install without a wheel. */
const old = findOld();

function findOld(): string | undefined {
  if (process.platform === "win32") return undefined;
  const context = { env: process.env, platform: process.platform, cwd: process.cwd(), home: homedir() };
  try {
    const { executable } = findInterpreter(">=3.8,<3.11", context, { preference: "system" });
    return spawnSync(executable, ["-c", "import ensurepip, venv"]).status === 0 ? executable : undefined;
  } catch (error) {
    if (error instanceof NoInterpreter) return undefined;
    throw error;
  }
}

const world = makeCommandWorld();
const environment = join(world.folder, "env");
const python = join(environment, "bin/python");
const environmentsOwn = /(?:^|\/)(?:\.murre|pip|setuptools|pkg_resources|_distutils_hack|__pycache__)(?:\/|$)/;

const inEnvironment = async (cwd: string, ...words: string[]) => succeeded(await run(python, words, cwd, {}));

/** Every file that is not the environment's own or bytecode, with its text, which may name the installer. */
function files(): Map<string, string> {
  const found = readdirSync(environment, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(environment.length + 1))
    .filter((path) => !environmentsOwn.test(path))
    .toSorted();
  return new Map(found.map((path) => [path, readFileSync(join(environment, path), "latin1")]));
}

/** What came into the environment since, and what it has changed. */
const since = (before: ReadonlyMap<string, string>) =>
  new Map([...files()].filter(([path, text]) => before.get(path) !== text));

async function freshEnvironment(): Promise<Map<string, string>> {
  rmSync(environment, { recursive: true, force: true });
  succeeded(await run(old ?? "", ["-m", "venv", environment], world.folder, {}));
  return files();
}

const project = {
  "setup.py": `from setuptools import setup
setup(name="Old_Proj.x", version="1.0", packages=["oldpkg"], py_modules=["oldmod"], scripts=["plain.sh", "plain.py"],
  package_data={"oldpkg": ["d.txt"]}, data_files=[("share/oldproj", ["doc.txt"])], headers=["old.h"],
  entry_points={"console_scripts": ["old-run = oldmod:main"], "gui_scripts": ["old-gui = oldmod:main"]})
`,
  "oldpkg/__init__.py": "x = 1\n",
  "oldpkg/d.txt": "data\n",
  "oldmod.py": "def main(): print(1)\n",
  "doc.txt": "doc\n",
  "old.h": "// header\n",
  "plain.sh": "#!/bin/sh\necho 1\n",
  "plain.py": "#!/usr/bin/env python\nprint(1)\n",
};

/** Ways in which setuptools and distutils installed before there were wheels, each from the project's folder. */
const ways: readonly (readonly [what: string, words: readonly string[]])[] = [
  ["setup.py develop: an egg-link", ["setup.py", "develop"]],
  [
    "pip's setup.py install: an egg-info with installed-files.txt",
    ["-m", "pip", "install", "--no-index", "--no-deps", "--no-use-pep517", "--no-build-isolation", "."],
  ],
  [
    "setup.py install --single-version-externally-managed: an egg-info without it",
    ["setup.py", "install", "--single-version-externally-managed", "--root=/"],
  ],
];

describe.skipIf(old === undefined)("beside the pip of an environment", () => {
  test.each(ways)("uninstalling leaves the files that pip leaves, after %s", { timeout: 120_000 }, async (_, words) => {
    const before = await freshEnvironment();
    const source = temporaryFolder("old-project");
    for (const [path, text] of Object.entries(project)) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), text);
    }
    await inEnvironment(source, ...words);
    expect(since(before).size).toBeGreaterThan(4);
    const kept = join(world.folder, "kept");
    rmSync(kept, { recursive: true, force: true });
    cpSync(environment, kept, { recursive: true, verbatimSymlinks: true });

    await inEnvironment(world.folder, "-m", "pip", "uninstall", "-y", "old-proj.x");
    const pipLeft = since(before);

    rmSync(environment, { recursive: true });
    cpSync(kept, environment, { recursive: true, verbatimSymlinks: true });
    succeeded(await world.murre("pip", "uninstall", "-p", environment, "Old_Proj.x"));
    expect(since(before)).toEqual(pipLeft);
    expect(existsSync(join(source, "oldmod.py"))).toBe(true);
  });

  test("each scheme of a wheel's .data goes where pip puts it, with the same bytes", { timeout: 120_000 }, async () => {
    const wheel = await writeWheel(temporaryFolder("wheel"), {
      name: "Data_Proj.x",
      version: "1.0",
      files: { "data_mod.py": "" },
      dataFiles: {
        "purelib/pure_mod.py": "pure",
        "platlib/plat_mod.py": "plat",
        "headers/deep/h.h": "// h\n",
        "scripts/plain.py": "#!python\nprint(1)\n",
        "scripts/plain.sh": "#!/bin/sh\necho 1\n",
        "data/share/doc.txt": "doc",
      },
    });
    const before = await freshEnvironment();
    await inEnvironment(world.folder, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", wheel);
    const byPip = since(before);
    await inEnvironment(world.folder, "-m", "pip", "uninstall", "-y", "Data_Proj.x");
    expect(since(before)).toEqual(new Map());
    succeeded(await world.murre("pip", "install", "-p", environment, "--no-config", "--no-index", wheel));
    const byMurre = since(before);
    for (const written of [byPip, byMurre])
      for (const path of written.keys()) if (/\.dist-info\//.test(path)) written.delete(path);
    expect([...byMurre.keys()].filter((path) => path.endsWith("/h.h"))).toHaveLength(1);
    expect(byMurre).toEqual(byPip);
  });
});
