import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine } from "../../test/fake-machine.ts";
import { findInterpreter, type FindOptions } from "../find/find-interpreter.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
  // What must not be taken instead.
  machine.environment("code/.venv", "3.12.1");
  machine.install("usr/bin/python3", "3.12.1");
});
afterEach(() => machine.remove());

function link(path: string, target: string): void {
  const file = join(machine.home, path);
  mkdirSync(dirname(file), { recursive: true });
  symlinkSync(target, file);
}

/** Each makes what is wrong at a path below the home, and says what the message names. */
const broken: readonly (readonly [string, (path: string) => void, RegExp, RegExp])[] = [
  [
    "its interpreter is gone",
    (path) => {
      machine.write(`${path}/pyvenv.cfg`, "home = /opt/none/bin\n");
      link(`${path}/bin/python`, "/opt/none/bin/python3.11");
    },
    /bin\/python leads to \/opt\/none\/bin\/python3\.11, which is gone; make it again with `murre venv --clear /,
    /python3\.11, which is gone/,
  ],
  [
    "the last link of a chain leads nowhere",
    (path) => {
      machine.write(`${path}/pyvenv.cfg`, "home = /usr/bin\n");
      link(`${path}/bin/python`, "python3");
      link(`${path}/bin/python3`, "../../py/bin/python3.11");
    },
    /leads to .*py\/bin\/python3\.11, which is gone/,
    /python3\.11, which is gone/,
  ],
  [
    "its interpreter was removed",
    (path) => void machine.write(`${path}/pyvenv.cfg`, "home = /usr/bin\n"),
    /it has a pyvenv\.cfg, but no interpreter; make it again/,
    /it has a pyvenv\.cfg, but no interpreter/,
  ],
  [
    "it is an empty folder",
    (path) => void mkdirSync(join(machine.home, path)),
    /it is an empty folder; make it with/,
    /found no interpreter|does not work/,
  ],
  [
    "it is a file",
    (path) => void machine.write(path, "../elsewhere\n"),
    /it is a file, not a folder/,
    /found no interpreter|does not work/,
  ],
  [
    "it is a folder of something else",
    (path) => void machine.write(`${path}/x/notes`, ""),
    /it is no environment/,
    /found no interpreter|does not work/,
  ],
  [
    "it is a link that leads nowhere",
    (path) => link(path, "/opt/none"),
    /leads to \/opt\/none, which is gone/,
    /which is gone/,
  ],
];

const preferences: readonly NonNullable<FindOptions["preference"]>[] = ["environment", "any"];

describe.each(broken)("%s", (_, make, message, messageOfPath) => {
  test.each(preferences)("VIRTUAL_ENV is an error, and nothing else is taken (%s)", (preference) => {
    make("code/project/env");
    const folder = join(machine.cwd, "env");
    const find = () =>
      findInterpreter(undefined, machine.context({ ...machine.path("usr/bin"), VIRTUAL_ENV: folder }), { preference });
    expect(find).toThrow(expect.objectContaining({ code: "MURRE_BROKEN_ENVIRONMENT", folder, source: "VIRTUAL_ENV" }));
    expect(find).toThrow(message);
    expect(find).toThrow("unset VIRTUAL_ENV");
  });

  test.each(preferences)(".venv is an error, and nothing else is taken (%s)", (preference) => {
    make("code/project/.venv");
    const find = () => findInterpreter(undefined, machine.context(machine.path("usr/bin")), { preference });
    expect(find).toThrow(expect.objectContaining({ code: "MURRE_BROKEN_ENVIRONMENT", source: ".venv" }));
    expect(find).toThrow(message);
  });

  test.each(["./env", "env"])("-p %s is an error", (request) => {
    make("code/project/env");
    const find = () => findInterpreter(request, machine.context(machine.path("usr/bin")));
    expect(find).toThrow(messageOfPath);
  });

  test("another one is made all the same", () => {
    make("code/project/.venv");
    const env = { ...machine.path("usr/bin"), VIRTUAL_ENV: join(machine.cwd, ".venv") };
    expect(findInterpreter(undefined, machine.context(env), { preference: "system" }).version).toBe("3.12.1");
  });
});

test("a folder that VIRTUAL_ENV names and that is not there is an error", () => {
  const env = { VIRTUAL_ENV: join(machine.home, "nothing") };
  expect(() => findInterpreter(undefined, machine.context(env))).toThrow(/\(VIRTUAL_ENV\).*there is no such folder/);
});

test("an executable of an environment that is gone, given by its path", () => {
  machine.write("env/pyvenv.cfg", "home = /opt/none/bin\n");
  link("env/bin/python3", "/opt/none/bin/python3.11");
  const request = join(machine.home, "env/bin/python3");
  expect(() => findInterpreter(request, machine.context({}))).toThrow(/which is gone; make it again with `murre venv/);
  link("bin/python3", "/opt/none/bin/python3.11");
  expect(() => findInterpreter(join(machine.home, "bin/python3"), machine.context({}))).toThrow(
    /bin\/python3 does not work .*it leads to \/opt\/none\/bin\/python3\.11, which is gone/,
  );
});

test("an environment whose interpreter does not run is an error", () => {
  machine.answers.set(machine.environment("env", "3.12.1"), "Segmentation fault");
  const env = { VIRTUAL_ENV: join(machine.home, "env") };
  expect(() => findInterpreter(undefined, machine.context(env))).toThrow(
    expect.objectContaining({ code: "MURRE_INTERPRETER_FAILED" }),
  );
});

test("an environment that is too old is an error, unless another version is asked for", () => {
  machine.answers.set(machine.environment("env", "3.7.1"), '{"unsupported": "3.7.1"}');
  const context = machine.context({ VIRTUAL_ENV: join(machine.home, "env") });
  expect(() => findInterpreter(undefined, context)).toThrow(
    expect.objectContaining({ code: "MURRE_UNSUPPORTED_PYTHON" }),
  );
  expect(findInterpreter("3.12", context).version).toBe("3.12.1");
});

test("an environment of conda without a Python, and no .venv here, are none", () => {
  mkdirSync(join(machine.home, "conda/envs/r/bin"), { recursive: true });
  const context = machine.context({ CONDA_PREFIX: join(machine.home, "conda/envs/r") });
  expect(findInterpreter(undefined, context).prefix).toBe(join(machine.home, "code/.venv"));
  rmSync(join(machine.home, "code/.venv"), { recursive: true });
  link("code/.venv", "/opt/none");
  expect(() => findInterpreter(undefined, context)).toThrow(
    expect.objectContaining({ code: "MURRE_BROKEN_ENVIRONMENT" }),
  );
});
