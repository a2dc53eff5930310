import { redactUrl } from "@murre/pep508";
import { VersionSet } from "../../solver/version-set.ts";
import type { Project } from "../candidates/project.ts";
import type { DistributionFile } from "../candidates/source.ts";

/** So many separate runs of versions are named before a set is only described by its ends. */
const namedRuns = 3;

/** So many of the versions that exist are named: the newest. */
const namedVersions = 6;

/** So many different reasons are given for versions of one project. */
const namedReasons = 2;

/** `foo>=1.0,<2.0`, with versions that exist; the name alone for all of several versions. */
export function describeVersions<File extends DistributionFile>(
  name: string,
  set: VersionSet,
  project: Project<File> | undefined,
): string {
  if (project === undefined || set.isEmpty) return name;
  const { versions, listed } = project;
  if (set.size === versions.length && set.size > 1) return name;
  const urls = set.intersect(VersionSet.range(listed, versions.length));
  const fromUrls = [...urls.ascending()].map((i) => `${name} @ ${redactUrl(project.releases[i]!.url!)}`);
  const own = set.intersect(VersionSet.range(0, listed));
  if (own.isEmpty) return fromUrls.join(" | ");
  const { bounds } = own;
  const runs = bounds.length / 2;
  const shown = runs <= namedRuns ? bounds : [bounds[0]!, bounds.at(-1)!];
  const parts: string[] = [];
  for (let i = 0; i < shown.length; i += 2)
    parts.push(describeRun(shown[i]!, shown[i + 1]!, versions.slice(0, listed)));
  return [`${name}${parts.join(" | ")}${runs <= namedRuns ? "" : ` (${own.size} versions)`}`, ...fromUrls].join(" | ");
}

function describeRun(from: number, to: number, versions: readonly { toString(): string }[]): string {
  if (to === from + 1) return `==${versions[from]!.toString()}`;
  const lower = from === 0 ? "" : `>=${versions[from]!.toString()}`;
  const upper = to === versions.length ? "" : `<${versions[to]!.toString()}`;
  return lower === "" || upper === "" ? `${lower}${upper}` : `${lower},${upper}`;
}

/** @param refused versions that look usable and are not, with the reason */
export function describeAbsence<File extends DistributionFile>(
  name: string,
  set: VersionSet,
  project: Project<File> | undefined,
  refused: ReadonlyMap<number, string> = new Map(),
): string {
  if (project?.missing !== undefined) {
    const { name: missed, missing } = project;
    return missing.startsWith(`${missed} `) ? missing : `${missed} cannot be had: ${missing}`;
  }
  if (project === undefined) return `there is no such version of ${name}`;
  if (set.isEmpty) return `there is no such version of ${project.name}: ${whatExists(project)}`;
  return `${describeVersions(name, set, project)} cannot be used${reasonsFor(set, project, refused)}`;
}

/** `foo has only 1.0, 2.0`. */
export function describeWhatExists<File extends DistributionFile>(project: Project<File>): string {
  const { name, listed, place } = project;
  if (place.bound !== undefined || listed === 0) return `of ${name} there is no such version: ${whatExists(project)}`;
  const shown = newestOf(project);
  return shown.length < listed
    ? `the newest of the ${listed} versions of ${name} are ${shown.join(", ")}`
    : `${name} has only ${shown.join(", ")}`;
}

function whatExists<File extends DistributionFile>(project: Project<File>): string {
  const { versions, listed, place } = project;
  if (place.bound !== undefined)
    return `it comes from ${redactUrl(place.bound)}, which is ${versions.map(String).join(", ")}`;
  if (listed === 0) return "no file of it has a version";
  const shown = newestOf(project);
  const all = listed > shown.length ? `the newest of its ${listed} versions are` : "there is";
  return `${all} ${shown.join(", ")}`;
}

function newestOf<File extends DistributionFile>({ versions, releases, listed }: Project<File>): string[] {
  return versions.slice(Math.max(0, listed - namedVersions), listed).map((version, i, all) => {
    const { yanked, installed } = releases[listed - all.length + i]!;
    return `${version}${installed ? " (installed)" : yanked ? " (yanked)" : ""}`;
  });
}

/** Why the versions cannot be used: the newest one's reason, and one that others have. */
function reasonsFor<File extends DistributionFile>(
  set: VersionSet,
  project: Project<File>,
  refused: ReadonlyMap<number, string>,
): string {
  const reasons = new Map<string, string>();
  const kinds = new Set<string>();
  let left = 0;
  for (const version of set.descending()) {
    const reason = refused.get(version) ?? project.whyUnusable(version);
    if (reason === undefined || kinds.has(kindOf(reason))) continue;
    kinds.add(kindOf(reason));
    if (reasons.size === namedReasons) left++;
    else reasons.set(reason, project.version(version).toString());
  }
  if (reasons.size === 0) return "";
  const told =
    set.size === 1
      ? [...reasons.keys()].join()
      : [...reasons].map(([reason, version]) => `of ${version}: ${reason}`).join("; ");
  return ` (${told}${left > 0 ? `; and ${left} more reasons` : ""})`;
}

/** A reason without the names of files: each version has others. */
function kindOf(reason: string): string {
  return reason
    .split(" ")
    .filter((word) => !/\.(?:whl|tar\.gz|zip)[,:;]?$/.test(word))
    .join(" ");
}
