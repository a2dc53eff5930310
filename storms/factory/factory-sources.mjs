// The projects of the factory loop: sources of real projects, made of their wheels, each with the backend that the project itself uses.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const flit = { backend: "flit_core.buildapi", requires: ["flit_core>=3.8"], below: "src" };
const setuptools = { backend: "setuptools.build_meta", below: "." };

/** `requires` are the project's own build requirements; `wheel` and others are named by their projects in the indexes. */
const kinds = {
  packaging: flit,
  wheel: flit,
  pathspec: flit,
  setuptools: { ...setuptools, requires: [], backendPath: ["."], packages: ["setuptools*", "_distutils_hack*"] },
  "setuptools-scm": { ...setuptools, requires: ["setuptools>=61", "packaging>=20"], packages: ["setuptools_scm*"] },
  pluggy: { ...setuptools, requires: ["setuptools>=65", "setuptools-scm>=8"], packages: ["pluggy*"] },
  hatchling: {
    backend: "hatchling.ouroboros",
    below: "src",
    backendPath: ["src"],
    requires: ["packaging>=24.2", "pathspec>=0.10.1", "pluggy>=1.0.0", "tomlkit>=0.11.1", "trove-classifiers"],
  },
};

/**
 * Writes the source tree of each project for which there is a wheel.
 * @returns {{ name: string, version: string, tree: string, requires: string[], backend: string, backendPath: string[] }[]}
 */
export function makeSources(folder, wheels, python) {
  const projects = [];
  for (const [name, kind] of Object.entries(kinds)) {
    const wheel = wheels.find((one) => one.name === name);
    if (wheel === undefined) continue;
    const tree = join(folder, name);
    const into = join(tree, kind.below);
    mkdirSync(into, { recursive: true });
    execFileSync(python, ["-m", "zipfile", "-e", wheel.path, into]);
    const distInfo = join(
      into,
      readdirSync(into).find((entry) => entry.endsWith(".dist-info")),
    );
    const metadata = readFileSync(join(distInfo, "METADATA"), "utf8");
    const points = entryPoints(join(distInfo, "entry_points.txt"));
    // setuptools finds its own commands by its entry points, which its repository holds in this form.
    if (name === "setuptools") {
      renameSync(distInfo, join(into, "setuptools.egg-info"));
      renameSync(join(into, "setuptools.egg-info/METADATA"), join(into, "setuptools.egg-info/PKG-INFO"));
    } else rmSync(distInfo, { recursive: true });
    const { version } = wheel;
    writeFileSync(join(tree, "pyproject.toml"), pyproject(name, version, kind, metadata, points));
    projects.push({ backendPath: [], ...kind, name, version, tree });
  }
  return projects;
}

function pyproject(name, version, { backend, requires, backendPath = [], packages }, metadata, points) {
  const dependencies = [...metadata.matchAll(/^Requires-Dist: (.*)$/gm)]
    .map(([, text]) => text)
    .filter((text) => !/extra\s*==/.test(text));
  const lines = [
    "[build-system]",
    `requires = ${JSON.stringify(requires)}`,
    `build-backend = "${backend}"`,
    ...(backendPath.length === 0 ? [] : [`backend-path = ${JSON.stringify(backendPath)}`]),
    "[project]",
    `name = "${name}"`,
    `version = "${version}"`,
    'description = "built by the factory"',
    `dependencies = ${JSON.stringify(dependencies)}`,
    ...(packages === undefined
      ? []
      : [
          `[tool.setuptools.packages.find]`,
          `include = ${JSON.stringify(packages)}`,
          "[tool.setuptools.package-data]",
          '"*" = ["*"]',
        ]),
    ...(name === "hatchling" ? ["[tool.hatch.build.targets.wheel]", 'packages = ["src/hatchling"]'] : []),
    points,
  ];
  return `${lines.join("\n")}\n`;
}

function entryPoints(path) {
  if (!existsSync(path)) return "";
  return readFileSync(path, "utf8")
    .replaceAll(/^\[(.*)\]$/gm, (_, group) =>
      group === "console_scripts" ? "[project.scripts]" : `[project.entry-points."${group}"]`,
    )
    .replaceAll(/^([\w.-]+) *= *(\S+)$/gm, '"$1" = "$2"');
}

/** The sdist of a tree, at a version of its own; `tar` unpacks it in every iteration. */
export function packSdist({ name, version, tree }, folder, otherVersion = version) {
  const stem = `${name.replaceAll("-", "_")}-${otherVersion}`;
  const copy = join(folder, stem);
  cpSync(tree, copy, { recursive: true });
  const path = join(copy, "pyproject.toml");
  writeFileSync(path, readFileSync(path, "utf8").replace(/^version = .*$/m, `version = "${otherVersion}"`));
  execFileSync("tar", ["-czf", join(folder, `${stem}.tar.gz`), "-C", folder, stem]);
  rmSync(copy, { recursive: true });
  return { sdist: join(folder, `${stem}.tar.gz`), stem: basename(stem) };
}

/** Calls `build_wheel` as PEP 517 says, with what is installed in the interpreter: the same call for every contestant. */
export const buildWheelScript = `
import importlib, json, os, sys
backend, backend_path, wheels = json.loads(sys.argv[1])
sys.path[:] = [os.path.abspath(path) for path in backend_path] + [path for path in sys.path if path]
sys.argv[:] = sys.argv[:1]
print("wheel: " + importlib.import_module(backend).build_wheel(wheels))
`;
