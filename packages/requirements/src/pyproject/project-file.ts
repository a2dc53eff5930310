import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import { InvalidPyproject } from "../errors.ts";
import { namedEntry } from "../file/requirement-text.ts";
import { TomlReader, type Table } from "../toml.ts";
import type { RequirementEntry } from "../types.ts";
import { DependencyGroups } from "./dependency-groups.ts";
import { LineFinder } from "./line-finder.ts";
import { ProjectExpansion, type EntryMaker, type ProjectRequirements } from "./project-requirements.ts";
import { readPyproject, readPyprojectToml, type Pyproject } from "./pyproject.ts";
import { readUvSettings, type UvSettings } from "./uv-settings.ts";

/**
 * A pyproject.toml as its own developer uses it: what the project, its extras and its dependency groups need, each with its line. A table is looked
 * into when it is asked for, so that what is wrong in another one stops nothing.
 */
export class ProjectFile {
  /** What the file is called in errors, and in the origins of requirements. */
  readonly source: string;
  readonly #document: Table;
  readonly #makeEntry: (reader: TomlReader) => EntryMaker;
  #uv: UvSettings | undefined;

  constructor(text: string, source: string) {
    this.source = source;
    this.#document = readPyprojectToml(text, source);
    this.#makeEntry = entryMakers(new LineFinder(text), source);
  }

  /** How it is built, and what it says of itself. @throws {InvalidPyproject} */
  pyproject(): Pyproject {
    return readPyproject(this.#document, this.source);
  }

  /** Undefined where there is no `[project]`, or none with a valid name. */
  get name(): NormalizedName | undefined {
    const name = new TomlReader().table(this.#document, "project")?.["name"];
    return typeof name === "string" && isValidName(name) ? normalizeName(name) : undefined;
  }

  /** The fields of `[project]` that only the build backend knows. @throws {InvalidPyproject} */
  get dynamic(): readonly string[] {
    return this.#read((reader) => {
      const project = reader.table(this.#document, "project");
      return (project && reader.texts(project, "dynamic", "project.dynamic")) ?? [];
    });
  }

  /**
   * What `[project]` needs with these extras, or with all of them; what it says of its own extras (`all = ["proj[a,b]"]`) is put in its place.
   * @returns undefined where only the build backend knows: there is no `[project]`, or what it needs is dynamic.
   * @throws {InvalidPyproject}
   */
  requirements(extras: readonly string[] | "all" = []): ProjectRequirements | undefined {
    return this.#read((reader) => {
      const project = reader.table(this.#document, "project");
      const dynamic = project && reader.texts(project, "dynamic", "project.dynamic");
      if (project === undefined || dynamic?.some((field) => /^(?:optional-)?dependencies$/.test(field)))
        return undefined;
      const name = reader.name(project, "name", "project.name");
      if (name !== undefined) return new ProjectExpansion(project, name, reader, this.#makeEntry(reader)).read(extras);
      if (project["name"] === undefined) reader.problems.push("project has no name, which PEP 621 asks for");
      return undefined;
    });
  }

  /** The names in `[dependency-groups]`. @throws {InvalidPyproject} */
  get groups(): readonly NormalizedName[] {
    return this.#read((reader) => this.#groups(reader).names);
  }

  /**
   * What a dependency group needs, the groups that it includes among it (PEP 735).
   * @throws {UnknownDependencyGroup} {@link InvalidPyproject}
   */
  group(name: string): readonly RequirementEntry[] {
    return this.#read((reader) => this.#groups(reader).read(name, this.source));
  }

  /** What `[tool.uv]` says. @throws {InvalidPyproject} */
  uv(): UvSettings {
    return (this.#uv ??= this.#read((reader) =>
      readUvSettings(toolUv(this.#document, reader), reader, this.#makeEntry(reader)),
    ));
  }

  #groups(reader: TomlReader): DependencyGroups {
    return new DependencyGroups(this.#document, toolUv(this.#document, reader), reader, this.#makeEntry(reader));
  }

  #read<T>(read: (reader: TomlReader) => T): T {
    const reader = new TomlReader();
    const result = read(reader);
    if (reader.problems.length > 0) throw new InvalidPyproject(this.source, reader.problems);
    return result;
  }
}

/**
 * Opens a pyproject.toml whose requirements are wanted.
 * @param source what to call the file in errors
 * @throws {InvalidPyproject} for what is no TOML.
 */
export function openProjectFile(text: string, source = "pyproject.toml"): ProjectFile {
  return new ProjectFile(text, source);
}

/** `[tool.uv]`; empty where it is not there. */
export function toolUv(document: Table, reader: TomlReader): Table {
  const tool = reader.table(document, "tool");
  return (tool && reader.table(tool, "uv", "tool.uv")) ?? {};
}

/** Entries with the lines on which they stand; what is no requirement is noted with its line. */
export function entryMakers(lines: LineFinder, source: string): (reader: TomlReader) => EntryMaker {
  return (reader) => (text, path) => {
    const line = lines.line(text, path);
    return reader.attempt(`line ${line}: ${path}`, () => namedEntry(text, { file: source, line }));
  };
}
