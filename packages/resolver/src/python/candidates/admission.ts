import { type Specifier, tryParseVersion } from "@murre/pep440";
import { type Admission, isPin } from "./project.ts";

/**
 * What becomes of pre-releases (uv's words):
 * - `allow`: they are releases like others;
 * - `disallow`: they are never taken;
 * - `if-necessary`: one is taken where the requirements leave no other release (PEP 440);
 * - `explicit`: like others, where a direct requirement or a constraint names one, and nowhere else;
 * - `if-necessary-or-explicit`: both (the default).
 */
export type PrereleaseMode = "if-necessary-or-explicit" | "if-necessary" | "explicit" | "allow" | "disallow";

export interface AdmissionRules {
  readonly mode?: PrereleaseMode | undefined;
  readonly preferred: readonly string[];
  readonly prefersWheels?: boolean | undefined;
}

/** What may be taken of a project of which the user requires this, and prefers that version. */
export function admissionOf(
  stated: readonly Specifier[],
  { mode = "if-necessary-or-explicit", preferred, prefersWheels = false }: AdmissionRules,
): Admission {
  const heedsNames = mode === "if-necessary-or-explicit" || mode === "explicit";
  const isNamed = heedsNames && stated.some(namesPrerelease);
  const pinning = stated.filter(isPin);
  const preferredKeys = new Set(preferred.map((text) => tryParseVersion(text)?.key));
  return {
    prereleases:
      mode === "allow" || isNamed ? "all" : mode === "disallow" || mode === "explicit" ? "none" : "if-necessary",
    pins: (version) => pinning.some((pin) => pin.contains(version)) || preferredKeys.has(version.key),
    prefersWheels,
  };
}

/** Whether the clause asks for pre-releases: `<2.0.dev0` only says where they end. */
function namesPrerelease({ operator, prereleases }: Specifier): boolean {
  return prereleases === true && operator !== "<" && operator !== ">";
}
