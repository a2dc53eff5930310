import { type Specifier, tryParseVersion } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { type Admission, isPin } from "./project.ts";

/**
 * What becomes of pre-releases (uv's words):
 * - `allow`: they are releases like others;
 * - `disallow`: they are never taken;
 * - `if-necessary`: one is taken where the requirements leave no other release (PEP 440);
 * - `explicit`: the same, but only of projects of which a direct requirement or a constraint names one, be it as a bound;
 * - `if-necessary-or-explicit`: `if-necessary`, and like others where a direct requirement or a constraint names one (pip; the default).
 */
export type PrereleaseMode = "if-necessary-or-explicit" | "if-necessary" | "explicit" | "allow" | "disallow";

/** One mode for all projects, or for some their own: a list of pairs, of which the last of a project counts. */
export type PrereleaseModes =
  | PrereleaseMode
  | {
      readonly usual: PrereleaseMode;
      readonly own: readonly (readonly [project: NormalizedName, mode: PrereleaseMode])[];
    };

/** What becomes of pre-releases of that project. */
export function prereleaseMode(modes: PrereleaseModes | undefined, project: NormalizedName): PrereleaseMode {
  if (modes === undefined) return "if-necessary-or-explicit";
  if (typeof modes === "string") return modes;
  return modes.own.findLast(([name]) => name === project)?.[1] ?? modes.usual;
}

export interface AdmissionRules {
  readonly mode: PrereleaseMode;
  readonly preferred: readonly string[];
  readonly prefersWheels?: boolean | undefined;
}

/** What may be taken of a project of which the user requires this, and prefers that version. */
export function admissionOf(
  stated: readonly Specifier[],
  { mode, preferred, prefersWheels = false }: AdmissionRules,
): Admission {
  const pinning = stated.filter(isPin);
  const preferredKeys = new Set(preferred.map((text) => tryParseVersion(text)?.key));
  return {
    prereleases: admittedBy(mode, stated),
    pins: (version) => pinning.some((pin) => pin.contains(version)) || preferredKeys.has(version.key),
    prefersWheels,
  };
}

function admittedBy(mode: PrereleaseMode, stated: readonly Specifier[]): Admission["prereleases"] {
  if (mode === "allow") return "all";
  if (mode === "disallow") return "none";
  if (mode === "if-necessary") return "if-necessary";
  if (mode === "explicit") return stated.some(({ prereleases }) => prereleases === true) ? "if-necessary" : "none";
  return stated.some(namesPrerelease) ? "all" : "if-necessary";
}

/** Whether the clause asks for pre-releases: `<2.0.dev0` only says where they end. */
function namesPrerelease({ operator, prereleases }: Specifier): boolean {
  return prereleases === true && operator !== "<" && operator !== ">";
}
