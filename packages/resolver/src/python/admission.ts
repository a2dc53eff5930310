import { type Specifier, tryParseVersion } from "@murre/pep440";
import { type Admission, isPin } from "./project.ts";

/**
 * `allow` treats pre-releases like other releases. By default they are, where a direct requirement or a constraint names one; elsewhere a
 * pre-release is taken where the requirements leave no other release (PEP 440, and as uv does).
 */
export type PrereleaseMode = "if-necessary-or-explicit" | "allow" | "disallow";

/** What may be taken of a project of which the user requires this, and prefers that version. */
export function admissionOf(
  stated: readonly Specifier[],
  { mode = "if-necessary-or-explicit", preferred }: { mode?: PrereleaseMode | undefined; preferred: readonly string[] },
): Admission {
  const isExplicit = mode === "if-necessary-or-explicit" && stated.some(namesPrerelease);
  const pinning = stated.filter(isPin);
  const preferredKeys = new Set(preferred.map((text) => tryParseVersion(text)?.key));
  return {
    prereleases: mode === "disallow" ? "none" : mode === "allow" || isExplicit ? "all" : "if-necessary",
    pins: (version) => pinning.some((pin) => pin.contains(version)) || preferredKeys.has(version.key),
  };
}

/** Whether the clause asks for pre-releases: `<2.0.dev0` only says where they end. */
function namesPrerelease({ operator, prereleases }: Specifier): boolean {
  return prereleases === true && operator !== "<" && operator !== ">";
}
