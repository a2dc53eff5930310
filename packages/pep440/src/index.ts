export { parseVersion, tryParseVersion } from "./parse-version.ts";
export { compareVersions, compareReleases, isSameVersion, versionsEqual } from "./compare-versions.ts";
export type { PreReleaseLetter, Version } from "./version.ts";
export {
  parseSpecifier,
  tryParseSpecifier,
  type MatchOptions,
  type Specifier,
  type SpecifierOperator,
} from "./specifier.ts";
export { intersectSpecifierSets, parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";
export { parseLenientSpecifierSet, repairSpecifiers } from "./lenient-specifier-set.ts";
export { acceptsPython, releaseOf } from "./requires-python.ts";
export { SPECIFIER_PATTERN } from "./specifier-grammar.ts";
export { compareBounds, isBelow, type VersionBound, type VersionInterval } from "./version-interval.ts";
export { InvalidSpecifier, InvalidVersion, Pep440Error, type Pep440ErrorCode } from "./errors.ts";
