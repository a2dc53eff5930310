import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine, memoryCache, tagsOf } from "../../test/fake-machine.ts";
import { findInterpreter, type FindOptions } from "./find-interpreter.ts";
import type { PythonContext, RunProgram } from "../interpreter/interpreter.ts";

let machine: FakeMachine;
let { home, cwd, started, answers, run } = {} as FakeMachine;

beforeEach(() => {
  machine = new FakeMachine();
  ({ home, cwd, started, answers, run } = machine);
});
afterEach(() => machine.remove());

const install: FakeMachine["install"] = (...given) => machine.install(...given);
const environment: FakeMachine["environment"] = (...given) => machine.environment(...given);
const path: FakeMachine["path"] = (...given) => machine.path(...given);

function find(request: string | undefined, env: PythonContext["env"], options: FindOptions = {}): string {
  return findInterpreter(request, machine.context(env), options).executable;
}

describe("an environment is found in VIRTUAL_ENV, then CONDA_PREFIX, then .venv here or above", () => {
  test("in that order", () => {
    const active = environment("active", "3.11.7");
    const conda = install("conda/envs/x/bin/python", "3.10.1");
    const above = environment("code/.venv", "3.12.1");
    const env = { VIRTUAL_ENV: join(home, "active"), CONDA_PREFIX: join(home, "conda/envs/x") };
    expect(find(undefined, env)).toBe(active);
    expect(find(undefined, { CONDA_PREFIX: env.CONDA_PREFIX })).toBe(conda);
    expect(find(undefined, {})).toBe(above);
    const here = environment("code/project/.venv", "3.12.1");
    expect(find(undefined, {})).toBe(here);
  });
  test("one whose version does not fit is passed over", () => {
    environment("active", "3.11.7");
    const here = environment("code/project/.venv", "3.12.1");
    expect(find("3.12", { VIRTUAL_ENV: join(home, "active") })).toBe(here);
  });
  test("conda's base is a system's interpreter", () => {
    const base = install("conda/bin/python", "3.10.1");
    const env = { CONDA_PREFIX: join(home, "conda"), CONDA_DEFAULT_ENV: "base" };
    expect(() => find(undefined, env)).toThrow(expect.objectContaining({ code: "MURRE_NO_INTERPRETER" }));
    expect(find(undefined, env, { preference: "system" })).toBe(base);
  });
});

describe("what may be taken", () => {
  test("a command that changes an environment takes no system's interpreter unless it is named", () => {
    const system = install("usr/bin/python3.12", "3.12.1");
    expect(() => find("3.12", path("usr/bin"))).toThrow(/virtual environment with Python 3\.12[^]*murre venv/);
    expect(find("python3.12", path("usr/bin"))).toBe(system);
    expect(find(system, {})).toBe(system);
    expect(find("3.12", path("usr/bin"), { preference: "any" })).toBe(system);
  });
  test("environments are made from the system's interpreters, not from the active environment on PATH", () => {
    environment("active", "3.12.1");
    const system = install("usr/bin/python3", "3.11.2");
    const env = { ...path("active/bin", "usr/bin"), VIRTUAL_ENV: join(home, "active") };
    expect(find(undefined, env, { preference: "system" })).toBe(system);
  });
});

describe("PATH is searched in its order, and no interpreter runs whose name rules it out", () => {
  test("the first that fits is taken", () => {
    install("a/python3", "3.9.1");
    const second = install("b/python3.12", "3.12.1");
    install("c/python3", "3.12.4");
    expect(find("3.12", path("a", "b", "c"), { preference: "system" })).toBe(second);
    expect(find("3.12.4", path("a", "b", "c"), { preference: "system" })).toBe(join(home, "c/python3"));
    expect(find(">=3.12.2", path("a", "b", "c"), { preference: "system" })).toBe(join(home, "c/python3"));
  });
  test("a versioned name serves when python3 is too old or missing", () => {
    install("a/python3.9", "3.9.1");
    const newest = install("a/python3.10", "3.10.4");
    expect(find(undefined, path("a"), { preference: "system" })).toBe(newest);
    expect(started).toEqual([newest]);
  });
  test("one that does not work or is too old does not hide the next", () => {
    answers.set(install("a/python3", "3.9.1"), "Segmentation fault");
    answers.set(install("b/python3", "3.9.1"), '{"unsupported": "2.7.18"}');
    const good = install("c/python3", "3.12.4");
    expect(find(undefined, path("a", "b", "c"), { preference: "system" })).toBe(good);
  });
  test("free-threaded builds are taken only when asked for", () => {
    const tags = { ...tagsOf("3.13.0"), freeThreaded: true };
    const free = install("a/python3", "3.13.0", { tags });
    const usual = install("b/python3", "3.13.0");
    expect(find("3.13", path("a", "b"), { preference: "system" })).toBe(usual);
    expect(find("3.13t", path("a", "b"), { preference: "system" })).toBe(free);
  });
});

describe("pyenv's shims never run", () => {
  test("what they would start is taken instead: PYENV_VERSION, .python-version, the root's version", () => {
    install(".pyenv/shims/python3", "3.8.0");
    const [old, selected, other] = ["3.9.18", "3.11.7", "3.12.1"].map((version) =>
      install(`.pyenv/versions/${version}/bin/python`, version),
    );
    writeFileSync(join(home, ".pyenv/version"), "3.11.7\n");
    const options = { preference: "system" } as const;
    expect(find(undefined, path(".pyenv/shims"), options)).toBe(selected);
    expect(find(undefined, { ...path(".pyenv/shims"), PYENV_VERSION: "3.9.18" }, options)).toBe(old);
    writeFileSync(join(home, "code/.python-version"), "# this project\n3.12.1\n");
    expect(find(undefined, path(".pyenv/shims"), options)).toBe(other);
    expect(find("python3.11", path(".pyenv/shims"), options)).toBe(selected);
    expect(started).not.toContain(join(home, ".pyenv/shims/python3"));
  });
  test("a script elsewhere that calls pyenv is passed over", () => {
    writeFileSync(install("a/python3", "3.8.0"), '#!/bin/sh\nexec pyenv exec python3 "$@"\n');
    const good = install("b/python3", "3.12.4");
    expect(find(undefined, path("a", "b"), { preference: "system" })).toBe(good);
  });
  test("versions that are not selected are found by their version, newest first", () => {
    install(".pyenv/versions/3.9.18/bin/python", "3.9.18");
    const newest = install(".pyenv/versions/3.12.10/bin/python", "3.12.10");
    install(".pyenv/versions/3.12.9/bin/python", "3.12.9");
    expect(find("3.12", {}, { preference: "system" })).toBe(newest);
    expect(started).toEqual([newest]);
  });
});

describe("a path is an executable or an environment's folder", () => {
  test.each([".venv", "./.venv", "../project/.venv", ".venv/bin/python"])("%s", (request) => {
    const here = environment("code/project/.venv", "3.12.1");
    expect(find(request, {})).toBe(here);
  });
  test("a bare name is one when such a folder holds an interpreter, and ~ is the home", () => {
    const here = environment("code/project/env", "3.12.1");
    expect(find("env", {})).toBe(here);
    expect(find("~/code/project/env", {})).toBe(here);
  });
  test("one that does not work says why", () => {
    const file = join(home, "python");
    writeFileSync(file, "");
    expect(() => find(file, {})).toThrow(
      expect.objectContaining({ code: "MURRE_INTERPRETER_FAILED", reason: expect.stringContaining("not a program") }),
    );
    answers.set(file, '{"unsupported": "3.7.16"}');
    expect(() => find(file, {})).toThrow(
      expect.objectContaining({ code: "MURRE_UNSUPPORTED_PYTHON", version: "3.7.16" }),
    );
  });
  test("one where there is nothing says so", () => {
    expect(() => find("./nothing", {})).toThrow(/found no interpreter at .\/nothing[^]*there is nothing/);
  });
});

test("the error lists where it looked and why each was not taken", () => {
  const old = install("a/python3", "3.9.1");
  expect(() => find("3.12", path("a"), { preference: "any" })).toThrow(
    expect.objectContaining({
      code: "MURRE_NO_INTERPRETER",
      wanted: "Python 3.12",
      looked: [
        { path: join(cwd, ".venv"), reason: ".venv: there is no interpreter" },
        { path: old, reason: "PATH: it is cpython 3.9.1" },
      ],
    }),
  );
});

describe("Windows", () => {
  test("the launcher's list is read (PEP 397)", () => {
    const python = install("Python312/python.exe", "3.12.1");
    const launcher: RunProgram = (program, args, options) =>
      program === "py"
        ? {
            exitCode: 0,
            stdout: ` -V:3.13t *      C:\\gone\\python.exe\r\n -V:3.12          ${python}\r\n`,
            stderr: "",
          }
        : run(program, args, options);
    const context: PythonContext = { env: {}, cwd, platform: "win32", home, run: launcher };
    expect(findInterpreter("3.12", context, { preference: "system" }).executable).toBe(python);
  });
});

describe("answers are remembered by path, size and time of the binary", () => {
  test("and asked for again when one changes", () => {
    const cache = memoryCache();
    const file = install("a/python3", "3.12.1");
    const context: PythonContext = { env: path("a"), cwd, platform: "linux", home, run, cache };
    const ask = () => findInterpreter(undefined, context, { preference: "system" });
    const first = ask();
    expect(ask()).toEqual(first);
    expect(started).toEqual([file]);
    writeFileSync(file, "another interpreter");
    ask();
    expect(started).toEqual([file, file]);
    for (const key of cache.kept.keys()) cache.kept.set(key, "{}");
    expect(ask()).toEqual(first);
  });
});
