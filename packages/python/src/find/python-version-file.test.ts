import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine } from "../../test/fake-machine.ts";
import { findInterpreter } from "./find-interpreter.ts";
import { findPinnedInterpreter } from "./find-pinned.ts";
import type { PythonContext } from "../interpreter/interpreter.ts";
import { findPythonVersionFile } from "./python-version-file.ts";

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

function pinned(env: PythonContext["env"] = {}): { found: string | undefined; ignored: readonly string[] } {
  const context = machine.context(env);
  const file = findPythonVersionFile(context);
  if (file === undefined) throw new Error("there is no such file");
  const { interpreter, ignored } = findPinnedInterpreter(file, context);
  return { found: interpreter?.executable.replace(`${machine.home}/`, ""), ignored };
}

describe("the first usable name of .python-version is what is taken", () => {
  beforeEach(() => {
    for (const version of ["3.9.18", "3.11.7", "3.12.9", "3.12.10", "3.13.0", "3.14.0rc2"])
      machine.install(`.pyenv/versions/${version}/bin/python`, version);
    machine.install(".pyenv/versions/pypy3.10-7.3.15/bin/python", "3.10.13", { implementation: "pypy" });
    machine.install(".pyenv/versions/work/bin/python", "3.11.7");
    machine.install("usr/bin/python3", "3.11.2");
  });
  const versions = (name: string) => `.pyenv/versions/${name}/bin/python`;

  test.each([
    ["3.12\n", versions("3.12.10")],
    ["3.12.9", versions("3.12.9")],
    ["3\n", "usr/bin/python3"],
    ["# the old one\n\n3.9 # until June\n3.12\n", versions("3.9.18")],
    ["cpython-3.12\n", versions("3.12.10")],
    ["cpython-3.13.0-linux-x86_64-gnu\n", versions("3.13.0")],
    ["pypy3.10-7.3.15\n", versions("pypy3.10-7.3.15")],
    ["pypy3.10", versions("pypy3.10-7.3.15")],
    ["work\n", versions("work")],
    ["3.14", versions("3.14.0rc2")],
    [">=3.12,<3.13", versions("3.12.10")],
    [" >=3.12, <3.12.10\n", versions("3.12.9")],
    ["~= 3.13.0 # of uv\n", versions("3.13.0")],
    ["\uFEFF3.12\r\n", versions("3.12.10")],
    ["3.12 3.9\n", versions("3.12.10")],
    ["", undefined],
    ["\n# nothing\n", undefined],
    ["system\n", undefined],
  ])("%j: %s, whether pyenv is on PATH or not", (text, expected) => {
    machine.write("code/.python-version", text);
    expect(pinned(machine.path("usr/bin")).found).toBe(expected);
    expect(pinned(machine.path("usr/bin", ".pyenv/shims")).found).toBe(expected);
  });

  test("a name that is neither a version nor installed is passed over, and told", () => {
    machine.write("code/.python-version", "somebody-elses\n3.12\n");
    expect(pinned()).toEqual({ found: versions("3.12.10"), ignored: ["somebody-elses"] });
  });

  test("the nearest file counts, and .python-version before .python-versions", () => {
    machine.write("code/.python-version", "3.9");
    machine.write("code/project/.python-versions", "3.13\n3.12\n");
    expect(pinned().found).toBe(versions("3.13.0"));
    machine.write("code/project/.python-version", "3.11.7");
    expect(pinned().found).toBe(versions("3.11.7"));
  });

  test.each(["3.99", "3.12.99", "pypy3.11", "==3.15.*"])("%s, which is not there, is an error with what is", (name) => {
    const file = machine.write("code/.python-version", name);
    const env = machine.path(".pyenv/shims", "usr/bin");
    expect(() => pinned(env)).toThrow(expect.objectContaining({ code: "MURRE_NO_INTERPRETER" }));
    expect(() => pinned(env)).toThrow(`which ${file} asks for`);
    for (const there of ["3.13.0", "3.9.18"]) expect(() => pinned(env)).toThrow(versions(there));
  });
});

test.each([
  [".local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu/bin/python", {}],
  [".local/share/mise/installs/python/3.12.1/bin/python", {}],
  [".asdf/installs/python/3.12.1/bin/python", {}],
  ["managed/cpython-3.12.1-linux-x86_64-gnu/bin/python", { UV_PYTHON_INSTALL_DIR: "managed" }],
  ["pyenv/versions/3.12.1/bin/python", { PYENV_ROOT: "pyenv" }],
  ["data/mise/installs/python/3.12.1/bin/python", { XDG_DATA_HOME: "data" }],
])("what version managers keep is looked at: %s", (path, variables) => {
  machine.install(path, "3.12.1");
  const env = Object.fromEntries(Object.entries(variables).map(([name, folder]) => [name, join(machine.home, folder)]));
  const found = findInterpreter("3.12", machine.context(env), { preference: "system" });
  expect(found.executable).toBe(join(machine.home, path));
});

test("of two that fit a pre-release comes last", () => {
  const final = machine.install(".pyenv/versions/3.14.0/bin/python", "3.14.0");
  machine.install(".pyenv/versions/3.14.0rc2/bin/python", "3.14.0rc2");
  machine.install(".pyenv/versions/3.15-dev/bin/python", "3.15.0a1");
  for (const request of [undefined, "3.14", ">=3.9"])
    expect(findInterpreter(request, machine.context({}), { preference: "system" }).executable).toBe(final);
  expect(findInterpreter("3.15", machine.context({}), { preference: "system" }).version).toBe("3.15.0a1");
});
