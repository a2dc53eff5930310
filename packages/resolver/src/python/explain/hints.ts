import { type SpecifierSet, tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { VersionSet } from "../../solver/version-set.ts";
import type { Project } from "../candidates/project.ts";
import type { DistributionFile } from "../candidates/source.ts";
import { similarNames } from "./similar-names.ts";

/** What may help where there is no solution. Each is true of the index as it was seen. */
export type Hint =
  /** Pre-releases would do, were they allowed. */
  | { readonly kind: "prereleases-refused"; readonly project: NormalizedName; readonly versions: readonly string[] }
  /** A requirement names `version`, of which there are only pre-releases: they come before it. */
  | {
      readonly kind: "prereleases-before";
      readonly project: NormalizedName;
      readonly version: string;
      readonly versions: readonly string[];
      /** The clause that the newest of them satisfies. */
      readonly instead: string;
    }
  /** The versions that are asked for have only files of a kind that may not be used. */
  | { readonly kind: "formats"; readonly project: NormalizedName; readonly has: "wheels" | "sdists" }
  /** None of the versions that are asked for can be used; this one could. */
  | { readonly kind: "usable-version"; readonly project: NormalizedName; readonly version: string }
  /** There is no such project; `names`, if any, are of projects that may be meant. */
  | { readonly kind: "missing"; readonly project: NormalizedName; readonly names: readonly string[] }
  /** No version that is asked for exists, or can be used, where the project was looked for. */
  | { readonly kind: "elsewhere"; readonly project: NormalizedName; readonly specifiers: SpecifierSet };

/** So many versions or names are hinted at. */
const mostNamed = 3;

export function hintsForMissing(project: NormalizedName, known: Iterable<string>): Hint[] {
  const names = similarNames(project, known).slice(0, mostNamed);
  return [{ kind: "missing", project, names }];
}

/** For a need that no version satisfies. */
export function hintsForNoVersion<File extends DistributionFile>(
  project: Project<File>,
  specifiers: SpecifierSet,
): Hint[] {
  const hints: Hint[] = [];
  for (const { operator, version } of specifiers.specifiers) {
    if (operator !== ">=" && operator !== "==" && operator !== "~=") continue;
    const before = listed(project).filter((one) => one.isPrerelease && isOf(one, version));
    const newest = before.at(-1);
    if (newest === undefined) continue;
    const versions = before.slice(-mostNamed).map(String);
    const instead = `${operator}${newest}`;
    hints.push({ kind: "prereleases-before", project: project.name, version, versions, instead });
  }
  return [...hints, { kind: "elsewhere", project: project.name, specifiers }];
}

/** For versions that exist, none of which can be used. */
export function hintsForUnusable<File extends DistributionFile>(
  project: Project<File>,
  set: VersionSet,
  specifiers: SpecifierSet,
): Hint[] {
  const { name, versions, admission } = project;
  const hints: Hint[] = [];
  const refused = [...set.ascending()].filter(
    (i) => admission.prereleases === "none" && i < project.listed && versions[i]!.isPrerelease,
  );
  if (refused.length > 0)
    hints.push({
      kind: "prereleases-refused",
      project: name,
      versions: refused.slice(-mostNamed).map((i) => versions[i]!.toString()),
    });
  const has = set.isEmpty ? undefined : project.otherFormat(set.highest!);
  if (has !== undefined) hints.push({ kind: "formats", project: name, has });
  const other = project.first(VersionSet.range(0, project.listed).subtract(set), "highest");
  if (other !== undefined && !project.isConditional(other))
    hints.push({ kind: "usable-version", project: name, version: versions[other]!.toString() });
  return [...hints, { kind: "elsewhere", project: name, specifiers }];
}

function listed<File extends DistributionFile>({ versions, listed: count }: Project<File>): readonly Version[] {
  return versions.slice(0, count);
}

/** Whether it is a pre-release of the version, however many zeros that is written with. */
function isOf(prerelease: Version, version: string): boolean {
  const named = version.endsWith(".*") ? version.slice(0, -2) : version;
  return tryParseVersion(prerelease.base)?.key === tryParseVersion(named)?.key;
}
