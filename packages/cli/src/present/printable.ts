import { pathToFileURL } from "node:url";

/** Text that may reach a terminal: only the functions of this file make one. */
class HarmlessText {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Printable = HarmlessText;

/** A line is cut off behind so many characters, and a text behind so many lines: nobody reads more, and what a terminal keeps is finite. */
const longestLine = 2000;
const mostLines = 1000;
const longestUrl = 8000;

/** Only what holds none of them can hold nothing harmful. */
const mayBeHarmful = /[^ -~]/;

/**
 * What moves the cursor, colours, hides, reorders or has no width: controls (C0 and C1), formats (bidi, zero-width, tags), separators of lines
 * and what Unicode calls ignorable; unpaired surrogates. The selector that makes a pictogram colourful is none of them behind a pictogram.
 */
function replaceHarmful(text: string, replace: (character: string) => string): string {
  // Made where it is needed: it is a table of half of Unicode.
  return mayBeHarmful.test(text)
    ? text.replaceAll(
        /(?<!\p{Extended_Pictographic})\ufe0f|(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
        replace,
      )
    : text;
}

/** A foreign text on one line: harmful characters as Python writes them (`\x1b`), and no longer than a few lines of a terminal. */
export function oneLine(text: string): string {
  return limited(replaceHarmful(limited(text), visible));
}

function limited(text: string): string {
  return text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
}

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return named[character] ?? `\\${letter}${code.toString(16).padStart(digits as number, "0")}`;
}

/** What programs colour their output with; the log of a build is full of them. */
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[[\d;:]*m/g;

/** A foreign text of several lines, such as an error with the last lines of a build: tabs stay, colours go. */
function lines(text: string): string[] {
  const found = text.split(/\r?\n/, mostLines + 1);
  const shown = found
    .slice(0, mostLines)
    .map((line) => limited(limited(line.replaceAll(colours, "")).split("\t").map(oneLine).join("\t")));
  return found.length > mostLines ? [...shown, "…"] : shown;
}

/** say`${name} is installed`: every string that is put in is foreign, and stays on the line. */
export function say(words: TemplateStringsArray, ...values: readonly (Printable | string | number)[]): Printable {
  return new HarmlessText(String.raw({ raw: words }, ...values.map(shown)));
}

function shown(value: Printable | string | number): string {
  return typeof value === "string" ? oneLine(value) : String(value);
}

/** Several lines of which every one but the first is indented, so that none looks like one of murre's own. */
export function sayLines(text: string): Printable {
  const [first = "", ...rest] = lines(text);
  return new HarmlessText([first, ...rest.map((line) => (/^\s|^$/.test(line) ? line : `  ${line}`))].join("\n"));
}

/** The program's own text around words of the user: help, usage. */
export function sayHelp(text: string): Printable {
  return new HarmlessText(lines(text).join("\n"));
}

/** A whole document, such as a requirements file, however long: what harms a terminal stands in it as its escape. */
export function sayDocument(text: string): Printable {
  const shown = text.split("\n").map((line) => replaceHarmful(line, visible));
  return new HarmlessText(shown.join("\n"));
}

/** As {@link say}, of a URL that shall be read back: what is harmful is percent-encoded, as no URL needs it otherwise. */
export function sayUrl(url: string): Printable {
  return new HarmlessText(replaceHarmful(url.slice(0, longestUrl), percentEncoded));
}

/** A path that shall be read back: as it is where it is harmless, else as a URL. */
export function sayLocation(path: string): Printable {
  return path === oneLine(path) ? new HarmlessText(path) : sayUrl(pathToFileURL(path).href);
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** In a style of picocolors. */
export function styled(style: (text: string) => string, text: Printable | string): Printable {
  return new HarmlessText(style(shown(text)));
}

export function joined(parts: readonly (Printable | string)[], separator = ""): Printable {
  return new HarmlessText(parts.map(shown).join(separator));
}

/** One JSON document: what harms a terminal can only stand inside of its strings, where JSON has an escape for it. */
export function sayJson(value: unknown): Printable {
  return new HarmlessText(replaceHarmful(JSON.stringify(value), jsonEscape));
}

function jsonEscape(character: string): string {
  return character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
