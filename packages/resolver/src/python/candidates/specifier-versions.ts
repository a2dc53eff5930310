import { isBelow, type SpecifierSet } from "@murre/pep440";
import { VersionSet } from "../../solver/version-set.ts";
import { countBefore, type Versioned } from "./release.ts";

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
      const from = lower === undefined ? 0 : countBefore(releases, (version) => isBelow(version, lower));
      const to = upper === undefined ? releases.length : countBefore(releases, (version) => isBelow(version, upper));
      accepted = accepted.union(VersionSet.range(from, to));
    }
    set = set.intersect(accepted);
  }
  return set;
}
