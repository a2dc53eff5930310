import { parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { InvalidPyproject } from "../errors.ts";
import { legacyBuildSystem, parsePyproject } from "./pyproject.ts";

describe("PEP 517 and 518: the table [build-system]", () => {
  test("names the backend, where it lies and what it needs", () => {
    const text = `[build-system]\nrequires = ["flit_core >=3.2,<4"]\nbuild-backend = "local:api"\nbackend-path = ["tools"]\n`;
    expect(parsePyproject(text).buildSystem).toEqual({
      requires: ["flit_core >=3.2,<4"],
      backend: "local:api",
      backendPath: ["tools"],
      isDeclared: true,
    });
  });

  test("without it, setuptools runs setup.py", () => {
    expect(parsePyproject("[tool.black]\nline-length = 100\n").buildSystem).toEqual(legacyBuildSystem);
  });

  test("without build-backend, setuptools runs setup.py with what is required", () => {
    const { requires, backend } = parsePyproject(
      `[build-system]\nrequires = ["setuptools<70", "cython"]\n`,
    ).buildSystem;
    expect([requires, backend]).toEqual([["setuptools<70", "cython"], "setuptools.build_meta:__legacy__"]);
  });

  test.each([
    ["no requires", `[build-system]\nbuild-backend = "x"\n`, "requires"],
    ["a requirement that is none", `[build-system]\nrequires = ["==1"]\n`, "build-system.requires"],
    ["a number for a name", `[build-system]\nrequires = []\nbuild-backend = 3\n`, "build-backend is no string"],
    ["a list for a table", `build-system = [1]\n`, "build-system is no table"],
    ["no TOML", `[build-system\n`, "line 1, column"],
  ])("%s is refused, and where it stands is said", (_, text, said) => {
    expect(() => parsePyproject(text, "there/pyproject.toml")).toThrow(InvalidPyproject);
    expect(() => parsePyproject(text, "there/pyproject.toml")).toThrow(said);
  });

  test("everything that is wrong is said at once", () => {
    const text = `[build-system]\nrequires = [1]\nbuild-backend = 2\n[project]\nname = 3\n`;
    expect(() => parsePyproject(text)).toThrow(/requires is no list.*\n.*backend is no string\n.*name is no string$/);
  });
});

describe("PEP 621: the table [project]", () => {
  test("says what the project needs, extras as markers", () => {
    const text = `[project]
name = "Demo.Project"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["flask>=2; python_version > '3.8'", "attrs"]
[project.optional-dependencies]
Fast_JSON = ["orjson", "ujson >= 1 ; sys_platform == 'win32' or os_name == 'posix'", "local @ file:///a;b ; os_name == 'nt'"]
`;
    const { project } = parsePyproject(text);
    expect(project).toEqual({
      name: "Demo.Project",
      version: "1.0",
      requiresPython: ">=3.9",
      requiresDist: [
        "flask>=2; python_version > '3.8'",
        "attrs",
        'orjson ; extra == "fast-json"',
        `ujson >= 1 ; (sys_platform == 'win32' or os_name == 'posix') and extra == "fast-json"`,
        `local @ file:///a;b ; (os_name == 'nt') and extra == "fast-json"`,
      ],
      providesExtra: ["fast-json"],
    });
    for (const requirement of project?.requiresDist ?? []) expect(parseRequirement(requirement).name).not.toBe("");
  });

  test.each(["dependencies", "optional-dependencies", "requires-python"])(
    "with dynamic %s it says no needs",
    (field) => {
      const { project } = parsePyproject(`[project]\nname = "demo"\nversion = "1"\ndynamic = ["${field}"]\n`);
      expect(project).toEqual({ name: "demo", version: "1" });
    },
  );

  test("with a dynamic version it says none", () => {
    const { project } = parsePyproject(`[project]\nname = "demo"\ndynamic = ["version"]\ndependencies = ["a"]\n`);
    expect(project).toEqual({ name: "demo", requiresDist: ["a"], providesExtra: [] });
  });
});
