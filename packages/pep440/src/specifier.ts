import { InvalidSpecifier } from "./errors.ts";
import { parseVersion, tryParseVersion } from "./parse-version.ts";
import { SPECIFIER_PATTERN } from "./specifier-grammar.ts";
import { intervalsOf, prefixIntervals, type OrderOperator } from "./specifier-intervals.ts";
import { isInIntervals, type VersionInterval } from "./version-interval.ts";
import type { Version } from "./version.ts";
import { stripWhitespace } from "./whitespace.ts";

export type SpecifierOperator = OrderOperator | "===";

export interface MatchOptions {
  /** `true` accepts pre-releases, `false` refuses them; without it the specifiers and the candidates decide. */
  readonly prereleases?: boolean | undefined;
}

/** One clause of a specifier set, such as `>=1.0`, immutable. `parseSpecifier` makes them. */
export class Specifier {
  readonly operator: SpecifierOperator;
  /** Normalised, with `.*` where it was written so; for `===` as it was written. */
  readonly version: string;
  /** Whether this clause asks for pre-releases by naming one; `undefined` for a `===` that names no version. */
  readonly prereleases: boolean | undefined;
  readonly #version: Version | undefined;
  readonly #isPrefix: boolean;
  #intervals: readonly VersionInterval[] | undefined;

  /** `text` has to be a valid version for the operator: `parseSpecifier` sees to it. */
  constructor(operator: SpecifierOperator, text: string) {
    this.operator = operator;
    this.#isPrefix = operator !== "===" && text.endsWith(".*");
    const version = this.#isPrefix ? parseVersion(text.slice(0, -2)) : tryParseVersion(text);
    this.#version = version;
    if (operator === "===") this.version = text;
    else this.version = this.#isPrefix ? `${version}.*` : `${version}`;
    this.prereleases = operator === "!=" || this.#isPrefix ? false : version?.isPrerelease;
    this.#intervals = undefined;
  }

  /** The versions this clause lets through, in order; `undefined` for `===`, which compares text. */
  get intervals(): readonly VersionInterval[] | undefined {
    if (this.operator === "===" || this.#version === undefined) return undefined;
    if (this.#intervals === undefined) {
      const isEquality = this.operator === "==" || this.operator === "!=";
      this.#intervals =
        this.#isPrefix && isEquality
          ? prefixIntervals(this.operator as "==" | "!=", this.#version)
          : intervalsOf(this.operator, this.#version);
    }
    return this.#intervals;
  }

  /**
   * Whether the candidate satisfies this clause. A pre-release does unless `prereleases` is `false`: a single candidate has no
   * alternatives (packaging 26). What is no version satisfies `===` only.
   */
  contains(candidate: Version | string, options?: MatchOptions): boolean {
    const version = versionOf(candidate);
    if (options?.prereleases === false && version?.isPrerelease === true) return false;
    return this.matches(candidate, version);
  }

  /**
   * Whether the clause holds, pre-releases allowed. `===` looks at the candidate's text (that of a `Version` is normalised),
   * everything else at `version`, which is the candidate parsed.
   */
  matches(candidate: Version | string, version: Version | undefined): boolean {
    const { intervals } = this;
    if (intervals === undefined) return candidate.toString().toLowerCase() === this.version.toLowerCase();
    return version !== undefined && isInIntervals(version, intervals);
  }

  /** One string for all spellings of equal clauses: `==1.0` and `==1.0.0` have the same, `~=1.0` and `~=1.0.0` have not. */
  get key(): string {
    const keepsZeros = this.operator === "===" || this.operator === "~=" || this.#isPrefix;
    return this.operator + (keepsZeros ? this.version : (this.#version?.key ?? this.version));
  }

  toString(): string {
    return this.operator + this.version;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The candidate parsed; `undefined` for a text that is no version. */
export function versionOf(candidate: Version | string): Version | undefined {
  return typeof candidate === "string" ? tryParseVersion(candidate) : candidate;
}

const wholeSpecifier = new RegExp(`^${SPECIFIER_PATTERN}$`, "i");
const leadingOperator = /^(?:===|~=|==|!=|<=|>=|<|>)/;

/**
 * Reads one clause.
 * @throws {InvalidSpecifier}
 */
export function parseSpecifier(text: string): Specifier {
  const specifier = tryParseSpecifier(text);
  if (specifier !== undefined) return specifier;
  const clause = stripWhitespace(text);
  throw new InvalidSpecifier(clause, explain(clause));
}

/** As {@link parseSpecifier}, but `undefined` for what is no specifier. */
export function tryParseSpecifier(text: string): Specifier | undefined {
  const clause = stripWhitespace(text);
  if (!wholeSpecifier.test(clause)) return undefined;
  const operator = operatorOf(clause);
  return operator && new Specifier(operator, stripWhitespace(clause.slice(operator.length)));
}

function operatorOf(clause: string): SpecifierOperator | undefined {
  return leadingOperator.exec(clause)?.[0] as SpecifierOperator | undefined;
}

function explain(clause: string): string {
  const operator = operatorOf(clause);
  if (operator === undefined) return "expected one of ~= == != <= >= < > === and a version, such as >=1.0";
  const rest = stripWhitespace(clause.slice(operator.length));
  const isEquality = operator === "==" || operator === "!=";
  if (rest.endsWith(".*"))
    return isEquality
      ? ".* has to follow numbers only, such as ==1.0.*"
      : ".* can only be used with == and !=, such as ==1.0.*";
  const version = tryParseVersion(rest);
  if (version === undefined) return `expected a version after ${operator}, such as ${operator}1.0`;
  if (version.local !== undefined) return "a local version (after the +) can only be used with == and !=";
  return "~= needs at least two numbers, such as ~=1.0";
}
