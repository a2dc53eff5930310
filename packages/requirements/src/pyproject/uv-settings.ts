import type { NormalizedName } from "@murre/pep508";
import { present, type TomlReader, type Table } from "../toml.ts";
import type { RequirementEntry } from "../types.ts";
import type { EntryMaker } from "./project-requirements.ts";
import { readSources, type UvSource } from "./uv-sources.ts";

/** What takes the place of requirements: anywhere, or where one project, of one version if it is given, has them. */
export interface UvOverride {
  readonly package?: { readonly name: NormalizedName; readonly version?: string };
  readonly entries: readonly RequirementEntry[];
}

/** What is not installed: anywhere, or where one project, of one version if it is given, needs it. */
export interface UvExclusion {
  readonly package?: { readonly name: NormalizedName; readonly version?: string };
  readonly names: readonly NormalizedName[];
}

/** An element of `[[tool.uv.index]]`. */
export interface UvIndex {
  readonly name?: string;
  /** A URL, or a path relative to the file. Credentials are kept. */
  readonly url: string;
  readonly publishUrl?: string;
  /** Whether only projects whose source names it are looked up in it. */
  readonly isExplicit: boolean;
  readonly isDefault: boolean;
  /** `flat`: a page of links, as `--find-links` has them. */
  readonly format: "simple" | "flat";
  readonly authenticate: "auto" | "always" | "never";
  /** Statuses after which the next index is asked. */
  readonly ignoreErrorCodes: readonly number[];
}

/** What a build depends on besides its sources. */
export type UvCacheKey =
  | { readonly kind: "file" | "dir" | "env"; readonly value: string }
  | { readonly kind: "git"; readonly commit: boolean; readonly tags: boolean };

/** The keys of `[tool.uv]` that say something about requirements. */
export interface UvSettings {
  /** Where projects are taken from, instead of from an index; the first that applies. */
  readonly sources: ReadonlyMap<NormalizedName, readonly UvSource[]>;
  readonly workspace?: { readonly members: readonly string[]; readonly exclude: readonly string[] };
  readonly constraints: readonly RequirementEntry[];
  readonly buildConstraints: readonly RequirementEntry[];
  readonly overrides: readonly UvOverride[];
  readonly exclusions: readonly UvExclusion[];
  /** Markers, as written. */
  readonly environments: readonly string[];
  readonly requiredEnvironments: readonly string[];
  readonly indexes: readonly UvIndex[];
  readonly cacheKeys?: readonly UvCacheKey[];
  /** Whether the project is built and installed itself; absent: where it has a build system. */
  readonly isPackage?: boolean;
  readonly isManaged: boolean;
  readonly defaultGroups?: "all" | readonly NormalizedName[];
}

const at = (key: string): string => `tool.uv.${key}`;

/** Reads the table `[tool.uv]`, and notes what is wrong with the keys above; all others are passed over. */
export function readUvSettings(table: Table, reader: TomlReader, makeEntry: EntryMaker): UvSettings {
  const entries = (key: string, parent = table, path = at(key)): RequirementEntry[] =>
    (reader.texts(parent, key, path) ?? []).flatMap((text) => makeEntry(text, path) ?? []);
  const workspace = reader.table(table, "workspace", at("workspace"));
  const cacheKeys = reader.list(table, "cache-keys", at("cache-keys"));
  const isPackage = reader.flag(table, "package", at("package"));
  const defaultGroups =
    table["default-groups"] === "all" ? ("all" as const) : reader.names(table, "default-groups", at("default-groups"));
  return present({
    sources: readSources(table, reader),
    workspace: workspace && readWorkspace(workspace, reader),
    constraints: entries("constraint-dependencies"),
    buildConstraints: entries("build-constraint-dependencies"),
    overrides: readScoped(table, "override-dependencies", reader).map(({ scope, parent, path }) => ({
      ...scope,
      entries: entries("dependencies", parent, path),
    })),
    exclusions: readScoped(table, "exclude-dependencies", reader).map(({ scope, parent, path }) => ({
      ...scope,
      names: reader.names(parent, "dependencies", path) ?? [],
    })),
    environments: reader.markers(table, "environments", at("environments")) ?? [],
    requiredEnvironments: reader.markers(table, "required-environments", at("required-environments")) ?? [],
    indexes: readIndexes(table, reader),
    cacheKeys: cacheKeys?.flatMap((key) => readCacheKey(key, reader) ?? []),
    isPackage,
    isManaged: reader.flag(table, "managed", at("managed")) ?? true,
    defaultGroups,
  });
}

function readWorkspace(table: Table, reader: TomlReader): NonNullable<UvSettings["workspace"]> {
  return {
    members: reader.texts(table, "members", at("workspace.members")) ?? [],
    exclude: reader.texts(table, "exclude", at("workspace.exclude")) ?? [],
  };
}

/** One element of a list whose elements are texts, or tables `{ package, dependencies }`. */
interface Scoped {
  readonly scope: Pick<UvOverride, "package">;
  /** Holds the texts as `dependencies`. */
  readonly parent: Table;
  readonly path: string;
}

function readScoped(table: Table, key: string, reader: TomlReader): readonly Scoped[] {
  const path = at(key);
  const items = reader.list(table, key, path) ?? [];
  return items.flatMap((item): readonly Scoped[] => {
    if (typeof item === "string") return [{ scope: {}, parent: { dependencies: [item] }, path }];
    const element = reader.table({ item }, "item", `${path}: an element`);
    if (element === undefined) return [];
    const named = reader.table(element, "package", `${path}: package`);
    const name = named && reader.name(named, "name", `${path}: package.name`);
    const version = named && reader.text(named, "version", `${path}: package.version`);
    if (name === undefined || element["dependencies"] === undefined) {
      reader.problems.push(`${path} has an element without package.name or dependencies`);
      return [];
    }
    return [{ scope: { package: present({ name, version }) }, parent: element, path }];
  });
}

function readIndexes(table: Table, reader: TomlReader): readonly UvIndex[] {
  const path = at("index");
  const indexes = (reader.tables(table, "index", path) ?? []).flatMap((item) => readIndex(item, path, reader) ?? []);
  const names = indexes.flatMap(({ name }) => name ?? []);
  const twice = names.find((name, position) => names.lastIndexOf(name) > position && names.indexOf(name) === position);
  if (twice !== undefined) reader.problems.push(`${path}: two have the name ${twice}`);
  if (indexes.filter(({ isDefault }) => isDefault).length > 1)
    reader.problems.push(`${path}: only one can be the default`);
  return indexes;
}

function readIndex(table: Table, path: string, reader: TomlReader): UvIndex | undefined {
  const url = reader.text(table, "url", `${path}: url`);
  const name = reader.text(table, "name", `${path}: name`);
  const publishUrl = reader.text(table, "publish-url", `${path}: publish-url`);
  const isExplicit = reader.flag(table, "explicit", `${path}: explicit`) ?? false;
  const isDefault = reader.flag(table, "default", `${path}: default`) ?? false;
  const format = oneOf(table, "format", ["simple", "flat"], path, reader);
  const authenticate = oneOf(table, "authenticate", ["auto", "always", "never"], path, reader);
  const codes = reader.list(table, "ignore-error-codes", `${path}: ignore-error-codes`) ?? [];
  const ignoreErrorCodes = codes.filter((code) => typeof code === "number");
  if (ignoreErrorCodes.length < codes.length) reader.problems.push(`${path}: ignore-error-codes is no list of numbers`);
  if (url === undefined && table["url"] === undefined) reader.problems.push(`${path}: one has no url`);
  if (isExplicit && name === undefined) reader.problems.push(`${path}: an explicit one has no name`);
  if (url === undefined) return undefined;
  return present({ name, url, publishUrl, isExplicit, isDefault, format, authenticate, ignoreErrorCodes });
}

/** One of the words; the first where the key is not there. */
function oneOf<Word extends string>(
  table: Table,
  key: string,
  words: readonly [Word, ...Word[]],
  path: string,
  reader: TomlReader,
): Word {
  const written = reader.text(table, key, `${path}: ${key}`) ?? words[0];
  const found = words.find((word) => word === written);
  if (found === undefined) reader.problems.push(`${path}: ${key} is none of ${words.join(", ")}`);
  return found ?? words[0];
}

/** A text is a file. */
function readCacheKey(item: unknown, reader: TomlReader): UvCacheKey | undefined {
  const path = at("cache-keys");
  if (typeof item === "string") return { kind: "file", value: item };
  const table = reader.table({ item }, "item", `${path}: an element`);
  if (table === undefined) return undefined;
  for (const kind of ["file", "dir", "env"] as const) {
    const value = reader.text(table, kind, `${path}: ${kind}`);
    if (value !== undefined) return { kind, value };
  }
  const { git } = table;
  if (typeof git === "boolean") return { kind: "git", commit: git, tags: false };
  const parts = reader.table(table, "git", `${path}: git`);
  if (parts === undefined) {
    reader.problems.push(`${path} has an element that is no file, dir, git or env`);
    return undefined;
  }
  return {
    kind: "git",
    commit: reader.flag(parts, "commit", `${path}: git.commit`) ?? false,
    tags: reader.flag(parts, "tags", `${path}: git.tags`) ?? false,
  };
}
