import { NotAFile, readSmallText } from "@murre/files";
import { parsePyproject, legacyBuildSystem, type BuildSystem, type Pyproject } from "@murre/requirements";
import { parseMetadata, type CoreMetadata } from "@murre/wheel";

import { join } from "node:path";
import { NoSourceTree } from "../errors.ts";

/** Fields that decide what a distribution is and needs: where one of them is dynamic, only a build can tell. */
const deciding = ["name", "version", "requires-dist", "requires-python", "provides-extra"];

/**
 * The PKG-INFO of an unpacked sdist, where it is as binding as the METADATA of a wheel: since Metadata-Version 2.2 what is not listed as
 * Dynamic is what every build of this sdist says (PEP 643).
 */
export function staticPkgInfo(tree: string): string | undefined {
  const text = readTextIfThere(join(tree, "PKG-INFO"));
  if (text === undefined) return undefined;
  const metadata = readable(text);
  if (metadata === undefined || !isAtLeast22(metadata.metadataVersion)) return undefined;
  const dynamic = metadata.dynamic.map((field) => field.toLowerCase());
  return deciding.some((field) => dynamic.includes(field)) ? undefined : text;
}

function readable(text: string): CoreMetadata | undefined {
  try {
    return parseMetadata(text, "PKG-INFO");
  } catch {
    return undefined; // a build tells, or says what is wrong
  }
}

function isAtLeast22(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 2);
}

/** Core metadata from `[project]`, where nothing that decides is dynamic (PEP 621). */
export function staticProject({ project }: Pyproject): string | undefined {
  if (project?.version === undefined || project.requiresDist === undefined) return undefined;
  const { name, version, requiresPython, requiresDist, providesExtra = [] } = project;
  const lines = [
    "Metadata-Version: 2.2",
    `Name: ${name}`,
    `Version: ${version}`,
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...providesExtra.map((extra) => `Provides-Extra: ${extra}`),
    ...requiresDist.map((requirement) => `Requires-Dist: ${requirement.replaceAll(/(?<!\s)\s*\n\s*/g, " ")}`),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * What a source tree says about itself. @throws {NoSourceTree} when there is neither pyproject.toml nor setup.py.
 * @throws {InvalidPyproject}
 */
export function readPyproject(tree: string, shown: string): Pyproject {
  const text = readTextIfThere(join(tree, "pyproject.toml"));
  if (text !== undefined) return parsePyproject(text, `${shown}: pyproject.toml`);
  if (readTextIfThere(join(tree, "setup.py")) !== undefined) return { buildSystem: legacyBuildSystem };
  throw new NoSourceTree(shown, "holds neither a pyproject.toml nor a setup.py, so that there is nothing to build");
}

/** The build system of a source tree; see {@link readPyproject}. */
export function readBuildSystem(tree: string, shown: string): BuildSystem {
  return readPyproject(tree, shown).buildSystem;
}

/** Undefined where no file is. @throws {NotAFile} for what would be waited for */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readSmallText(path);
  } catch (error) {
    // A folder of that name is none of a project's; who made a pipe there should know that nobody reads it.
    if (error instanceof NotAFile && error.kind !== "folder") throw error;
    return undefined;
  }
}
