import { isBelow, type SpecifierSet, type Version, type VersionBound } from "@murre/pep440";
import { VersionSet } from "../../solver/version-set.ts";

/** Those of the versions (ascending) that satisfy every clause, pre-releases among them. */
export function specifierVersions(specifiers: SpecifierSet, versions: readonly Version[]): VersionSet {
  let set = VersionSet.range(0, versions.length);
  for (const specifier of specifiers.specifiers) {
    const { intervals } = specifier;
    if (intervals === undefined) {
      set = set.intersect(VersionSet.where(versions.length, (i) => specifier.matches(versions[i]!, versions[i])));
      continue;
    }
    let accepted = VersionSet.empty;
    for (const { lower, upper } of intervals) {
      const from = lower === undefined ? 0 : position(versions, lower);
      const to = upper === undefined ? versions.length : position(versions, upper);
      accepted = accepted.union(VersionSet.range(from, to));
    }
    set = set.intersect(accepted);
  }
  return set;
}

/** How many of the versions lie before the bound. */
function position(versions: readonly Version[], bound: VersionBound): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(versions[middle]!, bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}
