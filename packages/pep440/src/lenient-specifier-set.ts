import { InvalidSpecifier } from "./errors.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";

/** Mistakes of published metadata that mean one thing only, and the text that was meant. */
const repairs: readonly (readonly [mistake: RegExp, meant: string])[] = [
  // >= '2.7' and (>=3.6)
  [/["'()]/g, ""],
  // !=~5.0
  [/!=~\s*([0-9]+(?:\.[0-9]+)*)/g, "!=$1.*"],
  // >dev
  [/([<>]=?\s*)dev/g, "$10.0.0dev"],
  // >=1.0.* and <2.*: the order has no use for the rest of the version
  [/([<>]=?\s*[0-9]+(?:\.[0-9]+)*)\.\*/g, "$1"],
  // !=3.0*
  [/([=!]=\s*[0-9]+(?:\.[0-9]+)*)\*/g, "$1.*"],
  // >=9.0.0a1.0
  [/([0-9](?:a|b|rc|\.?post|\.?dev)[0-9]+)\.0(?![0-9.])/g, "$1"],
  // ~=1: compatible with every later version
  [/~=(\s*v?(?:[0-9]+!)?[0-9]+)(?=\s*(?:$|[,;<>=!~]))/g, ">=$1"],
  // >=2.7 !=3.0
  [/([0-9a-z*])\s*(?=[<>=!~])/gi, "$1,"],
  // >=3.6; with nothing behind it
  [/(?<![\s;])[\s;]+$/, ""],
];

/** The text with the known mistakes of published metadata repaired; a text with `===`, which may hold anything, stays as it is. */
export function repairSpecifiers(text: string): string {
  if (text.includes("===")) return text;
  return repairs.reduce((repaired, [mistake, meant]) => repaired.replace(mistake, meant), text);
}

/**
 * For metadata that others have published and nobody can correct any more (Requires-Python of an index, for example): reads what
 * `parseSpecifierSet` reads, and what it reads after {@link repairSpecifiers}.
 * @param onRepair is told the text that was taken instead.
 * @throws {InvalidSpecifier} as `parseSpecifierSet` for the text as it was.
 */
export function parseLenientSpecifierSet(text: string, onRepair?: (meant: string) => void): SpecifierSet {
  try {
    return parseSpecifierSet(text);
  } catch (error) {
    const meant = repairSpecifiers(text);
    const repaired = tryParse(meant) ?? raise(error);
    onRepair?.(meant);
    return repaired;
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
