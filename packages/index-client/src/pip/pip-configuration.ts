import { NotAFile, readSmallText } from "@murre/files";
import { statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { parseConfigFile } from "./config-file.ts";
import type { KeyringProvider } from "../credentials/keyring.ts";
import { InvalidPipConfiguration } from "../errors.ts";
import { applyFormatControl, type FormatControl } from "./format-control.ts";
import { pipConfigPlaces, type PipConfigContext, type PipConfigPlace } from "./pip-config-files.ts";

/** A value and where it was written: "/etc/pip.conf [global]" or "PIP_INDEX_URL". */
export interface Setting<T> {
  readonly value: T;
  readonly origin: string;
}

/** What pip's configuration says about installing. An option that is absent was not configured. */
export interface PipConfiguration {
  readonly indexUrl?: Setting<string>;
  readonly extraIndexUrls?: Setting<readonly string[]>;
  readonly findLinks?: Setting<readonly string[]>;
  readonly noIndex?: Setting<boolean>;
  readonly trustedHosts?: Setting<readonly string[]>;
  readonly cert?: Setting<string>;
  readonly clientCert?: Setting<string>;
  readonly proxy?: Setting<string>;
  readonly timeoutSeconds?: Setting<number>;
  readonly retries?: Setting<number>;
  readonly keyringProvider?: Setting<KeyringProvider>;
  readonly pre?: Setting<boolean>;
  readonly preferBinary?: Setting<boolean>;
  readonly requireHashes?: Setting<boolean>;
  readonly noDeps?: Setting<boolean>;
  /** Where editable repositories are cloned. */
  readonly src?: Setting<string>;
  readonly constraints?: Setting<readonly string[]>;
  /** `--only-binary` and `--no-binary` after all sources were applied in pip's order. */
  readonly formatControl?: Setting<FormatControl>;
  /** The files that were looked for, in reading order. */
  readonly files: readonly (PipConfigPlace & { readonly exists: boolean })[];
}

type Key = Exclude<keyof PipConfiguration, "files">;
type Kind = "text" | "keyring" | "path" | "list" | "flag" | "number" | "only-binary" | "no-binary";

/** pip's long option names, all their spellings, and how pip reads each from a configuration. */
const optionTable: Readonly<Record<string, readonly [Key, Kind]>> = {
  "index-url": ["indexUrl", "text"],
  "pypi-url": ["indexUrl", "text"],
  "extra-index-url": ["extraIndexUrls", "list"],
  "find-links": ["findLinks", "list"],
  "no-index": ["noIndex", "flag"],
  "trusted-host": ["trustedHosts", "list"],
  cert: ["cert", "path"],
  "client-cert": ["clientCert", "path"],
  proxy: ["proxy", "text"],
  timeout: ["timeoutSeconds", "number"],
  "default-timeout": ["timeoutSeconds", "number"],
  retries: ["retries", "number"],
  "keyring-provider": ["keyringProvider", "keyring"],
  pre: ["pre", "flag"],
  "prefer-binary": ["preferBinary", "flag"],
  "require-hashes": ["requireHashes", "flag"],
  "no-deps": ["noDeps", "flag"],
  "no-dependencies": ["noDeps", "flag"],
  src: ["src", "path"],
  source: ["src", "path"],
  "source-dir": ["src", "path"],
  "source-directory": ["src", "path"],
  constraint: ["constraints", "list"],
  "only-binary": ["formatControl", "only-binary"],
  "no-binary": ["formatControl", "no-binary"],
};

interface RawValue {
  readonly text: string;
  readonly origin: string;
}

/**
 * Reads pip's configuration as `pip install` would: global, user and environment files, the file PIP_CONFIG_FILE
 * names, [global] before the command's section, then PIP_* variables. A later value replaces an earlier one whole,
 * lists too; empty values count as absent. Options that do not concern installing are ignored.
 * @throws {InvalidPipConfiguration} with all problems of all files at once.
 */
export function loadPipConfiguration(context: PipConfigContext): PipConfiguration {
  const { values, files, problems } = readAll(context);
  const settings = interpret(values, context, problems);
  if (problems.length > 0) throw new InvalidPipConfiguration(problems);
  return { ...settings, files };
}

/** One value of pip's configuration as it is written; the section of a PIP_* variable is `:env:`. */
export interface PipOption {
  readonly section: string;
  readonly name: string;
  readonly text: string;
  readonly origin: string;
}

/**
 * All options of all sections that are no part of a {@link PipConfiguration}, the last value of each.
 * @throws {InvalidPipConfiguration}
 */
export function readOtherPipOptions(context: PipConfigContext): readonly PipOption[] {
  const { values, problems } = readAll(context);
  if (problems.length > 0) throw new InvalidPipConfiguration(problems);
  return [...values]
    .map(([key, raw]) => ({ section: key.slice(0, key.indexOf(".")), name: key.slice(key.indexOf(".") + 1), ...raw }))
    .filter(({ name, text }) => text !== "" && !Object.hasOwn(optionTable, name));
}

function readAll(context: PipConfigContext): {
  readonly values: ReadonlyMap<string, RawValue>;
  readonly files: PipConfiguration["files"];
  readonly problems: string[];
} {
  const readText = context.readText ?? readTextFile;
  const problems: string[] = [];
  const texts = new Map<string, string | undefined>();
  const read = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, readText(path));
    return texts.get(path);
  };
  const places = pipConfigPlaces({ isFolder, ...context }, (path) => read(path) !== undefined);
  const values = new Map<string, RawValue>();
  const files = places.map((place) => {
    const text = read(place.path);
    if (text !== undefined) addFile(place.path, text, values, problems);
    return { kind: place.kind, path: place.path, exists: text !== undefined };
  });
  for (const [name, text] of Object.entries(context.isolated === true ? {} : context.env))
    if (name.startsWith("PIP_") && text !== undefined)
      values.set(`:env:.${optionName(name.slice(4))}`, { text, origin: name });
  return { values, files, problems };
}

function addFile(path: string, text: string, values: Map<string, RawValue>, problems: string[]): void {
  const file = parseConfigFile(text);
  problems.push(...file.problems.map((problem) => `${path}:${problem}`));
  for (const { section, option, value } of file.options)
    values.set(`${section}.${optionName(option)}`, { text: value, origin: `${path} [${section}]` });
}

function optionName(written: string): string {
  return written.toLowerCase().replaceAll("_", "-").replace(/^--/, "");
}

type Settings = { -readonly [K in Key]?: Setting<unknown> };

function interpret(
  values: ReadonlyMap<string, RawValue>,
  context: PipConfigContext,
  problems: string[],
): Omit<PipConfiguration, "files"> {
  const settings: Settings = {};
  for (const section of ["global", context.command ?? "install", ":env:"])
    for (const [key, raw] of values) {
      const dot = key.indexOf(".");
      const row = Object.hasOwn(optionTable, key.slice(dot + 1)) ? optionTable[key.slice(dot + 1)] : undefined;
      if (row === undefined || key.slice(0, dot) !== section || raw.text === "") continue;
      const value = valueOf(row[1], raw.text, settings.formatControl?.value as FormatControl | undefined, context);
      if (value === undefined)
        problems.push(`${raw.origin}: ${key.slice(dot + 1)} = ${raw.text}: ${expectedOf(row[1])}`);
      else settings[row[0]] = { value, origin: raw.origin };
    }
  return settings as Omit<PipConfiguration, "files">;
}

function valueOf(
  kind: Kind,
  text: string,
  formatControl: FormatControl | undefined,
  context: PipConfigContext,
): unknown {
  if (kind === "text") return text;
  if (kind === "keyring") return keyringProviders.find((provider) => provider === text);
  if (kind === "path") return expandHome(text, context);
  if (kind === "list") return text.split(/\s+/).filter((part) => part !== "");
  if (kind === "flag") return parseFlag(text);
  if (kind === "number") return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
  return applyFormatControl(formatControl, kind === "only-binary" ? "onlyBinary" : "noBinary", text);
}

/** Of pip's words, too, there are no others. */
const keyringProviders: readonly KeyringProvider[] = ["auto", "disabled", "import", "subprocess"];

function expectedOf(kind: Kind): string {
  if (kind === "keyring") return `expected ${keyringProviders.join(", ")}`;
  return kind === "number" ? "expected a number" : "expected yes or no, true or false, 1 or 0";
}

/** `strtobool` of Python's distutils, which pip uses. */
function parseFlag(text: string): boolean | undefined {
  if (/^(y|yes|t|true|on|1)$/i.test(text)) return true;
  return /^(n|no|f|false|off|0)$/i.test(text) ? false : undefined;
}

function expandHome(path: string, { home, platform }: PipConfigContext): string {
  if (path !== "~" && !path.startsWith("~/") && !(platform === "win32" && path.startsWith("~\\"))) return path;
  return (platform === "win32" ? win32 : posix).join(home, path.slice(1));
}

function readTextFile(path: string): string | undefined {
  try {
    return readSmallText(path);
  } catch (error) {
    const kind = error instanceof NotAFile ? error.kind : undefined;
    if (kind === "folder" || ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    const why = kind === undefined ? "cannot be read" : `is a ${kind}, where a file is needed`;
    throw new InvalidPipConfiguration([`${path}: ${why}`], { cause: error });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
