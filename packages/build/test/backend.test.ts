import { temporaryFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openBackend, type BackendOptions } from "../src/backend/backend.ts";
import { openBuildLog } from "../src/backend/build-log.ts";
import { readBuildSystem } from "../src/source/static-metadata.ts";
import { anInterpreter, plainEnvironments, prepareMetadata, writeSource } from "./source.ts";

const interpreter = anInterpreter();

async function open(code: string, changes: Partial<BackendOptions> = {}, files: Record<string, string> = {}) {
  const folder = temporaryFolder("backend");
  const tree = writeSource(join(folder, "tree"), code, files);
  const own = join(folder, "own");
  mkdirSync(own);
  const log = openBuildLog(join(folder, "logs"), "demo");
  const environment = await plainEnvironments(interpreter).make([], "", [], "demo", false);
  const options: BackendOptions = {
    buildSystem: readBuildSystem(tree, tree),
    tree,
    environment,
    configSettings: {},
    folder: own,
    log,
    source: "demo",
    timeoutMs: undefined,
    platform: process.platform,
    signal: undefined,
    ...changes,
  };
  return { folder, tree, log, backend: openBackend(options) };
}

describe("PEP 517: the hooks", () => {
  test("build_wheel leaves a wheel", async () => {
    const { backend } = await open("");
    expect(basename(await backend.buildWheel())).toBe("demo-1.0-py3-none-any.whl");
  });

  test("build_sdist leaves an sdist", async () => {
    const { backend } = await open("");
    expect(basename(await backend.buildSdist())).toBe("demo-1.0.tar.gz");
  });

  test("get_requires_for_build_wheel is optional, and asks for nothing when it is missing", async () => {
    const { backend } = await open("");
    expect(await backend.requiresFor("wheel")).toEqual([]);
    const { backend: asking } = await open(
      "def get_requires_for_build_wheel(config_settings=None): return ['a', 'b>1']",
    );
    expect(await asking.requiresFor("wheel")).toEqual(["a", "b>1"]);
  });

  test("prepare_metadata_for_build_wheel is optional; what it made is handed to build_wheel", async () => {
    expect(await (await open("")).backend.prepareMetadata()).toBeUndefined();
    const code = `${prepareMetadata}
_build = build_wheel
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print("metadata in", os.listdir(metadata_directory))
    return _build(wheel_directory, config_settings, metadata_directory)
`;
    const { backend, log } = await open(code);
    expect(await backend.prepareMetadata()).toContain("Requires-Dist: needed");
    await backend.buildWheel();
    expect(log.lastLines()).toEqual(["metadata in ['METADATA']"]);
  });

  test.each([
    ["other names", "def build_wheel(target, options=None, info=None): return _build(target, options, info)"],
    ["positions alone", "def build_wheel(*words): return _build(*words)"],
    ["names that must not be said", "def build_wheel(target, options, info, /): return _build(target, options, info)"],
    ["a callable object", "class Hook:\n    def __call__(self, a, b, c): return _build(a, b, c)\nbuild_wheel = Hook()"],
  ])("are called by position: build_wheel may have %s", async (_, code) => {
    const { backend } = await open(`_build = build_wheel\n${code}`);
    expect(basename(await backend.buildWheel())).toBe("demo-1.0-py3-none-any.whl");
  });

  test("the other hooks are called by position too", async () => {
    const code = `
def get_requires_for_build_wheel(s, /): return ["a"]
def get_requires_for_build_sdist(s, /): return ["b"]
def prepare_metadata_for_build_wheel(where, s, /):
    os.mkdir(os.path.join(where, _info()))
    open(os.path.join(where, _info(), "METADATA"), "w").write(_metadata())
    return _info()
_sdist = build_sdist
def build_sdist(where, s, /): return _sdist(where)
`;
    const { backend } = await open(code);
    expect([await backend.requiresFor("wheel"), await backend.requiresFor("sdist")]).toEqual([["a"], ["b"]]);
    expect(await backend.prepareMetadata()).toContain("Name: demo");
    expect(basename(await backend.buildSdist())).toBe("demo-1.0.tar.gz");
  });

  test("config settings are handed on as they are, None when there are none", async () => {
    const code = `
def get_requires_for_build_wheel(config_settings=None):
    return [] if config_settings is None else [repr(sorted(config_settings.items()))]
`;
    expect(await (await open(code)).backend.requiresFor("wheel")).toEqual([]);
    const { backend } = await open(code, { configSettings: { "--opt": ["a", "b"], x: "1" } });
    expect(await backend.requiresFor("wheel")).toEqual(["[('--opt', ['a', 'b']), ('x', '1')]"]);
  });
});

describe("PEP 517: where a backend is imported from", () => {
  test("the source tree itself is not on the path, and shadows no module of Python", async () => {
    const code = "def get_requires_for_build_wheel(config_settings=None):\n    import sys\n    return sys.path";
    const { backend, tree } = await open(code, {}, { "json.py": "raise SystemExit('shadowed')" });
    const path = await backend.requiresFor("wheel");
    expect([path[0], path.includes(tree), path.includes("")]).toEqual([join(tree, "tools"), false, false]);
  });

  test("backend-path may not lead outside, by dots or by a link", async () => {
    const pyproject = (path: string) =>
      `[build-system]\nrequires = []\nbuild-backend = "in_house"\nbackend-path = ["${path}"]\n`;
    const { backend } = await open("", {}, { "pyproject.toml": pyproject("../tree/../elsewhere") });
    await expect(backend.buildWheel()).rejects.toThrow(/outside of the source tree/);
    const { tree, backend: linked } = await open("", {}, { "pyproject.toml": pyproject("out") });
    symlinkSync("..", join(tree, "out"));
    await expect(linked.buildWheel()).rejects.toThrow(/outside of the source tree/);
  });

  test("a backend that is found elsewhere than in its backend-path is refused", async () => {
    const text = `[build-system]\nrequires = []\nbuild-backend = "zipfile"\nbackend-path = ["tools"]\n`;
    const { backend } = await open("", {}, { "pyproject.toml": text });
    await expect(backend.buildWheel()).rejects.toThrow(/was not found in its backend-path/);
  });

  test("a backend may be an attribute of a module", async () => {
    const text = `[build-system]\nrequires = []\nbuild-backend = "in_house:Inner.backend"\nbackend-path = ["tools"]\n`;
    const code =
      "class Inner:\n    class backend:\n        get_requires_for_build_wheel = staticmethod(lambda config_settings=None: ['inner'])";
    const { backend } = await open(code, {}, { "pyproject.toml": text });
    expect(await backend.requiresFor("wheel")).toEqual(["inner"]);
  });
});

describe("a build that fails says why", () => {
  const failing = (statement: string) => `def build_wheel(*a, **k):\n    print("compiling"); ${statement}`;

  test("with the backend's own last lines and the log", async () => {
    const { backend, log } = await open(failing("raise ValueError('no compiler here')"));
    const error = await backend.buildWheel().catch((e: Error) => e);
    expect(error).toMatchObject({ code: "MURRE_BUILD_FAILED", failure: { hook: "build_wheel", logPath: log.path } });
    const { message } = error as Error;
    expect(message).toMatch(
      /^demo: build_wheel failed with ValueError: no compiler here; its last lines:\n {2}compiling\n/,
    );
    expect(message).toMatch(/in_house\.py", line \d+, in build_wheel/);
    expect(readFileSync(log.path, "utf8")).toContain("compiling");
  });

  test.each([
    ["leaves Python at once", "os._exit(3)", /ended with exit code 3 and no answer/],
    ["is killed", "os.kill(os.getpid(), 9)", /ended with SIGKILL and no answer/],
    ["calls sys.exit", "raise SystemExit(1)", /failed with SystemExit: 1/],
  ])("when the backend %s", async (_, statement, said) => {
    const { backend } = await open(failing(statement));
    await expect(backend.buildWheel()).rejects.toThrow(said);
  });

  test("when there is no backend of that name", async () => {
    const text = `[build-system]\nrequires = []\nbuild-backend = "there_is_none"\n`;
    const { backend } = await open("", {}, { "pyproject.toml": text });
    await expect(backend.buildWheel()).rejects.toThrow(/has no backend there_is_none: ModuleNotFoundError/);
  });

  test("when the backend cannot make an sdist here", async () => {
    const code =
      "class UnsupportedOperation(Exception): pass\ndef build_sdist(*a, **k): raise UnsupportedOperation('no git')";
    const { backend } = await open(code);
    await expect(backend.buildSdist()).rejects.toThrow(/build_sdist is not supported here: no git/);
  });

  test.each([
    ["answers a path", "return '../demo.whl'", /no name of a file/],
    ["answers nothing", "return None", /no name of a file/],
    ["answers what is not there", "return 'demo-1.0-py3-none-any.whl'", /and left nothing/],
  ])("when it %s", async (_, statement, said) => {
    const { backend } = await open(failing(statement));
    await expect(backend.buildWheel()).rejects.toMatchObject({ code: "MURRE_INVALID_BACKEND_ANSWER" });
    await expect((await open(failing(statement))).backend.buildWheel()).rejects.toThrow(said);
  });

  test("when the interpreter cannot be started", async () => {
    const environment = { python: "/there/is/none", env: {}, add: async () => {} };
    const { backend } = await open("", { environment });
    await expect(backend.buildWheel()).rejects.toThrow(/could not be run: .*ENOENT/);
  });
});

/** A backend that starts two more generations of processes, all of which ignore SIGTERM, writes their ids, and hangs. */
const hanging = `
def build_wheel(*a, **k):
    import signal, subprocess, sys, time
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    inner = ignore + "print(__import__('os').getpid(), flush=True); time.sleep(600)"
    outer = ignore + "import subprocess, sys; print(__import__('os').getpid(), flush=True); subprocess.run([sys.executable, '-c', %r])" % inner
    child = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True)
    ids = [child.stdout.readline().strip(), child.stdout.readline().strip(), str(os.getpid())]
    with open("ids.new", "w") as file: file.write(" ".join(ids))
    os.rename("ids.new", "ids")
    time.sleep(600)
`;

function idsIn(tree: string): number[] {
  return readFileSync(join(tree, "ids"), "utf8").split(" ").map(Number);
}

/** A process that nobody has waited for yet still has its number, and is a zombie. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(20);
}

describe.skipIf(process.platform === "win32")("a build that hangs", () => {
  test("is ended after its time, with everything that it started", async () => {
    // On a busy machine it may take longer to start three processes: then once more, with more time.
    for (let timeoutMs = 2500; ; timeoutMs *= 2) {
      const { backend, tree } = await open(hanging, { timeoutMs });
      const error = await backend.buildWheel().catch((e: Error) => e);
      expect(error).toMatchObject({ code: "MURRE_BUILD_TIMEOUT", timeoutMs });
      expect((error as Error).message).toContain(`build_wheel took longer than ${timeoutMs / 1000} s`);
      if (!existsSync(join(tree, "ids"))) continue;
      const ids = idsIn(tree);
      await until(() => !ids.some(isRunning));
      expect(ids.map(isRunning)).toEqual([false, false, false]);
      return;
    }
  });

  test("is ended when it is cancelled, with everything that it started", async () => {
    const cancelled = new AbortController();
    const { backend, tree } = await open(hanging, { signal: cancelled.signal });
    const build = backend.buildWheel();
    void until(() => existsSync(join(tree, "ids"))).then(() => cancelled.abort(new Error("no more")));
    await expect(build).rejects.toThrow("no more");
    const ids = idsIn(tree);
    await until(() => !ids.some(isRunning));
    expect(ids).toHaveLength(3);
  });

  test("a process that the backend left behind is ended with it", async () => {
    const code = `
_build = build_wheel
def build_wheel(*a, **k):
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open("ids", "w") as file: file.write(str(child.pid))
    return _build(*a, **k)
`;
    const { backend, tree } = await open(code);
    await backend.buildWheel();
    const ids = idsIn(tree);
    await until(() => !ids.some(isRunning));
    expect(ids.map(isRunning)).toEqual([false]);
  });
});

test("of a long traceback the log's last lines have the end, and what was printed before", () => {
  const log = openBuildLog(temporaryFolder("logs"), "demo");
  const frames = Array.from({ length: 30 }, (_, index) => `  frame ${index}`);
  const before = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  writeFileSync(log.path, [...before, "Traceback (most recent call last):", ...frames, "ValueError: no"].join("\n"));
  const lines = log.lastLines();
  expect(lines).toHaveLength(20);
  expect([lines[0], lines[11], lines[12], lines[19]]).toEqual(["line 18", "line 29", "  frame 23", "ValueError: no"]);
  log.remove();
});

test("a log is kept under a name that says of what, and nothing else is written beside it", () => {
  const folder = temporaryFolder("logs");
  const log = openBuildLog(folder, "some thing/with..odd 1.0");
  writeFileSync(log.path, "a\n\nb  \r\nc");
  expect(log.lastLines()).toEqual(["a", "b", "c"]);
  expect(readdirSync(folder)).toEqual([basename(log.path)]);
  expect(basename(log.path)).toMatch(/^murre-build-some-thing-with..odd-1\.0-[0-9a-f]{8}\.log$/);
  log.remove();
  expect(readdirSync(folder)).toEqual([]);
});
