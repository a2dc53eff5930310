import { InvalidSpecifier } from "./errors.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";

/** Mistakes of published metadata that mean one thing only, and the text that was meant. */
const repairs: readonly (readonly [mistake: RegExp, meant: string])[] = [
  // >= '2.7'
  [/["']/g, ""],
  // >=1.0.* and <2.*: the order has no use for the rest of the version
  [/([<>]=?\s*[0-9]+(?:\.[0-9]+)*)\.\*/g, "$1"],
  // !=3.0*
  [/([=!]=\s*[0-9]+(?:\.[0-9]+)*)\*/g, "$1.*"],
  // >=2.7 !=3.0
  [/([0-9a-z*])\s*(?=[<>=!~])/gi, "$1,"],
];

/** The text with the known mistakes of published metadata repaired; a text with `===`, which may hold anything, stays as it is. */
export function repairSpecifiers(text: string): string {
  if (text.includes("===")) return text;
  return repairs.reduce((repaired, [mistake, meant]) => repaired.replace(mistake, meant), text);
}

/**
 * For metadata that others have published and nobody can correct any more (Requires-Python of an index, for example): reads what
 * `parseSpecifierSet` reads, and what it reads after {@link repairSpecifiers}.
 * @throws {InvalidSpecifier} as `parseSpecifierSet` for the text as it was.
 */
export function parseLenientSpecifierSet(text: string): SpecifierSet {
  try {
    return parseSpecifierSet(text);
  } catch (error) {
    return tryParse(repairSpecifiers(text)) ?? raise(error);
  }
}

function tryParse(text: string): SpecifierSet | undefined {
  try {
    return parseSpecifierSet(text);
  } catch (error) {
    return error instanceof InvalidSpecifier ? undefined : raise(error);
  }
}

function raise(error: unknown): never {
  throw error;
}
