import { isValidName, normalizeName, parseMarker, parseRequirement, type NormalizedName } from "@murre/pep508";
import { parse, TomlDate, TomlError } from "smol-toml";

export type Table = Readonly<Record<string, unknown>>;

/**
 * Reads a TOML document.
 * @param refuse makes the error for what is none
 * @param firstLine the number of the text's first line in its file
 */
export function readToml(text: string, refuse: (problem: string, cause: Error) => Error, firstLine = 1): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [problem = ""] = error.message.split("\n\n", 1);
    const drawing = `line ${error.line + firstLine - 1}, column ${error.column}\n${error.codeblock.trimEnd()}`;
    throw refuse(`${problem}, ${drawing}`, error);
  }
}

/** Reads values of the types that the standards ask for, and notes what is something else. */
export class TomlReader {
  readonly problems: string[] = [];

  /** Undefined, and noted, where the value is there and `is` says that it is something else. */
  #read<T>(parent: Table, key: string, path: string, is: (value: unknown) => value is T, what: string): T | undefined {
    const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
    if (value === undefined || is(value)) return value;
    this.problems.push(`${path} is no ${what}`);
    return undefined;
  }

  table(parent: Table, key: string, path = key): Table | undefined {
    return this.#read(parent, key, path, isTable, "table");
  }

  tables(parent: Table, key: string, path = key): readonly Table[] | undefined {
    return this.#read(parent, key, path, isListOf(isTable), "list of tables");
  }

  list(parent: Table, key: string, path = key): readonly unknown[] | undefined {
    return this.#read(parent, key, path, Array.isArray, "list");
  }

  text(parent: Table, key: string, path = key): string | undefined {
    return this.#read(parent, key, path, isText, "string");
  }

  texts(parent: Table, key: string, path = key): readonly string[] | undefined {
    return this.#read(parent, key, path, isListOf(isText), "list of strings");
  }

  /** A string, or a list of them. */
  textOrTexts(parent: Table, key: string, path = key): readonly string[] | undefined {
    const value = this.#read(parent, key, path, isTextOrTexts, "string or list of strings");
    return typeof value === "string" ? [value] : value;
  }

  flag(parent: Table, key: string, path = key): boolean | undefined {
    return this.#read(parent, key, path, (value) => typeof value === "boolean", "boolean");
  }

  /** From 0. */
  size(parent: Table, key: string, path = key): number | undefined {
    return this.#read(parent, key, path, isSize, "whole number from 0");
  }

  /** With its zone; a date without a time is none. */
  time(parent: Table, key: string, path = key): Date | undefined {
    return this.#read(parent, key, path, isTime, "date and time with an offset");
  }

  name(parent: Table, key: string, path = key): NormalizedName | undefined {
    const name = this.#read(parent, key, path, isName, "valid name");
    return name === undefined ? undefined : normalizeName(name);
  }

  names(parent: Table, key: string, path = key): readonly NormalizedName[] | undefined {
    return this.#read(parent, key, path, isListOf(isName), "list of valid names")?.map(normalizeName);
  }

  /** Requirements as written. */
  requirements(parent: Table, key: string, path = key): readonly string[] | undefined {
    const texts = this.texts(parent, key, path);
    for (const text of texts ?? []) this.attempt(path, () => parseRequirement(text));
    return texts;
  }

  markers(parent: Table, key: string, path = key): readonly string[] | undefined {
    const texts = this.textOrTexts(parent, key, path);
    return texts?.filter((text) => this.attempt(path, () => parseMarker(text)) !== undefined);
  }

  /** What `make` returns; undefined, and noted, where it throws. */
  attempt<T>(path: string, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.problems.push(`${path}: ${(error as Error).message}`);
      return undefined;
    }
  }
}

export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const isText = (value: unknown): value is string => typeof value === "string";
const isName = (value: unknown): value is string => isText(value) && isValidName(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime = (value: unknown): value is TomlDate =>
  value instanceof TomlDate && value.isDateTime() && !value.isLocal() && !Number.isNaN(value.getTime());
const isListOf =
  <T>(is: (value: unknown) => value is T) =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every(is);
const isTextOrTexts = (value: unknown): value is string | readonly string[] => isText(value) || isListOf(isText)(value);

type Optional<T> = { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> };
type Required<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] };

/** Without what is not there. */
export function present<T extends object>(fields: T): Required<T> & Optional<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Required<T> &
    Optional<T>;
}
