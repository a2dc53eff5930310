import { tryParseVersion } from "./parse-version.ts";
import { phaseOf } from "./version-rank.ts";
import type { Version, VersionNumber, VersionParts } from "./version.ts";

/** The total order of PEP 440: -1, 0 or 1 as `a` comes before, with or after `b`; 1.0 and 1.0.0 are equal. */
export function compareVersions(a: Version, b: Version): number {
  if (a.releaseRank !== b.releaseRank) return a.releaseRank < b.releaseRank ? -1 : 1;
  if (a.suffixRank !== b.suffixRank) return a.suffixRank < b.suffixRank ? -1 : 1;
  if (a.isRankExact && b.isRankExact) return 0;
  return compareParts(a.exactParts, b.exactParts);
}

/** Whether two versions are the same one, however they are spelled. */
export function versionsEqual(a: Version, b: Version): boolean {
  return compareVersions(a, b) === 0;
}

/** As {@link versionsEqual}, of texts; what is no version equals only itself. */
export function isSameVersion(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [tryParseVersion(a), tryParseVersion(b)];
  return one !== undefined && other !== undefined && versionsEqual(one, other);
}

/** The order of epoch and release alone: every version of one release is equal here, from its first dev-release to its last post-release. */
export function compareReleases(a: Version, b: Version): number {
  if (a.releaseRank !== b.releaseRank) return a.releaseRank < b.releaseRank ? -1 : 1;
  return compareReleaseParts(a.exactParts, b.exactParts);
}

function compareParts(a: VersionParts, b: VersionParts): number {
  return (
    compareReleaseParts(a, b) ||
    compareNumbers(phaseOf(a), phaseOf(b)) ||
    compareNumbers(a.pre?.[1] ?? 0, b.pre?.[1] ?? 0) ||
    compareNumbers(a.post ?? -1, b.post ?? -1) ||
    compareNumbers(a.dev ?? Infinity, b.dev ?? Infinity) ||
    compareLocals(a.local, b.local)
  );
}

function compareReleaseParts(a: VersionParts, b: VersionParts): number {
  if (a.epoch !== b.epoch) return compareNumbers(a.epoch, b.epoch);
  const length = Math.max(a.release.length, b.release.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareNumbers(a.release[index] ?? 0, b.release[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** `<` between a `bigint` and a `number` is exact; `===` between them is always false and is not used. */
function compareNumbers(a: VersionNumber, b: VersionNumber): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * PEP 440, "Local version identifiers": none comes first; then segment by segment, text before numbers, text by its
 * characters, numbers by value; of two where one begins with the other, the longer one is greater.
 */
function compareLocals(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const left = a.split(".");
  const right = b.split(".");
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareLocalSegments(segment, other);
    if (order !== 0) return order;
  }
  return compareNumbers(left.length, right.length);
}

const isNumber = /^[0-9]+$/;

function compareLocalSegments(a: string, b: string): number {
  if (a === b) return 0;
  const isNumberA = isNumber.test(a);
  if (isNumberA !== isNumber.test(b)) return isNumberA ? 1 : -1;
  // Normalised numbers have no leading zeros: the one with more digits is the larger one, whatever its size.
  if (isNumberA && a.length !== b.length) return compareNumbers(a.length, b.length);
  return a < b ? -1 : 1;
}
