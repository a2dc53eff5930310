import { splitShellWords } from "./shell-words.ts";

/** The options that may stand in a requirements file, by their first long name. */
export type OptionName =
  | "index-url"
  | "extra-index-url"
  | "no-index"
  | "constraint"
  | "requirement"
  | "editable"
  | "find-links"
  | "no-binary"
  | "only-binary"
  | "prefer-binary"
  | "require-hashes"
  | "pre"
  | "trusted-host"
  | "use-feature"
  | "global-option"
  | "config-settings"
  | "hash";

export interface LineOption {
  readonly name: OptionName;
  /** Empty for an option without a value. */
  readonly value: string;
}

export interface SplitLine {
  /** What stands before the first option. */
  readonly requirement: string;
  readonly options: readonly LineOption[];
  /** Words that belong to no option; pip passes over them. */
  readonly strayWords: readonly string[];
  /** Behind an editable place, with its `;`. */
  readonly marker?: string;
  readonly problem?: string;
}

interface Form {
  readonly name: OptionName;
  readonly takesValue: boolean;
}

const withValue = (name: OptionName): Form => ({ name, takesValue: true });
const flag = (name: OptionName): Form => ({ name, takesValue: false });

const longOptions: ReadonlyMap<string, Form> = new Map([
  ["index-url", withValue("index-url")],
  ["pypi-url", withValue("index-url")],
  ["extra-index-url", withValue("extra-index-url")],
  ["no-index", flag("no-index")],
  ["constraint", withValue("constraint")],
  ["requirement", withValue("requirement")],
  ["editable", withValue("editable")],
  ["find-links", withValue("find-links")],
  ["no-binary", withValue("no-binary")],
  ["only-binary", withValue("only-binary")],
  ["prefer-binary", flag("prefer-binary")],
  ["require-hashes", flag("require-hashes")],
  ["pre", flag("pre")],
  ["trusted-host", withValue("trusted-host")],
  ["use-feature", withValue("use-feature")],
  ["global-option", withValue("global-option")],
  ["config-settings", withValue("config-settings")],
  ["config-setting", withValue("config-settings")],
  ["hash", withValue("hash")],
]);

const shortOptions: ReadonlyMap<string, OptionName> = new Map([
  ["i", "index-url"],
  ["c", "constraint"],
  ["r", "requirement"],
  ["e", "editable"],
  ["f", "find-links"],
  ["C", "config-settings"],
]);

/**
 * Splits a logical line as pip does: at spaces, up to the first word that begins with a dash, is the requirement (its
 * marker may hold quotes); the rest are options, read as Python's optparse reads them: `--name=value`, `--name value`,
 * `-r value`, `-rvalue`, long names shortened as long as they are unique.
 */
export function splitLine(line: string): SplitLine {
  const words = line.split(" ");
  const first = words.findIndex((word) => word.startsWith("-"));
  const requirement = first < 0 ? line : words.slice(0, first).join(" ");
  if (first < 0) return { requirement, options: [], strayWords: [] };
  const text = words.slice(first).join(" ");
  const editable = requirement === "" ? splitMarkedEditable(text) : undefined;
  if (editable !== undefined) return { requirement, ...editable };
  const split = splitShellWords(text);
  if (split === undefined)
    return { requirement, options: [], strayWords: [], problem: `a quotation is not closed in: ${text}` };
  return { requirement, ...readOptions(split) };
}

/**
 * `-e ./x ; python_version < "3" --config-settings …`: the marker keeps its quotes, and belongs to the place (uv).
 * Undefined for what is no such line.
 */
function splitMarkedEditable(text: string): Omit<SplitLine, "requirement"> | undefined {
  const start = findUnquoted(text, 0, (at) => text[at] === ";" && isSeparator(text, at));
  if (start === text.length) return undefined;
  const end = findUnquoted(text, start, (at) => text[at] === "-" && text[at - 1] === " ");
  const words = splitShellWords(`${text.slice(0, start)} ${text.slice(end)}`);
  const read = words && readOptions(words);
  if (read === undefined || !read.options.some(({ name }) => name === "editable")) return undefined;
  return { ...read, marker: text.slice(start, end).trim() };
}

/** A URL may hold ";", so that in one a space is beside it. */
function isSeparator(text: string, at: number): boolean {
  return text[at - 1] === " " || text[at + 1] === " " || !text.slice(0, at).includes("://");
}

/** The first place outside of quotations; the text's end where there is none. */
function findUnquoted(text: string, from: number, is: (at: number) => boolean): number {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (quote !== "") quote = letter === quote ? "" : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (is(at)) return at;
  }
  return text.length;
}

function readOptions(words: readonly string[]): Omit<SplitLine, "requirement"> {
  const options: LineOption[] = [];
  const strayWords: string[] = [];
  const rest = words.values();
  const fail = (problem: string): Omit<SplitLine, "requirement"> => ({ options, strayWords, problem });
  for (const word of rest) {
    if (word === "--") return { options, strayWords: [...strayWords, ...rest] };
    if (!word.startsWith("-") || word === "-") {
      strayWords.push(word);
      continue;
    }
    const read = word.startsWith("--") ? readLong(word) : readShort(word);
    if (typeof read === "string") return fail(read);
    const { form, attached, shown } = read;
    if (!form.takesValue && attached !== undefined) return fail(`${shown} takes no value`);
    const value = form.takesValue ? (attached ?? rest.next().value) : "";
    if (value === undefined) return fail(`${shown} needs a value`);
    options.push({ name: form.name, value });
  }
  return { options, strayWords };
}

interface ReadOption {
  readonly form: Form;
  readonly attached: string | undefined;
  readonly shown: string;
}

function readLong(word: string): ReadOption | string {
  const equals = word.indexOf("=");
  const shown = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const name = shown.slice(2);
  const exact = longOptions.get(name);
  if (exact !== undefined) return { form: exact, attached, shown };
  const candidates = [...longOptions].filter(([long]) => long.startsWith(name));
  const [only] = candidates;
  if (only === undefined) return `there is no option ${shown} in requirements files`;
  if (candidates.length > 1)
    return `${shown} may mean ${candidates.map(([long]) => `--${long}`).join(" or ")}; write it out`;
  return { form: only[1], attached, shown };
}

function readShort(word: string): ReadOption | string {
  const name = shortOptions.get(word.charAt(1));
  if (name === undefined) return `there is no option ${word.slice(0, 2)} in requirements files`;
  return { form: withValue(name), attached: word.length > 2 ? word.slice(2) : undefined, shown: word.slice(0, 2) };
}
