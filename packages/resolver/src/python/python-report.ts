import type { DerivationTree } from "../derivation-tree.ts";
import { report } from "../report.ts";
import type { VersionSet } from "../version-set.ts";
import type { Catalog } from "./catalog.ts";
import type { Project } from "./project.ts";
import { type PythonPackage, rootName } from "./python-provider.ts";
import type { DistributionFile } from "./source.ts";

/** So many separate runs of versions are named before a set is only described by its ends. */
const namedRuns = 3;

/** The proof that there is no solution, in sentences about projects and versions. */
export function explainNoSolution<File extends DistributionFile>(
  tree: DerivationTree,
  catalog: Catalog<File>,
  packages: ReadonlyMap<string, PythonPackage>,
): string {
  const projectOf = (name: string) => {
    const own = packages.get(name);
    return own && catalog.project(own.project);
  };
  return report(tree, {
    root: "your requirements",
    isRoot: (name) => name === rootName,
    versions: (name, set) => describeVersions(name, set, projectOf(name)),
    noVersions: (name, set) => describeAbsence(name, set, projectOf(name)),
  });
}

/** `foo>=1.0,<2.0`, with versions that exist; the name alone for all of several versions. */
export function describeVersions<File extends DistributionFile>(
  name: string,
  set: VersionSet,
  project: Project<File> | undefined,
): string {
  const versions = project?.versions ?? [];
  if (set.isEmpty || (set.size === versions.length && set.size > 1)) return name;
  const { bounds } = set;
  const runs = bounds.length / 2;
  const shown = runs <= namedRuns ? bounds : [bounds[0]!, bounds.at(-1)!];
  const parts: string[] = [];
  for (let i = 0; i < shown.length; i += 2) parts.push(describeRun(shown[i]!, shown[i + 1]!, versions));
  return `${name}${parts.join(" | ")}${runs <= namedRuns ? "" : ` (${set.size} versions)`}`;
}

function describeRun(from: number, to: number, versions: readonly { toString(): string }[]): string {
  if (to === from + 1) return `==${versions[from]!.toString()}`;
  const lower = from === 0 ? "" : `>=${versions[from]!.toString()}`;
  const upper = to === versions.length ? "" : `<${versions[to]!.toString()}`;
  return lower === "" || upper === "" ? `${lower}${upper}` : `${lower},${upper}`;
}

function describeAbsence<File extends DistributionFile>(
  name: string,
  set: VersionSet,
  project: Project<File> | undefined,
): string {
  if (project?.missing !== undefined) return `${project.name} cannot be had: ${project.missing}`;
  if (set.isEmpty) return `there is no such version of ${name}`;
  const highest = set.highest!;
  const choice = project?.choice(highest);
  const reason =
    choice && "unusable" in choice ? ` (of ${project!.versions[highest]!.toString()}: ${choice.unusable})` : "";
  return `${describeVersions(name, set, project)} cannot be used${reason}`;
}
