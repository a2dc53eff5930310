import { normalizeName } from "@murre/pep508";
import { InvalidPyproject } from "../errors.ts";
import { readToml, TomlReader, type Table } from "../toml.ts";

/** How a project is built: the table `[build-system]` (PEP 518, PEP 517). */
export interface BuildSystem {
  /** PEP 508 requirements of the build, as written. */
  readonly requires: readonly string[];
  /** `module:object`, or a module. */
  readonly backend: string;
  /** Folders inside the project from which the backend is imported, relative as written. */
  readonly backendPath: readonly string[];
  /** Whether `build-backend` is written, or legacy setup.py is meant. */
  readonly isDeclared: boolean;
}

/** What the table `[project]` (PEP 621) says for certain, in the words of core metadata. */
export interface StaticProject {
  readonly name: string;
  /** Absent where it is dynamic. */
  readonly version?: string;
  readonly requiresPython?: string;
  /** Absent where dependencies or optional dependencies are dynamic. */
  readonly requiresDist?: readonly string[];
  readonly providesExtra?: readonly string[];
}

/** The parts of a pyproject.toml that decide how a project is built and what it needs. */
export interface Pyproject {
  readonly buildSystem: BuildSystem;
  readonly project?: StaticProject;
}

/** Without a pyproject.toml, or without `[build-system]` in it, setuptools runs setup.py (PEP 517, "source trees"). */
export const legacyBuildSystem: BuildSystem = {
  requires: ["setuptools >= 40.8.0"],
  backend: "setuptools.build_meta:__legacy__",
  backendPath: [],
  isDeclared: false,
};

/**
 * Reads a pyproject.toml without running anything.
 * @param source what to call the file in errors
 * @throws {InvalidPyproject} with everything that is wrong with the two tables.
 */
export function parsePyproject(text: string, source = "pyproject.toml"): Pyproject {
  return readPyproject(readPyprojectToml(text, source), source);
}

/** @throws {InvalidPyproject} for what is no TOML. */
export function readPyprojectToml(text: string, source: string): Table {
  return readToml(text, (problem, cause) => new InvalidPyproject(source, [problem], { cause }));
}

/** @throws {InvalidPyproject} with everything that is wrong with the two tables. */
export function readPyproject(document: Table, source: string): Pyproject {
  const reader = new TomlReader();
  const buildSystem = readBuildSystem(reader.table(document, "build-system"), reader);
  const table = reader.table(document, "project");
  const project = table === undefined ? undefined : readProject(table, reader);
  if (reader.problems.length > 0) throw new InvalidPyproject(source, reader.problems);
  return { buildSystem, ...(project === undefined ? {} : { project }) };
}

function readBuildSystem(table: Table | undefined, reader: TomlReader): BuildSystem {
  if (table === undefined) return legacyBuildSystem;
  const requires = reader.requirements(table, "requires", "build-system.requires");
  // PEP 518: the key is mandatory.
  if (requires === undefined && table["requires"] === undefined)
    reader.problems.push("build-system has no requires, which PEP 518 asks for");
  const backend = reader.text(table, "build-backend", "build-system.build-backend");
  const backendPath = reader.texts(table, "backend-path", "build-system.backend-path") ?? [];
  if (backend === undefined) return { ...legacyBuildSystem, requires: requires ?? [] };
  return { requires: requires ?? [], backend, backendPath, isDeclared: true };
}

function readProject(table: Table, reader: TomlReader): StaticProject | undefined {
  const dynamic = new Set(reader.texts(table, "dynamic", "project.dynamic"));
  const name = reader.text(table, "name", "project.name");
  if (name === undefined) {
    if (table["name"] === undefined) reader.problems.push("project has no name, which PEP 621 asks for");
    return undefined;
  }
  const version = dynamic.has("version") ? undefined : reader.text(table, "version", "project.version");
  const requiresPython = reader.text(table, "requires-python", "project.requires-python");
  const dependencies = reader.requirements(table, "dependencies", "project.dependencies") ?? [];
  const extras = readExtras(table, reader);
  const isDynamic = ["dependencies", "optional-dependencies", "requires-python"].some((field) => dynamic.has(field));
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(isDynamic
      ? {}
      : {
          requiresDist: [
            ...dependencies,
            ...extras.flatMap(([extra, texts]) => texts.map((text) => under(text, extra))),
          ],
          providesExtra: extras.map(([extra]) => extra),
        }),
  };
}

function readExtras(table: Table, reader: TomlReader): (readonly [string, readonly string[]])[] {
  const optional = reader.table(table, "optional-dependencies", "project.optional-dependencies");
  return Object.keys(optional ?? {}).map((extra) => {
    const path = `project.optional-dependencies.${extra}`;
    return [normalizeName(extra), reader.requirements(optional ?? {}, extra, path) ?? []] as const;
  });
}

/** `requirement; marker` of an extra, as core metadata writes it: `requirement; (marker) and extra == "name"`. */
function under(text: string, extra: string): string {
  const at = markerStart(text);
  const condition = `extra == "${extra}"`;
  if (at === undefined) return `${text.trim()} ; ${condition}`;
  return `${text.slice(0, at).trimEnd()} ; (${text.slice(at + 1).trim()}) and ${condition}`;
}

/** Where the ";" of a requirement stands; in one with a URL it has a space before it (PEP 508). */
function markerStart(text: string): number | undefined {
  const isUrl = /^[^;<>=!~(]*@/.test(text);
  const found = isUrl ? /\s;/.exec(text) : /;/.exec(text);
  return found === null ? undefined : found.index + found[0].length - 1;
}
