import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import { isTable, present, TomlReader, type Table } from "../toml.ts";

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
    return present({ kind, isEditable: reader.flag(table, "editable", `${path}.editable`), ...condition });
  }
  const value = reader.text(table, kind, `${path}.${kind}`);
  if (value === undefined) return undefined;
  if (kind === "index") return { kind, index: value, ...condition };
  if (kind === "url")
    return present({
      kind,
      url: value,
      subdirectory: reader.text(table, "subdirectory", `${path}.subdirectory`),
      ...condition,
    });
  if (kind === "git") return { kind, url: value.replace(/^git\+/, ""), ...readGit(table, path, reader), ...condition };
  if (table["editable"] === true && table["package"] === false)
    reader.problems.push(`${path}: what is no package cannot be editable`);
  return present({
    kind,
    path: value,
    isEditable: reader.flag(table, "editable", `${path}.editable`),
    isPackage: reader.flag(table, "package", `${path}.package`),
    ...condition,
  });
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
  return present({
    reference,
    subdirectory: reader.text(table, "subdirectory", `${path}.subdirectory`),
    path: reader.text(table, "path", `${path}.path`),
    lfs: reader.flag(table, "lfs", `${path}.lfs`),
  });
}

function readCondition(table: Table, path: string, reader: TomlReader): SourceCondition {
  if (Object.hasOwn(table, "extra") && Object.hasOwn(table, "group"))
    reader.problems.push(`${path}: only one of extra and group can be given`);
  const [marker] = Array.isArray(table["marker"]) ? [] : (reader.markers(table, "marker", `${path}.marker`) ?? []);
  return present({
    marker,
    extra: reader.name(table, "extra", `${path}.extra`),
    group: reader.name(table, "group", `${path}.group`),
  });
}
