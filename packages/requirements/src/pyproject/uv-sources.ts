import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import { isTable, TomlReader, type Table } from "../toml.ts";

/** When a source applies; a key that is absent says nothing. */
interface SourceCondition {
  /** As written. */
  readonly marker?: string;
  readonly extra?: NormalizedName;
  readonly group?: NormalizedName;
}

/** Where `[tool.uv.sources]` has a project taken from. */
export type UvSource = SourceCondition &
  (
    | {
        readonly kind: "git";
        /** Without `git+`; credentials are kept. */
        readonly url: string;
        readonly reference?: { readonly kind: "branch" | "rev" | "tag"; readonly value: string };
        readonly subdirectory?: string;
        /** Of an archive inside the repository. */
        readonly path?: string;
        readonly lfs?: boolean;
      }
    | { readonly kind: "url"; readonly url: string; readonly subdirectory?: string }
    | {
        readonly kind: "path";
        /** Relative to the file. */
        readonly path: string;
        readonly isEditable?: boolean;
        readonly isPackage?: boolean;
      }
    | { readonly kind: "index"; readonly index: string }
    | { readonly kind: "workspace"; readonly isEditable?: boolean }
  );

const conditions = ["marker", "extra", "group"];
/** What decides the kind, and what may stand beside it. */
const keys = {
  git: ["subdirectory", "path", "rev", "tag", "branch", "lfs"],
  url: ["subdirectory"],
  path: ["editable", "package"],
  index: [],
  workspace: ["editable"],
} as const;

export function readSources(uv: Table, reader: TomlReader): ReadonlyMap<NormalizedName, readonly UvSource[]> {
  const table = reader.table(uv, "sources", "tool.uv.sources") ?? {};
  const sources = new Map<NormalizedName, readonly UvSource[]>();
  for (const [written, value] of Object.entries(table)) {
    const path = `tool.uv.sources.${written}`;
    if (!isValidName(written)) reader.problems.push(`${path} is no valid name`);
    else sources.set(normalizeName(written), readAlternatives(value, path, reader));
  }
  return sources;
}

function readAlternatives(value: unknown, path: string, reader: TomlReader): readonly UvSource[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0) reader.problems.push(`${path} is an empty list`);
  if (!items.every(isTable)) {
    reader.problems.push(`${path} is neither a table nor a list of tables`);
    return [];
  }
  const sources = items.flatMap((item) => readSource(item, path, reader) ?? []);
  const unlimited = sources.filter((source) => conditions.every((key) => !Object.hasOwn(source, key)));
  if (sources.length > 1 && unlimited.length > 0)
    reader.problems.push(`${path}: where there are several sources, each needs a marker, extra or group`);
  return sources;
}

function readSource(table: Table, path: string, reader: TomlReader): UvSource | undefined {
  const kind = (["git", "url", "path", "index", "workspace"] as const).find((key) => Object.hasOwn(table, key));
  if (kind === undefined) {
    reader.problems.push(`${path} has none of git, url, path, index and workspace`);
    return undefined;
  }
  const known: readonly string[] = [kind, ...keys[kind], ...conditions];
  const strange = Object.keys(table).filter((key) => !known.includes(key));
  if (strange.length > 0) reader.problems.push(`${path}: ${strange.join(", ")} cannot stand beside ${kind}`);
  const condition = readCondition(table, path, reader);
  if (kind === "workspace") {
    if (reader.flag(table, kind, `${path}.${kind}`) === false)
      reader.problems.push(`${path}.workspace can only be true`);
    return { kind, ...flagOf(table, "editable", "isEditable", path, reader), ...condition };
  }
  const value = reader.text(table, kind, `${path}.${kind}`);
  if (value === undefined) return undefined;
  if (kind === "index") return { kind, index: value, ...condition };
  if (kind === "url") return { kind, url: value, ...textOf(table, "subdirectory", path, reader), ...condition };
  if (kind === "git") return { kind, url: value.replace(/^git\+/, ""), ...readGit(table, path, reader), ...condition };
  if (table["editable"] === true && table["package"] === false)
    reader.problems.push(`${path}: what is no package cannot be editable`);
  return {
    kind,
    path: value,
    ...flagOf(table, "editable", "isEditable", path, reader),
    ...flagOf(table, "package", "isPackage", path, reader),
    ...condition,
  };
}

type GitDetails = Omit<Extract<UvSource, { kind: "git" }>, "kind" | "url" | keyof SourceCondition>;

function readGit(table: Table, path: string, reader: TomlReader): GitDetails {
  const references = (["branch", "rev", "tag"] as const).flatMap((kind) => {
    const value = reader.text(table, kind, `${path}.${kind}`);
    return value === undefined ? [] : [{ kind, value }];
  });
  const [reference] = references;
  if (references.length > 1) reader.problems.push(`${path}: only one of branch, rev and tag can be given`);
  if (Object.hasOwn(table, "subdirectory") && Object.hasOwn(table, "path"))
    reader.problems.push(`${path}: only one of subdirectory and path can be given`);
  return {
    ...(reference === undefined ? {} : { reference }),
    ...textOf(table, "subdirectory", path, reader),
    ...textOf(table, "path", path, reader),
    ...flagOf(table, "lfs", "lfs", path, reader),
  };
}

function readCondition(table: Table, path: string, reader: TomlReader): SourceCondition {
  if (Object.hasOwn(table, "extra") && Object.hasOwn(table, "group"))
    reader.problems.push(`${path}: only one of extra and group can be given`);
  const [marker] = Array.isArray(table["marker"]) ? [] : (reader.markers(table, "marker", `${path}.marker`) ?? []);
  const extra = reader.name(table, "extra", `${path}.extra`);
  const group = reader.name(table, "group", `${path}.group`);
  return {
    ...(marker === undefined ? {} : { marker }),
    ...(extra === undefined ? {} : { extra }),
    ...(group === undefined ? {} : { group }),
  };
}

function textOf<Key extends string>(table: Table, key: Key, path: string, reader: TomlReader): { [K in Key]?: string } {
  const value = reader.text(table, key, `${path}.${key}`);
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: string };
}

function flagOf<Name extends string>(
  table: Table,
  key: string,
  name: Name,
  path: string,
  reader: TomlReader,
): { [K in Name]?: boolean } {
  const value = reader.flag(table, key, `${path}.${key}`);
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: boolean };
}
