import { CACHE_LAYOUT } from "@murre/cache";
import { temporaryFolder } from "@murre/test-kit";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { areConfigured, places } from "./configured-places.ts";

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const folder = temporaryFolder("real-builds");
const environment = join(folder, "env");
const python = join(environment, "bin/python");

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const environment = { ...process.env, MURRE_BUILD_LOGS: join(folder, "logs") };
  return spawnSync(process.execPath, [murre, ...words, "--cache-dir", join(folder, "cache")], {
    encoding: "utf8",
    cwd: folder,
    env: environment,
  });
}

const pip = (...words: string[]) => run("pip", ...words, "-p", environment, "--no-config", ...places);
const print = (code: string) => execFileSync(python, ["-c", code], { encoding: "utf8" }).trim();
const isThere = (program: string) => spawnSync(program, ["--version"]).status === 0;
const hasPython = process.platform === "linux" && isThere("python3.11");

function write(project: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, project, path)), { recursive: true });
    writeFileSync(join(folder, project, path), text);
  }
  return `./${project}`;
}

const buildSystem = (backend: string, requires: readonly string[], more = "") =>
  `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "${backend}"\n${more}\n`;

const extension = (name: string) => `#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "${name}", 0, -1, methods};
PyMODINIT_FUNC PyInit_${name}(void) { return PyModule_Create(&module); }
`;

interface RealProject {
  readonly backend: string;
  /** Projects that the indexes have to have. */
  readonly needs: readonly string[];
  readonly programs?: readonly string[];
  readonly write: () => string;
  /** What Python prints of it once it is installed. */
  readonly code: string;
  readonly prints: string;
}

const projects: readonly RealProject[] = [
  {
    backend: "setuptools, a legacy setup.py with a C extension",
    needs: ["setuptools"],
    programs: ["gcc"],
    write: () =>
      write("legacy", {
        "setup.py": `from setuptools import Extension, setup
setup(name="legacy", version="0.5", packages=["legacy"], ext_modules=[Extension("legacy.fast", ["fast.c"])])
`,
        "legacy/__init__.py": "",
        "fast.c": extension("fast"),
      }),
    code: "import legacy.fast; print(legacy.fast.answer())",
    prints: "42",
  },
  {
    backend: "setuptools, with a dynamic version",
    needs: ["setuptools"],
    write: () =>
      write("modern", {
        "pyproject.toml": `${buildSystem("setuptools.build_meta", ["setuptools>=61"])}[project]
name = "modern"
dynamic = ["version"]
[tool.setuptools.dynamic]
version = {attr = "modern.VERSION"}
`,
        "modern.py": 'VERSION = "3.2"\n',
      }),
    code: "import importlib.metadata as m; print(m.version('modern'))",
    prints: "3.2",
  },
  {
    backend: "hatchling, with the version from git",
    needs: ["hatchling", "hatch-vcs", "setuptools-scm", "vcs-versioning"],
    programs: ["git"],
    write() {
      const path = write("hatched", {
        "pyproject.toml": `${buildSystem("hatchling.build", ["hatchling", "hatch-vcs"])}[project]
name = "hatched"
dynamic = ["version"]
[tool.hatch.version]
source = "vcs"
`,
        "hatched/__init__.py": "",
      });
      const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
      for (const words of [
        ["init", "-q"],
        ["add", "."],
        ["commit", "-qm", "one"],
        ["tag", "v4.5.6"],
      ])
        execFileSync("git", ["-C", join(folder, "hatched"), ...identity, ...words]);
      return path;
    },
    code: "import importlib.metadata as m; print(m.version('hatched'))",
    prints: "4.5.6",
  },
  {
    backend: "flit-core",
    needs: ["flit-core"],
    write: () =>
      write("flitted", {
        "pyproject.toml": `${buildSystem("flit_core.buildapi", ["flit_core>=3.2,<5"])}[project]
name = "flitted"
dynamic = ["version", "description"]
[project.scripts]
flitted = "flitted:main"
`,
        "flitted.py": '"""Flits."""\n__version__ = "1.2"\ndef main(): print("flits")\n',
      }),
    code: "import subprocess, sys; print(subprocess.check_output([sys.prefix + '/bin/flitted'], text=True))",
    prints: "flits",
  },
  {
    backend: "poetry-core, which does not know [project]",
    needs: ["poetry-core", "six"],
    write: () =>
      write("poetic", {
        "pyproject.toml": `${buildSystem("poetry.core.masonry.api", ["poetry-core"])}[tool.poetry]
name = "poetic"
version = "0.7"
description = ""
authors = []
[tool.poetry.dependencies]
python = ">=3.8"
six = "*"
`,
        "poetic/__init__.py": "import six\n",
      }),
    code: "import poetic, importlib.metadata as m; print(m.version('poetic'))",
    prints: "0.7",
  },
  {
    backend: "scikit-build-core, with CMake from the index",
    needs: ["scikit-build-core", "cmake", "ninja", "pathspec"],
    programs: ["gcc"],
    write: () =>
      write("scikit", {
        "pyproject.toml": `${buildSystem("scikit_build_core.build", ["scikit-build-core", "cmake", "ninja"])}[project]
name = "scikit"
version = "0.1"
`,
        "CMakeLists.txt": `cmake_minimum_required(VERSION 3.15...3.31)
project(scikit LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
python_add_library(scikit MODULE scikit.c WITH_SOABI)
install(TARGETS scikit DESTINATION .)
`,
        "scikit.c": extension("scikit"),
      }),
    code: "import scikit; print(scikit.answer())",
    prints: "42",
  },
];

/** The sources of a real project, made of its wheel: what its sdist would hold of it. */
function sourcesOf(project: string, pyproject: (version: string) => string, below: string): string {
  expect(pip("download", project, "--no-deps", "-d", "wheels")).toMatchObject({ status: 0 });
  const stem = project.replaceAll("-", "_");
  const wheel = readdirSync(join(folder, "wheels")).find((name) => name.startsWith(`${stem}-`)) ?? "";
  const version = wheel.split("-")[1] ?? "";
  const into = join(folder, `${project}-sources`, below);
  mkdirSync(into, { recursive: true });
  execFileSync("python3.11", ["-m", "zipfile", "-e", join(folder, "wheels", wheel), into]);
  const distInfo = join(into, readdirSync(into).find((name) => name.endsWith(".dist-info")) ?? "");
  // setuptools finds its own commands by its entry points; its repository holds them like this.
  const eggInfo = join(into, `${project}.egg-info`);
  renameSync(distInfo, eggInfo);
  renameSync(join(eggInfo, "METADATA"), join(eggInfo, "PKG-INFO"));
  return write(`${project}-sources`, {
    "pyproject.toml": pyproject(version) + entryPoints(join(eggInfo, "entry_points.txt")),
  });
}

/** The entry points of a wheel as a pyproject.toml has them. */
function entryPoints(path: string): string {
  if (!existsSync(path)) return "";
  return readFileSync(path, "utf8")
    .replaceAll(/^\[(.*)\]$/gm, '[project.entry-points."$1"]')
    .replaceAll(/^([\w.-]+) *= *(\S+)$/gm, '"$1" = "$2"');
}

const backends = ["setuptools", "flit-core"];
const isReal = hasPython && areConfigured(backends);

describe.runIf(isReal)("real backends of the indexes of pip's configuration", () => {
  test("an environment is there", () => {
    expect(run("venv", environment, "-p", "3.11")).toMatchObject({ status: 0 });
  });

  for (const { backend, needs, programs = [], write, code, prints } of projects)
    test.runIf(areConfigured(needs) && programs.every(isThere))(`build: ${backend}`, () => {
      const result = pip("install", write());
      expect(result).toMatchObject({ status: 0 });
      expect(print(code)).toBe(prints);
      expect(readdirSync(join(folder, `cache/${CACHE_LAYOUT}/tmp`))).toEqual([]);
    });

  test("murre build leaves an sdist, and the wheel from it", () => {
    const { status, stdout } = run("build", "flitted", "--no-config", ...places, "-p", environment);
    expect([
      status,
      stdout
        .trim()
        .split("\n")
        .map((path) => path.split("/").at(-1)),
    ]).toEqual([0, ["flitted-1.2.tar.gz", expect.stringMatching(/^flitted-1\.2-py.*\.whl$/)]]);
    expect(pip("install", "--reinstall", "./flitted/dist/flitted-1.2.tar.gz")).toMatchObject({ status: 0 });
  });

  test.runIf(areConfigured(["packaging"]))("the sources of packaging are built with flit-core", () => {
    const pyproject = (version: string) =>
      `${buildSystem("flit_core.buildapi", ["flit_core>=3.3"])}[project]\nname = "packaging"\nversion = "${version}"\ndescription = "x"\n`;
    expect(pip("install", sourcesOf("packaging", pyproject, "src"))).toMatchObject({ status: 0 });
    expect(print("from packaging.version import Version; print(Version('1.0') < Version('2'))")).toBe("True");
  });

  test("setuptools builds itself, out of its own sources", () => {
    const pyproject = (version: string) =>
      `${buildSystem("setuptools.build_meta", [], 'backend-path = ["."]')}[project]\nname = "setuptools"\nversion = "${version}"\n[tool.setuptools.packages.find]\ninclude = ["setuptools*", "pkg_resources*", "_distutils_hack*"]\n[tool.setuptools.package-data]\n"*" = ["*"]\n`;
    const { status, stderr } = pip("install", sourcesOf("setuptools", pyproject, "."), "--no-deps");
    expect([status, stderr]).toEqual([0, expect.stringContaining("Built setuptools-")]);
    expect(print("import setuptools; print(setuptools.__name__)")).toBe("setuptools");
  });

  test.runIf(isThere("gcc"))("a compiler's error is shown, and the log is kept", () => {
    const path = write("broken", {
      "setup.py": `from setuptools import Extension, setup
setup(name="broken", version="1", ext_modules=[Extension("broken", ["broken.c"])])
`,
      "broken.c": "#include <Python.h>\n#error this is on purpose\n",
    });
    const { status, stderr } = pip("install", path);
    expect(status).toBe(1);
    expect(stderr).toContain("build_wheel failed with");
    expect(stderr).toContain("#error this is on purpose");
    expect(stderr).toContain("(MURRE_BUILD_FAILED)");
    const log = /all of it is in (\S+)/.exec(stderr)?.[1] ?? "";
    expect(execFileSync("cat", [log], { encoding: "utf8" })).toContain("this is on purpose");
    expect(pip("freeze").stdout).not.toContain("broken");
  });

  test("a build that hangs is ended after its time", () => {
    const path = write("hanging", {
      "setup.py": "import time\nprint('going to sleep', flush=True)\ntime.sleep(600)\n",
    });
    // On a busy machine Python may need longer to come that far: then once more, with more time.
    const outcomes = [];
    for (let timeout = 3; timeout < 100; timeout *= 3) {
      const { status, stderr } = pip("install", path, "--build-timeout", String(timeout));
      outcomes.push(status);
      expect(stderr).toContain(`took longer than ${timeout} s`);
      expect(stderr).toContain("(MURRE_BUILD_TIMEOUT)");
      if (stderr.includes("going to sleep")) break;
    }
    expect(outcomes.every((status) => status === 1)).toBe(true);
  });
});

test.runIf(!isReal)("this machine's pip configuration names no index with real backends", () => {
  expect(isReal).toBe(false);
});
