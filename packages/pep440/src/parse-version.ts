import { InvalidVersion } from "./errors.ts";
import { Version, type PreReleaseLetter, type VersionNumber } from "./version.ts";
import { WHITESPACE } from "./whitespace.ts";

/**
 * Reads a version in any spelling of PEP 440, with or without white space around it.
 * @throws {InvalidVersion}
 */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (version === undefined) throw new InvalidVersion(text);
  return version;
}

/** As {@link parseVersion}, but `undefined` for what is no version. */
export function tryParseVersion(text: string): Version | undefined {
  return parsePlainVersion(text) ?? parseAnySpelling(text);
}

const ZERO = 48;
const NINE = 57;
const DOT = 46;
/** Every number of so many digits is below 2^53. */
const SAFE_DIGITS = 15;

/** The common case, `N(.N)*` of short numbers, without a regular expression; anything else is left to the grammar. */
function parsePlainVersion(text: string): Version | undefined {
  const release: number[] = [];
  let isNormal = true;
  let number = 0;
  let digits = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const character = index < text.length ? text.charCodeAt(index) : DOT;
    if (character >= ZERO && character <= NINE) {
      if (digits === 1 && number === 0) isNormal = false;
      number = number * 10 + (character - ZERO);
      digits += 1;
    } else if (character === DOT && digits > 0 && digits <= SAFE_DIGITS) {
      release.push(number);
      number = 0;
      digits = 0;
    } else return undefined;
  }
  const parts = { epoch: 0, release, pre: undefined, post: undefined, dev: undefined, local: undefined };
  return new Version(parts, isNormal ? text : undefined);
}

/**
 * PEP 440, appendix B: `v? [N!] N(.N)* [{a|b|rc}N] [.postN] [.devN] [+local]` with all accepted spellings.
 * The groups: epoch, release, letter and number of the pre-release, implicit and explicit post-release, dev-release, local.
 */
const grammar = new RegExp(
  `^[${WHITESPACE}]*v?` +
    "(?:([0-9]+)!)?" +
    "([0-9]+(?:\\.[0-9]+)*)" +
    "(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]*))?" +
    "(?:-([0-9]+)|[._-]?(?:post|rev|r)[._-]?([0-9]*))?" +
    "(?:[._-]?dev[._-]?([0-9]*))?" +
    "(?:\\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?" +
    `[${WHITESPACE}]*$`,
  "i",
);

const LETTERS: Readonly<Record<string, PreReleaseLetter>> = {
  alpha: "a",
  a: "a",
  beta: "b",
  b: "b",
  c: "rc",
  rc: "rc",
  pre: "rc",
  preview: "rc",
};

// Groups are read by index: destructuring a match costs more than matching it.
function parseAnySpelling(text: string): Version | undefined {
  const groups: readonly (string | undefined)[] | null = grammar.exec(text);
  if (groups === null) return undefined;
  const letter = groups[3];
  const phase = letter === undefined ? undefined : (LETTERS[letter] ?? LETTERS[letter.toLowerCase()]);
  const local = groups[8];
  return new Version({
    epoch: parseNumber(groups[1] ?? ""),
    release: parseRelease(groups[2] ?? ""),
    pre: phase && [phase, parseNumber(groups[4] ?? "")],
    post: parseOptionalNumber(groups[5] ?? groups[6]),
    dev: parseOptionalNumber(groups[7]),
    local: local === undefined ? undefined : normalizeLocal(local),
  });
}

function parseRelease(text: string): VersionNumber[] {
  const release: VersionNumber[] = [];
  let start = 0;
  for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", start)) {
    release.push(parseNumber(text.slice(start, dot)));
    start = dot + 1;
  }
  release.push(parseNumber(text.slice(start)));
  return release;
}

/** No digits mean 0: `1.0a` is `1.0a0`. */
function parseNumber(digits: string): VersionNumber {
  const number = Number(digits);
  return number <= Number.MAX_SAFE_INTEGER ? number : BigInt(digits);
}

function parseOptionalNumber(digits: string | undefined): VersionNumber | undefined {
  return digits === undefined ? undefined : parseNumber(digits);
}

function normalizeLocal(local: string): string {
  return local
    .toLowerCase()
    .split(/[._-]/)
    .map((segment) => (/^[0-9]+$/.test(segment) ? segment.replace(/^0+(?=[0-9])/, "") : segment))
    .join(".");
}
