import { compareReleases, compareVersions } from "./compare-versions.ts";
import type { Version } from "./version.ts";

/**
 * A point between versions on the version line: directly before or after `version`, or after every version of its release
 * (its local versions and post-releases included). Equal points have one form only: what ends with the local versions of V, for example, is
 * written as "before" the version that follows them, V.post0.dev0.
 */
export interface VersionBound {
  readonly version: Version;
  readonly placement: "before" | "after" | "after-release";
}

/** The versions between two bounds; a bound that is `undefined` lets everything through on its side. */
export interface VersionInterval {
  readonly lower: VersionBound | undefined;
  readonly upper: VersionBound | undefined;
}

/** The order of points on the version line. Between two points that differ there is always a version. */
export function compareBounds(a: VersionBound, b: VersionBound): number {
  if (a.placement === "after-release" && b.placement === "after-release") return compareReleases(a.version, b.version);
  if (a.placement === "after-release") return isBelow(b.version, a) ? 1 : -1;
  if (b.placement === "after-release") return isBelow(a.version, b) ? -1 : 1;
  const order = compareVersions(a.version, b.version);
  if (order !== 0 || a.placement === b.placement) return order;
  return a.placement === "before" ? -1 : 1;
}

/** Whether any of the intervals (sorted, apart from each other) holds the version. */
export function isInIntervals(version: Version, intervals: readonly VersionInterval[]): boolean {
  for (const { lower, upper } of intervals)
    if ((lower === undefined || !isBelow(version, lower)) && (upper === undefined || isBelow(version, upper)))
      return true;
  return false;
}

/** Whether the version lies before the bound. */
export function isBelow(version: Version, bound: VersionBound): boolean {
  if (bound.placement === "before") return compareVersions(version, bound.version) < 0;
  if (bound.placement === "after") return compareVersions(version, bound.version) <= 0;
  return compareReleases(version, bound.version) <= 0;
}
