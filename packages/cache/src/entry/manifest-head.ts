/** A script that an installer makes: `name = module:attribute [extras]`. */
export interface ScriptDetails {
  readonly name: string;
  readonly module: string;
  readonly attribute?: string;
  readonly extras: readonly string[];
}

/** How a wheel's own RECORD disagrees with its members, in the unpacker's words. */
export interface NotedProblems {
  readonly count: number;
  /** The first of them. */
  readonly first: readonly { readonly code: string; readonly text: string; readonly path?: string }[];
}

/** The first line of a manifest: everything but the sections, and how long each of those is. */
export interface ManifestHead {
  readonly format: number;
  readonly name: string;
  readonly version: string;
  readonly distInfo: string;
  readonly rootIsPurelib: boolean;
  /** As METADATA has it, unparsed. */
  readonly requiresPython?: string;
  readonly consoleScripts: readonly ScriptDetails[];
  readonly guiScripts: readonly ScriptDetails[];
  /** Linked files; those in {@link apart} are not counted. */
  readonly fileCount: number;
  /** Of all files, the ones apart as well. */
  readonly totalBytes: number;
  /** The folders directly in the archive's root, `.data` left out. */
  readonly topLevel: readonly string[];
  /** Whether there is a `.data` folder with linked files. */
  readonly hasData: boolean;
  /** Files of the archive that are never linked: `.data/scripts`, and what an installer writes into the dist-info itself. */
  readonly apart: readonly FileDetails[];
  /** How the archive's own RECORD disagrees with it, for who holds it to the letter. The sections are of what is there. */
  readonly recordProblems?: NotedProblems;
  /** Lengths in bytes of the sections, in their order. */
  readonly sections: readonly number[];
}

export interface FileDetails {
  readonly path: string;
  readonly sizeBytes: number;
  /** base64url without padding, as in RECORD. */
  readonly sha256: string;
  readonly executable: boolean;
}

/** Raised when a reader of this version would misread what an older one wrote. */
export const MANIFEST_FORMAT = 1;

/** How many sections follow the head. */
const sections = 5;

/** Whether a path stays below the folder that it is relative to: no `..`, no beginning, nothing between two slashes. */
export function staysBelow(path: string): boolean {
  return path !== "" && !/(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(path);
}

/** Whether a name is one of a file or folder directly in a folder. */
export const isFolderName = (name: string): boolean => staysBelow(name) && !name.includes("/");

// By hand and not by a schema: every warm installation reads one for each distribution, and a schema takes thirty times as long.

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isFolder = (value: unknown): value is string => isText(value) && isFolderName(value);
const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => accepts(item));
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const isAbsentOr = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  value === undefined || accepts(value);

const isEntryPoint = (value: unknown): boolean =>
  isObject(value) &&
  isText(value["name"]) &&
  isText(value["module"]) &&
  isAbsentOr(value["attribute"], isText) &&
  isListOf(value["extras"], isText);

const isFile = (value: unknown): boolean =>
  isObject(value) &&
  isText(value["path"]) &&
  staysBelow(value["path"]) &&
  isCount(value["sizeBytes"]) &&
  isText(value["sha256"]) &&
  isFlag(value["executable"]);

const isProblem = (value: unknown): boolean =>
  isObject(value) && isText(value["code"]) && isText(value["text"]) && isAbsentOr(value["path"], isText);

const isProblems = (value: unknown): boolean =>
  isObject(value) && isCount(value["count"]) && isListOf(value["first"], isProblem);

const fields: Readonly<Record<keyof ManifestHead, (value: unknown) => boolean>> = {
  format: (value) => value === MANIFEST_FORMAT,
  name: isText,
  version: isText,
  distInfo: (value) => isFolder(value) && value.endsWith(".dist-info"),
  rootIsPurelib: isFlag,
  requiresPython: (value) => isAbsentOr(value, isText),
  consoleScripts: (value) => isListOf(value, isEntryPoint),
  guiScripts: (value) => isListOf(value, isEntryPoint),
  fileCount: isCount,
  totalBytes: isCount,
  topLevel: (value) => isListOf(value, isFolder),
  hasData: isFlag,
  apart: (value) => isListOf(value, isFile),
  recordProblems: (value) => isAbsentOr(value, isProblems),
  sections: (value) => isListOf(value, isCount) && (value as unknown[]).length === sections,
};
const rules = Object.entries(fields);

/** Undefined when the line is of another format, or damaged. */
export function parseManifestHead(line: string): ManifestHead | undefined {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isObject(head) && rules.every(([name, accepts]) => accepts(head[name]))
    ? (head as unknown as ManifestHead)
    : undefined;
}
