import { parseSpecifier, versionOf, type MatchOptions, type Specifier } from "./specifier.ts";
import type { Version } from "./version.ts";
import { stripWhitespace } from "./whitespace.ts";

/** Clauses that all have to hold, immutable; the empty set lets everything through. `parseSpecifierSet` makes them. */
export class SpecifierSet {
  /** In the order they were written. */
  readonly specifiers: readonly Specifier[];
  /** `true` when a clause asks for pre-releases by naming one, otherwise `undefined`. */
  readonly prereleases: true | undefined;
  #text: string | undefined;

  constructor(specifiers: readonly Specifier[]) {
    this.specifiers = specifiers;
    this.prereleases = specifiers.some((specifier) => specifier.prereleases) || undefined;
    this.#text = undefined;
  }

  /**
   * Whether the candidate satisfies every clause. A pre-release does unless `prereleases` is `false`: a single candidate has
   * no alternatives (packaging 26). What is no version satisfies `===` and the empty set only.
   */
  contains(candidate: Version | string, options?: MatchOptions): boolean {
    return this.#accepts(candidate, versionOf(candidate), options?.prereleases);
  }

  /**
   * The candidates that satisfy every clause, in their order. Pre-releases are among them when `prereleases` is `true`, when a
   * clause names one, or when no final release satisfies the clauses (PEP 440, "Handling of pre-releases").
   */
  filter<Candidate extends Version | string>(candidates: Iterable<Candidate>, options?: MatchOptions): Candidate[] {
    const prereleases = options?.prereleases ?? this.prereleases;
    const accepted: Candidate[] = [];
    const withoutPrereleases: Candidate[] = [];
    let hasFinal = false;
    for (const candidate of candidates) {
      const version = versionOf(candidate);
      if (!this.#accepts(candidate, version, prereleases)) continue;
      accepted.push(candidate);
      if (version?.isPrerelease !== true) withoutPrereleases.push(candidate);
      hasFinal ||= version?.isPrerelease === false;
    }
    return prereleases === undefined && hasFinal ? withoutPrereleases : accepted;
  }

  #accepts(candidate: Version | string, version: Version | undefined, prereleases: boolean | undefined): boolean {
    if (prereleases === false && version?.isPrerelease === true) return false;
    for (const specifier of this.specifiers) if (!specifier.matches(candidate, version)) return false;
    return true;
  }

  /** The clauses normalised, sorted, each once: `parseSpecifierSet` gives an equal set for it. */
  toString(): string {
    return (this.#text ??= formatClauses(this.specifiers));
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Reads clauses separated by commas; commas too many are ignored, and no clause at all is the empty set.
 * @throws {InvalidSpecifier} for the first clause that is wrong.
 */
export function parseSpecifierSet(text: string): SpecifierSet {
  const clauses = text.split(",").map(stripWhitespace);
  return new SpecifierSet(clauses.filter((clause) => clause !== "").map(parseSpecifier));
}

/** The set that lets through what both let through. */
export function intersectSpecifierSets(a: SpecifierSet, b: SpecifierSet): SpecifierSet {
  if (b.specifiers.length === 0) return a;
  return a.specifiers.length === 0 ? b : new SpecifierSet([...a.specifiers, ...b.specifiers]);
}

function formatClauses(specifiers: readonly Specifier[]): string {
  const first = new Map<string, string>();
  for (const specifier of [...specifiers].sort(byText)) {
    const { key } = specifier;
    if (!first.has(key)) first.set(key, specifier.toString());
  }
  return [...first.values()].join(",");
}

function byText(a: Specifier, b: Specifier): number {
  const left = a.toString();
  const right = b.toString();
  return left < right ? -1 : left > right ? 1 : 0;
}
