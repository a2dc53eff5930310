import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { supportedTags } from "@murre/platform-tags";
import { afterAll, describe, expect, test } from "vitest";
import { createEnvironment } from "../src/environment/create-environment.ts";
import type { Interpreter } from "../src/interpreter/interpreter.ts";
import { probeInterpreter } from "../src/interpreter/probe.ts";
import { memoryCache } from "./fake-machine.ts";
import { machine, realInterpreters } from "./real-interpreters.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "murre-python-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const interpreters = realInterpreters();
let made = 0;

function ask(executable: string, code: string): unknown {
  return JSON.parse(execFileSync(executable, ["-I", "-c", code], { encoding: "utf8" }));
}

function environmentOf(base: Interpreter, systemSitePackages = false): Interpreter {
  return createEnvironment(join(folder, `e ${made++}`), base, { murreVersion: "1.0", systemSitePackages });
}

const SCHEMES = `
import json, sysconfig
p = sysconfig.get_paths()
print(json.dumps({"purelib": p["purelib"], "platlib": p["platlib"], "scripts": p["scripts"], "data": p["data"]}))
`;

test("this machine has a Python to test with", () => {
  expect(interpreters.length).toBeGreaterThan(0);
});

describe.each(interpreters)("%s", (_, base) => {
  test("its schemes are sysconfig's", () => {
    const { headers: _, ...schemes } = base.schemes;
    expect(schemes).toEqual(ask(base.executable, SCHEMES));
  });

  test("an environment's schemes are sysconfig's inside of it", () => {
    const environment = environmentOf(base);
    const { headers: _, ...schemes } = environment.schemes;
    expect(schemes).toEqual(ask(environment.executable, SCHEMES));
  });

  test.each([false, true])(
    "the description of an environment is derived as a probe gives it (system site-packages: %s)",
    (systemSitePackages) => {
      const derived = environmentOf(base, systemSitePackages);
      expect(probeInterpreter(derived.executable, machine)).toEqual(derived);
      const config = join(derived.prefix, "pyvenv.cfg");
      // Without murre's own key, the probe runs the environment's Python.
      writeFileSync(config, readFileSync(config, "utf8").replace(/^murre = .*\n/m, ""));
      expect(probeInterpreter(derived.executable, machine)).toEqual(derived);
    },
  );

  test.runIf(process.platform === "linux")(
    "an environment of Python's own venv, or of uv, is known without being run where the one below is; any other is asked",
    () => {
      const prefix = join(folder, `own ${made++}`);
      execFileSync(base.executable, ["-I", "-m", "venv", "--without-pip", prefix]);
      const python = join(prefix, "bin/python");
      const config = join(prefix, "pyvenv.cfg");
      const plain = readFileSync(config, "utf8").replace(/^command = .*\n/m, "");
      const cache = memoryCache();
      const started: string[] = [];
      const run: typeof machine.run = (program, ...how) => {
        started.push(program);
        return machine.run(program, ...how);
      };
      const probe = (text: string) => {
        writeFileSync(config, text);
        return probeInterpreter(python, { ...machine, cache, run });
      };
      const asked = probe(plain);
      expect(started).toContain(python);
      const venv = "command = /a/python -m venv /b\n";
      probe(plain + venv);
      started.length = 0;
      for (const line of [venv, "uv = 0.13.8\n"]) expect(probe(plain + line)).toEqual(asked);
      expect(started).toEqual([]);
      const others = [
        plain.replace(/^version = .*$/m, "version = 2.7.18") + venv,
        plain.replace(/^home = .*$/m, "home = /usr/sbin") + venv,
        `${plain}${venv}virtualenv = 20.29.1\n`,
      ];
      for (const text of others) {
        started.length = 0;
        probe(text);
        expect(started).toEqual([python]);
      }
      rmSync(python);
      copyFileSync(base.executable, python);
      started.length = 0;
      probe(plain + venv);
      expect(started).toContain(python);
    },
  );

  test("an environment sees the modules of the interpreter below exactly when it shall", () => {
    const [alone, open] = [false, true].map(
      (shared) =>
        ask(environmentOf(base, shared).executable, "import json, sys; print(json.dumps(sys.path))") as string[],
    );
    // Python leaves folders out that do not exist.
    const present = base.baseSitePackages.filter((path) => existsSync(path));
    expect(alone?.filter((path) => present.includes(path))).toEqual([]);
    expect(open?.filter((path) => present.includes(path))).toEqual(present);
  });

  test("an environment of an environment is made from the interpreter below", () => {
    const second = environmentOf(environmentOf(base));
    expect(second.baseExecutable).toBe(base.baseExecutable);
    expect(ask(second.executable, "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix]))")).toEqual([
      second.prefix,
      base.basePrefix,
    ]);
  });

  test("its tags are those that the packaging inside its own pip knows", () => {
    const wheel = bundledPip(base.standardLibrary);
    if (wheel === undefined) return;
    const theirs = ask(
      base.executable,
      `import json, sys; sys.path.insert(0, ${JSON.stringify(wheel)})
from pip._vendor.packaging.tags import sys_tags
print(json.dumps([str(t) for t in sys_tags()]))`,
    ) as string[];
    // Older releases of packaging order the native platform last, and forget the own interpreter's pure tag.
    const own = `cp${base.tagTarget.version.join("")}-none-any`;
    expect([...supportedTags(base.tagTarget).tags].sort()).toEqual([...new Set([...theirs, own])].sort());
  });
});

/** The wheel that ensurepip carries; distributors may have taken it out. */
function bundledPip(standardLibrary: string): string | undefined {
  const folder = join(standardLibrary, "ensurepip", "_bundled");
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((entry) => /^pip-.*\.whl$/.test(entry));
  return name === undefined ? undefined : join(folder, name);
}
