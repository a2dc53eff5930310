import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine, memoryCache, reportOf } from "../../test/fake-machine.ts";
import { findInterpreter } from "./find-interpreter.ts";
import { probeInterpreter } from "../interpreter/probe.ts";

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

/** What a file that starts the interpreter holds, and what Python is told to be called. */
const shims = [
  ["a script that names the interpreter", '#!/bin/sh\nexec python3 "$@"\n', "own"],
  ["a program that names the interpreter", "\x7fELF", "own"],
  ["a program that hands its own name on", "\x7fELF", "the shim's"],
] as const;

/** Has the shim start that interpreter. */
function choose(
  shim: string,
  real: string,
  version: string,
  name: (typeof shims)[number][2],
  changes: object = {},
): void {
  const told = name === "own" ? real : shim;
  machine.answers.set(shim, JSON.stringify(reportOf(told, version, { running: real, ...changes })));
}

describe.each(shims)("%s", (_, content, name) => {
  let shim: string;
  let old: string;
  let other: string;
  beforeEach(() => {
    old = machine.install("versions/3.11.7/bin/python3.11", "3.11.7");
    other = machine.install("versions/3.12.1/bin/python3.12", "3.12.1");
    shim = machine.install("shims/python3", "3.11.7");
    writeFileSync(shim, content);
    choose(shim, old, "3.11.7", name);
  });

  test("is described as the interpreter that it starts, which environments are made from", () => {
    const found = findInterpreter(shim, machine.context({}));
    expect(found).toMatchObject({ executable: old, baseExecutable: old, version: "3.11.7" });
    const first = findInterpreter(undefined, machine.context(machine.path("shims")), { preference: "system" });
    expect(first).toEqual(found);
  });

  test("is asked again each time, so that it is believed after it was switched too", () => {
    const context = machine.context({}, { cache: memoryCache() });
    expect(probeInterpreter(shim, context).executable).toBe(old);
    choose(shim, other, "3.12.1", name);
    expect(probeInterpreter(shim, context)).toMatchObject({ executable: other, version: "3.12.1" });
    choose(shim, old, "3.11.7", name);
    expect(probeInterpreter(shim, context)).toMatchObject({ executable: old, version: "3.11.7" });
  });

  test("is so under another name and behind a link too", () => {
    const link = join(machine.home, "bin/python3.11");
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(shim, link);
    const context = machine.context({}, { cache: memoryCache() });
    choose(link, old, "3.11.7", name);
    expect(probeInterpreter(link, context).executable).toBe(old);
    choose(link, other, "3.12.1", name);
    expect(probeInterpreter(link, context).executable).toBe(other);
  });

  test("of an environment's interpreter leads to the environment, which nothing is made from unasked", () => {
    const inner = machine.environment("env", "3.11.7");
    choose(shim, inner, "3.11.7", "own", { running: old, prefix: join(machine.home, "env") });
    expect(findInterpreter(shim, machine.context({}))).toMatchObject({ executable: inner, isVirtual: true });
    expect(() => findInterpreter(undefined, machine.context(machine.path("shims")), { preference: "system" })).toThrow(
      /belongs to a virtual environment/,
    );
  });

  test("in the place of an environment's interpreter is an error, and not the interpreter that it starts", () => {
    const inner = machine.environment("env", "3.11.7");
    writeFileSync(inner, content);
    choose(inner, old, "3.11.7", "own");
    expect(() => findInterpreter(inner, machine.context({}))).toThrow(
      expect.objectContaining({
        code: "MURRE_INTERPRETER_FAILED",
        message: expect.stringContaining(`it starts ${old}`),
      }),
    );
  });
});

describe("an interpreter that is none of these is run once", () => {
  test.each([
    ["where the system names the running file", "linux", (file: string) => ({ running: file })],
    [
      "where it does not, by its prefix",
      "darwin",
      (file: string) => ({ running: null, basePrefix: dirname(dirname(file)) }),
    ],
  ] as const)("%s", (_, platform, changes) => {
    const real = join(machine.home, "opt/py/bin/python3.12");
    machine.install("opt/py/bin/python3.12", "3.12.1", changes(real));
    const link = join(machine.home, "opt/py/bin/python3");
    symlinkSync("python3.12", link);
    machine.answers.set(link, JSON.stringify(reportOf(link, "3.12.1", changes(real))));
    const context = machine.context({}, { platform, cache: memoryCache() });
    for (const asked of [link, real, link])
      expect(probeInterpreter(asked, context)).toMatchObject({ executable: asked, baseExecutable: real });
    expect(machine.started).toEqual([link]);
  });

  test("a shim that hands its own name on is not taken for one where the system does not name the running file", () => {
    const shim = machine.install("shims/python3", "3.12.1", { running: null, basePrefix: "/opt/py" });
    const context = machine.context({}, { platform: "darwin", cache: memoryCache() });
    probeInterpreter(shim, context);
    probeInterpreter(shim, context);
    expect(machine.started).toEqual([shim, shim]);
  });
});

test("what a wrapper says before it starts Python is passed over", () => {
  const file = machine.install("python", "3.12.1");
  machine.answers.set(file, `switching to 3.12\n${machine.answers.get(file)}`);
  expect(probeInterpreter(file, machine.context({})).version).toBe("3.12.1");
});

test.each([
  [
    "stderr",
    { exitCode: 127, stdout: "", stderr: "pyenv: python3: command not found\n\nThe command exists in:\n  3.12.1\n" },
  ],
  [
    "both",
    {
      exitCode: 1,
      stdout: "the last words",
      stderr: "Fatal Python error: init_fs_encoding\nCurrent thread:\n<no Python frame>",
    },
  ],
  ["an answer that is none", { exitCode: 0, stdout: "usage:\n  tool [options]", stderr: "" }],
])("what one that fails says is shown whole: %s", (_, result) => {
  const file = machine.install("python", "3.12.1");
  const said = [result.stderr, result.stdout]
    .join("\n")
    .split("\n")
    .filter((line) => line !== "");
  const probe = () => probeInterpreter(file, machine.context({}, { run: () => result }));
  for (const line of said) expect(probe).toThrow(line);
});
