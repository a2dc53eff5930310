import type { NormalizedName } from "@murre/pep508";
import type { Catalog } from "./candidates/catalog.ts";
import type { FileRule } from "./candidates/choose-file.ts";
import type { Project } from "./candidates/project.ts";
import type { KnownRequirement, RequirementTable } from "./candidates/requirement-table.ts";
import type { DistributionFile } from "./candidates/source.ts";
import type { PythonNeed, Rules } from "./provider-rules.ts";
import { nameOf, type PythonPackage } from "./proxies.ts";

/** The name of the package that stands for the request; no project has it. */
export const rootName = "";

/** What the packages of one attempt need, in each version, by their metadata and the rules of the request. */
export class Needs<File extends DistributionFile> {
  readonly packages = new Map<string, PythonPackage>();
  private readonly catalog: Catalog<File>;
  private readonly table: RequirementTable;
  private readonly rules: Rules;
  private readonly chooser: FileRule;
  private readonly known = new Map<string, (readonly PythonNeed[] | string)[]>();
  /** Of those that are many, by project: each of them is asked for. */
  private readonly grouped = new WeakMap<readonly PythonNeed[], ReadonlyMap<NormalizedName, readonly PythonNeed[]>>();

  constructor(catalog: Catalog<File>, table: RequirementTable, rules: Rules, chooser: FileRule) {
    this.catalog = catalog;
    this.table = table;
    this.rules = rules;
    this.chooser = chooser;
  }

  /** What a version needs, or why it cannot be used; undefined when its metadata is not loaded. */
  of(name: string, version: number): readonly PythonNeed[] | string | undefined {
    let known = this.known.get(name);
    if (!known) this.known.set(name, (known = []));
    return (known[version] ??= this.readNeeds(name, version)!);
  }

  /** Of what a version needs, what it says of one project; nothing where it is not known, or cannot be used. */
  ofProject(name: string, version: number, project: NormalizedName): readonly PythonNeed[] {
    const needs = this.of(name, version);
    if (needs === undefined || typeof needs === "string") return [];
    if (needs.length <= fewNeeds) return needs.filter((need) => need.project === project);
    let found = this.grouped.get(needs);
    if (found === undefined) this.grouped.set(needs, (found = byProject(needs)));
    return found.get(project) ?? [];
  }

  private readNeeds(name: string, version: number): readonly PythonNeed[] | string | undefined {
    if (name === rootName) return this.toNeeds(this.rules.direct);
    const { project: own, extra } = this.packages.get(name)!;
    const project = this.catalog.project(own)!;
    const metadata = this.catalog.metadata(project, version);
    if (!metadata) return undefined;
    const refusal = this.chooser.whyRefused(metadata);
    if (refusal !== undefined || "unavailable" in metadata) return refusal;
    try {
      const needed = this.table.applicable(metadata.requiresDist, extra);
      return this.whyUrlRefused(needed, project, version) ?? this.toNeeds(needed);
    } catch (error) {
      return `its metadata cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What the request itself names by URL is allowed by that; what it replaces or leaves out is not looked at. */
  private whyUrlRefused(
    needed: readonly KnownRequirement[],
    project: Project<File>,
    version: number,
  ): string | undefined {
    for (const need of needed) {
      const { url, normalizedName: name } = need.requirement;
      if (url === undefined || this.rules.excludes.has(name) || this.rules.overrides.has(name)) continue;
      if (this.catalog.places.of(name).bound !== undefined) continue;
      const reason = this.rules.refusedUrl(url, project.name, project.origin(version));
      if (reason !== undefined) return `it needs ${need.toString()}, ${reason}`;
    }
    return undefined;
  }

  private toNeeds(requirements: readonly KnownRequirement[]): PythonNeed[] {
    const needs: PythonNeed[] = [];
    for (const known of requirements) {
      const name = known.requirement.normalizedName;
      if (this.rules.excludes.has(name)) continue;
      for (const chosen of this.rules.overrides.get(name) ?? [known]) {
        const { extras, normalizedName: project } = chosen.requirement;
        const names = [...extras.map((extra) => this.package(project, extra)), this.package(project, undefined)];
        needs.push({
          requirement: chosen.requirement,
          applies: true,
          declared: known.requirement,
          project,
          names,
          toString: () => chosen.toString(),
        });
      }
    }
    return needs;
  }

  package(project: NormalizedName, extra: NormalizedName | undefined): string {
    const name = nameOf(project, extra);
    if (!this.packages.has(name)) this.packages.set(name, { project, extra });
    return name;
  }
}

/** So many are gone through as fast as they are grouped. */
const fewNeeds = 8;

function byProject(needs: readonly PythonNeed[]): ReadonlyMap<NormalizedName, readonly PythonNeed[]> {
  const found = new Map<NormalizedName, PythonNeed[]>();
  for (const need of needs) {
    const others = found.get(need.project);
    if (others === undefined) found.set(need.project, [need]);
    else others.push(need);
  }
  return found;
}
