import { parseSpecifierSet, type SpecifierSet } from "@murre/pep440";
import { InvalidRequirement, type Span } from "./errors.ts";
import { Marker } from "./marker.ts";
import { normalizeName, type NormalizedName } from "./names.ts";
import { parseMarkerSyntax } from "./parse-marker.ts";
import { Tokenizer } from "./tokenizer.ts";

interface Details {
  readonly specifiers: SpecifierSet;
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

  constructor(name: string, extras: readonly NormalizedName[], details: Details) {
    this.name = name;
    this.normalizedName = normalizeName(name);
    this.extras = extras.length > 1 ? [...new Set(extras)].sort() : extras;
    this.specifiers = details.specifiers;
    this.url = details.url;
    this.marker = details.marker;
  }

  /** The requirement in one spelling, credentials included: `parseRequirement` gives an equal one for it. */
  toString(): string {
    const { name, extras, specifiers, url, marker } = this;
    let text = extras.length > 0 ? `${name}[${extras.join(",")}]` : name;
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
  const isUrl = tokenizer.take("AT") !== undefined;
  const details = isUrl ? parseUrlDetails(tokenizer) : parseVersionDetails(tokenizer);
  tokenizer.expect("END", "end of dependency specifier");
  return new Requirement(name, extras, details);
}

/** `url_details = wsp* url (wsp+ (";" marker)?)?` — the URL reaches to the next space, a `;` at its end included. */
function parseUrlDetails(tokenizer: Tokenizer): Details {
  tokenizer.skipSpace();
  const start = tokenizer.position;
  const url = tokenizer.expect("URL", "URL after @");
  const specifiers = ANY_VERSION;
  if (tokenizer.sees("END")) return { url, specifiers, marker: undefined };
  tokenizer.expect("WS", "whitespace after URL");
  if (tokenizer.sees("END")) return { url, specifiers, marker: undefined };
  return { url, specifiers, marker: parseAfterSemicolon(tokenizer, start, "semicolon (after URL and whitespace)") };
}

/** `version_details = ("(" version_many ")" | version_many) wsp* (";" marker)?` */
function parseVersionDetails(tokenizer: Tokenizer): Details {
  const start = tokenizer.position;
  const text = tokenizer.enclosed("LEFT_PARENTHESIS", "version specifier", () => {
    tokenizer.skipSpace();
    const versions = parseVersionMany(tokenizer);
    tokenizer.skipSpace();
    return versions;
  });
  const specifiers = readSpecifiers(tokenizer, text, start);
  tokenizer.skipSpace();
  if (tokenizer.sees("END")) return { url: undefined, specifiers, marker: undefined };
  const expected = text === "" ? "semicolon (after name with no version specifier)" : "comma (within version specifier), semicolon (after version specifier)";
  return { url: undefined, specifiers, marker: parseAfterSemicolon(tokenizer, start, expected) };
}

function parseAfterSemicolon(tokenizer: Tokenizer, start: number, expected: string): Marker {
  if (tokenizer.take("SEMICOLON") === undefined) tokenizer.fail(`Expected ${expected} or end`, start);
  return new Marker(parseMarkerSyntax(tokenizer));
}

/** `extras = "[" wsp* (identifier (wsp* "," wsp* identifier)*)? wsp* "]"` */
function parseExtras(tokenizer: Tokenizer): NormalizedName[] {
  return tokenizer.enclosed("LEFT_BRACKET", "extras", () => {
    tokenizer.skipSpace();
    const extras: NormalizedName[] = [];
    let extra = tokenizer.take("IDENTIFIER");
    while (extra !== undefined) {
      extras.push(normalizeName(extra));
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
function readSpecifiers(tokenizer: Tokenizer, text: string, start: number): SpecifierSet {
  if (text === "") return ANY_VERSION;
  try {
    return parseSpecifierSet(text);
  } catch (error) {
    return tokenizer.fail(error instanceof Error ? error.message : String(error), start);
  }
}
