import { isBelow, type SpecifierSet, type Version, type VersionBound } from "@murre/pep440";
import { VersionSet } from "../../solver/version-set.ts";

interface Versioned {
  readonly version: Version;
}

/** Of releases in ascending order those whose versions satisfy every clause, pre-releases among them. Few of the versions are looked at. */
export function specifierVersions(specifiers: SpecifierSet, releases: readonly Versioned[]): VersionSet {
  let set = VersionSet.range(0, releases.length);
  for (const specifier of specifiers.specifiers) {
    const { intervals } = specifier;
    if (intervals === undefined) {
      set = set.intersect(
        VersionSet.where(releases.length, (i) => specifier.matches(releases[i]!.version, releases[i]!.version)),
      );
      continue;
    }
    let accepted = VersionSet.empty;
    for (const { lower, upper } of intervals) {
      const from = lower === undefined ? 0 : position(releases, lower);
      const to = upper === undefined ? releases.length : position(releases, upper);
      accepted = accepted.union(VersionSet.range(from, to));
    }
    set = set.intersect(accepted);
  }
  return set;
}

/** How many of the versions lie before the bound. */
function position(releases: readonly Versioned[], bound: VersionBound): number {
  let low = 0;
  let high = releases.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(releases[middle]!.version, bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}
