import { parseSpecifierSet, type SpecifierSet } from "@murre/pep440";
import { InvalidRequirement, type Span } from "./errors.ts";
import { Marker } from "./marker.ts";
import { normalizeName, type NormalizedName } from "./names.ts";
import { parseMarkerSyntax } from "./parse-marker.ts";
import { Tokenizer } from "./tokenizer.ts";

/** What follows a name and its extras; of versions and a URL at most one. */
interface Details {
  readonly versions: string;
  readonly url: string | undefined;
  readonly marker: Marker | undefined;
}

/** A project that is wanted, in which versions, under which condition. Immutable; `parseRequirement` makes them. */
export class Requirement {
  /** As it was written. */
  readonly name: string;
  readonly normalizedName: NormalizedName;
  /** Normalised (PEP 685), sorted, each once. */
  readonly extras: readonly NormalizedName[];
  /** Empty for a requirement with a URL, and for one that takes any version. */
  readonly specifiers: SpecifierSet;
  /** As it was written, credentials included: show it with `redactUrl` only. */
  readonly url: string | undefined;
  readonly marker: Marker | undefined;

  readonly #writtenExtras: readonly string[];

  constructor(name: string, extras: readonly string[], specifiers: SpecifierSet, url?: string, marker?: Marker) {
    this.name = name;
    this.normalizedName = normalizeName(name);
    this.extras = sortUnique(extras.map(normalizeName));
    this.specifiers = specifiers;
    this.url = url;
    this.marker = marker;
    this.#writtenExtras = sortUnique(extras);
  }

  /** The requirement with its names as they were written, credentials included: `parseRequirement` gives an equal one for it. */
  toString(): string {
    const { name, specifiers, url, marker } = this;
    let text = this.#writtenExtras.length > 0 ? `${name}[${this.#writtenExtras.join(",")}]` : name;
    text += specifiers.toString();
    if (url !== undefined) text += marker === undefined ? ` @ ${url}` : ` @ ${url} `;
    return marker === undefined ? text : `${text}; ${marker.toString()}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Reads a requirement.
 * @throws {InvalidRequirement}
 */
export function parseRequirement(text: string): Requirement {
  const tokenizer = new Tokenizer(text, refuse);
  return parseWhole(tokenizer);
}

function sortUnique<Text extends string>(texts: readonly Text[]): readonly Text[] {
  return texts.length > 1 ? [...new Set(texts)].sort() : texts;
}

function refuse(problem: string, source: string, span: Span): InvalidRequirement {
  return new InvalidRequirement(problem, source, span);
}

const ANY_VERSION = parseSpecifierSet("");

/** `requirement = wsp* name wsp* extras? wsp* (url_details | version_details)`, PEP 508. */
function parseWhole(tokenizer: Tokenizer): Requirement {
  tokenizer.skipSpace();
  const name = tokenizer.expect("IDENTIFIER", "package name at the start of dependency specifier");
  tokenizer.skipSpace();
  const extras = tokenizer.sees("LEFT_BRACKET") ? parseExtras(tokenizer) : [];
  tokenizer.skipSpace();
  const start = tokenizer.position;
  const isUrl = tokenizer.take("AT") !== undefined;
  const { versions, url, marker } = isUrl ? parseUrlDetails(tokenizer) : parseVersionDetails(tokenizer);
  tokenizer.expect("END", "end of dependency specifier");
  return new Requirement(name, extras, readSpecifiers(tokenizer, versions, start), url, marker);
}

/** `url_details = wsp* url (wsp+ (";" marker)?)?` — the URL reaches to the next space, a `;` at its end included. */
function parseUrlDetails(tokenizer: Tokenizer): Details {
  tokenizer.skipSpace();
  const start = tokenizer.position;
  const url = tokenizer.expect("URL", "URL after @");
  if (tokenizer.sees("END")) return { versions: "", url, marker: undefined };
  tokenizer.expect("WS", "whitespace after URL");
  if (tokenizer.sees("END")) return { versions: "", url, marker: undefined };
  return { versions: "", url, marker: parseAfterSemicolon(tokenizer, start, "semicolon (after URL and whitespace)") };
}

/** `version_details = ("(" version_many ")" | version_many) wsp* (";" marker)?` */
function parseVersionDetails(tokenizer: Tokenizer): Details {
  const start = tokenizer.position;
  const versions = tokenizer.enclosed("LEFT_PARENTHESIS", "version specifier", () => {
    tokenizer.skipSpace();
    const text = parseVersionMany(tokenizer);
    tokenizer.skipSpace();
    return text;
  });
  tokenizer.skipSpace();
  if (tokenizer.sees("END")) return { versions, url: undefined, marker: undefined };
  const expected =
    versions === ""
      ? "semicolon (after name with no version specifier)"
      : "comma (within version specifier), semicolon (after version specifier)";
  return { versions, url: undefined, marker: parseAfterSemicolon(tokenizer, start, expected) };
}

function parseAfterSemicolon(tokenizer: Tokenizer, start: number, expected: string): Marker {
  if (tokenizer.take("SEMICOLON") === undefined) tokenizer.fail(`Expected ${expected} or end`, start);
  return new Marker(parseMarkerSyntax(tokenizer));
}

/** `extras = "[" wsp* (identifier (wsp* "," wsp* identifier)*)? wsp* "]"` */
function parseExtras(tokenizer: Tokenizer): string[] {
  return tokenizer.enclosed("LEFT_BRACKET", "extras", () => {
    tokenizer.skipSpace();
    const extras: string[] = [];
    let extra = tokenizer.take("IDENTIFIER");
    while (extra !== undefined) {
      extras.push(extra);
      tokenizer.skipSpace();
      if (tokenizer.sees("IDENTIFIER")) tokenizer.fail("Expected comma between extra names");
      if (tokenizer.take("COMMA") === undefined) break;
      tokenizer.skipSpace();
      extra = tokenizer.expect("IDENTIFIER", "extra name after comma");
    }
    return extras;
  });
}

/** `version_many = (specifier (wsp* "," wsp* specifier)*)?` — as packaging, a comma may also end it. */
function parseVersionMany(tokenizer: Tokenizer): string {
  let text = "";
  for (;;) {
    const start = tokenizer.position;
    const specifier = tokenizer.take("SPECIFIER");
    if (specifier === undefined) return text;
    text += specifier;
    refuseTrail(tokenizer, specifier, start);
    tokenizer.skipSpace();
    if (tokenizer.take("COMMA") === undefined) return text;
    text += ",";
    tokenizer.skipSpace();
  }
}

function refuseTrail(tokenizer: Tokenizer, specifier: string, start: number): void {
  if (tokenizer.sees("PREFIX_TRAIL")) {
    const problem = /^(?:!=|==(?!=))/.test(specifier)
      ? ".* suffix cannot be used with pre-release, post-release, dev or local versions"
      : ".* suffix can only be used with `==` or `!=` operators";
    tokenizer.fail(problem, start, tokenizer.position + 1);
  }
  if (tokenizer.sees("LOCAL_TRAIL"))
    tokenizer.fail("Local version label can only be used with `==` or `!=` operators", start);
}

/** `===` takes commas as well, so that what the grammar accepts may still be no list of specifiers. */
function readSpecifiers(tokenizer: Tokenizer, versions: string, start: number): SpecifierSet {
  if (versions === "") return ANY_VERSION;
  try {
    return parseSpecifierSet(versions);
  } catch (error) {
    return tokenizer.fail(error instanceof Error ? error.message : String(error), start, start + versions.length);
  }
}
