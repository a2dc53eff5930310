import { chmodSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine, tagsOf } from "../../test/fake-machine.ts";
import type { Interpreter, PythonContext } from "../interpreter/interpreter.ts";
import { interpreterKey } from "./interpreter-key.ts";
import { listInterpreters } from "./list-interpreters.ts";

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

const below = (path: string) => path.replace(`${machine.home}/`, "");

async function listed(request?: string, env: PythonContext["env"] = machine.path("a", "b")) {
  const { found, leftOut } = await listInterpreters(request, machine.context(env));
  return { found: found.map(({ path }) => below(path)), leftOut: leftOut.map(({ path }) => below(path)) };
}

describe("whatever is found is listed under each of its names", () => {
  beforeEach(() => {
    machine.install("a/python3.12", "3.12.1");
    for (const name of ["python3", "python"]) {
      const link = join(machine.home, "a", name);
      symlinkSync("python3.12", link);
      machine.answers.set(link, machine.answers.get(join(machine.home, "a/python3.12"))!);
    }
    machine.install("a/pypy3.10", "3.10.13", { implementation: "pypy" });
    machine.install("b/python3.13t", "3.13.0", { tags: { ...tagsOf("3.13.0"), freeThreaded: true } });
    machine.install("a/python3-config", "3.12.1");
    machine.install("a/pythonw3.12", "3.12.1");
    machine.install(".pyenv/versions/3.9.18/bin/python", "3.9.18");
    machine.environment("code/.venv", "3.12.1");
    machine.environment("code/project/own", "3.8.1");
  });
  const names = ["a/python", "a/python3", "a/python3.12"];
  const pyenv = ".pyenv/versions/3.9.18/bin/python";

  test.each<[request: string | undefined, expected: string[]]>([
    [undefined, [...names, "a/pypy3.10", "b/python3.13t", "code/.venv/bin/python", pyenv]],
    ["3.12", [...names, "code/.venv/bin/python"]],
    ["python3.12", [...names, "code/.venv/bin/python"]],
    [
      "python3",
      ["a/python3", "a/python3.12", "a/python", "code/.venv/bin/python", pyenv, "a/pypy3.10", "b/python3.13t"],
    ],
    ["pypy", ["a/pypy3.10"]],
    ["pypy@3.9", []],
    [">=3.11", [...names, "code/.venv/bin/python"]],
    ["3.13", []],
    ["3.13t", ["b/python3.13t"]],
    ["<3.10", [pyenv]],
    ["python", ["a/python", pyenv]],
    ["foo", []],
    ["../.venv", ["code/.venv/bin/python"]],
    ["../../a/python3", ["a/python3"]],
    ["own", ["code/project/own/bin/python"]],
    ["/is/not/there", []],
  ])("%s", async (request, expected) => {
    expect((await listed(request)).found.toSorted()).toEqual(expected.toSorted());
  });

  test("one file behind two folders is one", async () => {
    symlinkSync("a", join(machine.home, "b2"));
    const { found, leftOut } = await listed("3.12", machine.path("a", "b2"));
    expect({ found: found.length, leftOut }).toEqual({ found: 4, leftOut: [] });
  });

  test("an environment that is used is there, with what is on PATH", async () => {
    machine.environment("used", "3.11.7");
    const { found } = await listed("3.11", { ...machine.path("used/bin"), VIRTUAL_ENV: join(machine.home, "used") });
    expect(found).toEqual(["used/bin/python"]);
  });

  test("shims of pyenv are neither listed nor run", async () => {
    machine.install(".pyenv/shims/python3.9", "3.9.18");
    expect((await listed("3.9", machine.path(".pyenv/shims"))).found).toEqual([pyenv]);
    expect(machine.started.map(below)).not.toContain(".pyenv/shims/python3.9");
  });
});

test.each([
  ["ends with an error", "a/python3.8", undefined],
  ["answers nonsense", "a/python3", "Segmentation fault"],
  ["answers something else", "a/python", '{"version": 3}'],
  ["is too old", "a/python3.7", '{"unsupported": "3.7.16"}'],
])("one that %s is left out, and the others are there", async (_, broken, answer) => {
  const file = machine.install(broken, "3.8.0");
  machine.answers.delete(file);
  if (answer !== undefined) machine.answers.set(file, answer);
  machine.install("b/python3.12", "3.12.1");
  expect(await listed()).toEqual({ found: ["b/python3.12"], leftOut: [broken] });
});

describe.skipIf(process.platform === "win32")("one that hangs", () => {
  const hanging = () => {
    const file = machine.write("a/python3", "#!/bin/sh\nexec sleep 600\n");
    chmodSync(file, 0o755);
    const env = { PATH: `${dirname(file)}:${process.env["PATH"]}`, PYENV_ROOT: machine.home };
    const { cwd, home } = machine;
    return { file, context: { env, cwd, home, platform: process.platform } };
  };
  test("is left out in the end", async () => {
    const { file, context } = hanging();
    const { found, leftOut } = await listInterpreters(file, context, { patienceMs: 50 });
    expect({ found, leftOut }).toEqual({
      found: [],
      leftOut: [{ path: file, reason: "the request: it gave no answer within 0.05 seconds" }],
    });
  });
  test("ends with the signal", async () => {
    const { file, context } = hanging();
    const ended = new AbortController();
    const list = listInterpreters(file, context, { signal: ended.signal });
    ended.abort(new Error("enough"));
    await expect(list).rejects.toThrow("enough");
  });
});

type Target = Interpreter["tagTarget"];

describe("the key is uv's", () => {
  const gnu = { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] } } as const;
  test.each<[key: string, version: string, target: Partial<Target> & Pick<Target, "platform">]>([
    ["cpython-3.11.2-linux-x86_64-gnu", "3.11.2", { platform: gnu }],
    ["cpython-3.14.0rc2-linux-x86_64-gnu", "3.14.0rc2", { platform: gnu }],
    ["cpython-3.13.0+freethreaded-linux-x86_64-gnu", "3.13.0", { platform: gnu, freeThreaded: true }],
    ["cpython-3.13.0+debug-linux-x86_64-gnu", "3.13.0", { platform: gnu, debug: true }],
    ["pypy-3.10.16-linux-aarch64-gnu", "3.10.16", { platform: { ...gnu, architecture: "aarch64" } }],
    ["cpython-3.12.1-linux-x86_64-musl", "3.12.1", { platform: { ...gnu, libc: { kind: "musl", version: [1, 2] } } }],
    ["cpython-3.12.1-linux-armv7-gnueabihf", "3.12.1", { platform: { ...gnu, architecture: "armv7l" } }],
    ["cpython-3.12.1-linux-x86-gnu", "3.12.1", { platform: { ...gnu, architecture: "i686" } }],
    ["cpython-3.12.1-linux-powerpc64le-gnu", "3.12.1", { platform: { ...gnu, architecture: "ppc64le" } }],
    [
      "cpython-3.12.1-macos-aarch64-none",
      "3.12.1",
      { platform: { os: "macos", version: [13, 0], architecture: "arm64" } },
    ],
    ["cpython-3.12.1-windows-x86_64-none", "3.12.1", { platform: { os: "windows", platform: "win-amd64" } }],
    ["cpython-3.12.1-windows-x86-none", "3.12.1", { platform: { os: "windows", platform: "win32" } }],
    [
      "cpython-3.12.1-freebsd-x86_64-none",
      "3.12.1",
      { platform: { os: "other", platform: "freebsd-14.1-release-amd64" } },
    ],
  ])("%s", (key, version, target) => {
    const [implementation = ""] = key.split("-");
    const tagTarget = { implementation, version: [3, 1], ...target };
    expect(interpreterKey({ implementation, version, tagTarget } as Interpreter)).toMatchObject({
      key,
      version,
      implementation,
    });
  });
});
