import { readPyprojectToml } from "./pyproject.ts";
import type { Table } from "../toml.ts";

/** A setting of uv's, by the name of its option. */
export interface UvSetting {
  readonly name: string;
  /** Of a flag `true` or `false`. */
  readonly values: readonly string[];
  /** `tool.uv.pip`, `pip`, `tool.uv`; empty at the top of a `uv.toml`. */
  readonly table: string;
  readonly isList: boolean;
}

/**
 * What a `uv.toml`, or `[tool.uv]` of a `pyproject.toml`, says of options: first what it says of `uv pip` alone. Tables that are no options of a
 * command, such as sources and workspaces, are left out.
 * @param pathOf makes absolute what is written from the file's folder
 * @returns undefined for a project that says nothing of uv
 * @throws {InvalidPyproject}
 */
export function readUvConfig(
  text: string,
  source: string,
  kind: "uv.toml" | "pyproject.toml",
  pathOf: (written: string) => string,
): readonly UvSetting[] | undefined {
  const document = readPyprojectToml(text, source);
  const top = kind === "uv.toml" ? document : tableOf(tableOf(document["tool"])?.["uv"]);
  if (top === undefined) return undefined;
  const [prefix, below] = kind === "uv.toml" ? ["", "pip"] : ["tool.uv", "tool.uv.pip"];
  const ofPip = tableOf(top["pip"]) ?? {};
  return [...settingsOf(ofPip, below, pathOf), ...settingsOf(top, prefix, pathOf)];
}

/** Names of settings whose option has another one here: what uv calls an extra index is one in order. */
const renamed: Readonly<Record<string, string>> = {
  "extra-index-url": "index",
  "index-url": "default-index",
  "no-binary-package": "no-binary",
  "no-build-package": "only-binary",
  "native-tls": "system-certs",
};

/** What a project is, and no option, although options have these names. */
const ofProjects: ReadonlySet<string> = new Set(["pip", "package", "managed", "environments", "default-groups"]);

function settingsOf(table: Table, path: string, pathOf: (written: string) => string): UvSetting[] {
  return Object.entries(table).flatMap(([written, value]) => {
    if (ofProjects.has(written)) return [];
    if (written === "index") return indexesOf(value, path, pathOf);
    const name = renamed[written] ?? written;
    const isPlace = name === "index" || name === "default-index" || name === "find-links";
    const texts = textsOf(value)?.map((text) => (isPlace ? pathOf(text) : text));
    return texts === undefined ? [] : [{ name, values: texts, table: path, isList: typeof value === "object" }];
  });
}

/** `true`, `"text"`, `["text"]`, and of tables `KEY=VALUE` and `NAME:KEY=VALUE`. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (Array.isArray(value)) return value.every((one) => typeof one === "string") ? value : undefined;
  const table = tableOf(value);
  if (table === undefined) return undefined;
  return Object.entries(table).flatMap(([key, inner]) => {
    const nested = tableOf(inner);
    return (textsOf(inner) ?? []).map((text) => (nested === undefined ? `${key}=${text}` : `${key}:${text}`));
  });
}

/** Those that are looked into for all projects; an explicit one is for those that name it. */
function indexesOf(value: unknown, path: string, pathOf: (written: string) => string): UvSetting[] {
  const tables = Array.isArray(value) ? value.map(tableOf) : [];
  const all = tables.flatMap((table) => {
    if (typeof table?.["url"] !== "string" || table["explicit"] === true) return [];
    const url = pathOf(table["url"]);
    const text = typeof table["name"] === "string" ? `${table["name"]}=${url}` : url;
    return [{ text, isDefault: table["default"] === true }];
  });
  const first = all.find(({ isDefault }) => isDefault);
  const others = all.filter(({ isDefault }) => !isDefault).map(({ text }) => text);
  return [
    ...(others.length === 0 ? [] : [{ name: "index", values: others, table: path, isList: true }]),
    ...(first === undefined ? [] : [{ name: "default-index", values: [first.text], table: path, isList: false }]),
  ];
}

function tableOf(value: unknown): Table | undefined {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
  return isTable ? (value as Table) : undefined;
}
