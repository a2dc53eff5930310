import { parseVersion } from "./parse-version.ts";
import type { SpecifierSet } from "./specifier-set.ts";
import type { Version } from "./version.ts";

/**
 * Whether a Requires-Python accepts a Python. Only the release of the Python counts, as in pip and uv: 3.14.0rc2 is what 3.14.0 will be,
 * and `>=3.14` is meant for it. (Markers are another matter: there, `python_full_version` is 3.14.0rc2.)
 * @param python `3.11.7`, `3.14.0rc2`, `3.13.0+`
 */
export function acceptsPython(requiresPython: SpecifierSet, python: string): boolean {
  return requiresPython.contains(releaseOf(parseVersion(python.replace(/\+$/, ""))), { prereleases: true });
}

/** The version without what comes after its numbers: 3.14.0 of 3.14.0rc2. */
export function releaseOf(version: Version): Version {
  return parseVersion(version.release.join("."));
}
