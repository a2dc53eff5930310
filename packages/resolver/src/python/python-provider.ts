import type { NormalizedName, Requirement } from "@murre/pep508";
import type { AsyncDependencyProvider, Dependencies, Dependency, Need, OpenVersions } from "../provider.ts";
import { VersionSet } from "../version-set.ts";
import type { Catalog } from "./catalog.ts";
import type { FileChooser } from "./choose-file.ts";
import { type Outlook, Prefetcher } from "./prefetch.ts";
import { Priorities } from "./priorities.ts";
import { isPin, type Project } from "./project.ts";
import type { KnownRequirement, RequirementTable } from "./requirement-table.ts";
import type { DistributionFile } from "./source.ts";

/** The name of the package that stands for the request; no project has it. */
export const rootName = "";

/** A package of the solver: a project, or one of its extras, which needs the project in the same version. */
export interface PythonPackage {
  readonly project: NormalizedName;
  readonly extra: NormalizedName | undefined;
}

/** What is asked for, ready for the solver. */
export interface Rules {
  readonly direct: readonly KnownRequirement[];
  readonly constraints: ReadonlyMap<NormalizedName, readonly KnownRequirement[]>;
  readonly overrides: ReadonlyMap<NormalizedName, readonly KnownRequirement[]>;
  readonly excludes: ReadonlySet<NormalizedName>;
  readonly followsDependencies: boolean;
  /** Which end of its open versions a project is tried from. */
  order(project: NormalizedName): "highest" | "lowest";
  /** The version to take wherever it is open. */
  preference(project: NormalizedName): string | undefined;
}

interface PythonNeed extends KnownRequirement {
  readonly project: NormalizedName;
  /** The packages that it asks for: the extras, then the project itself. */
  readonly names: readonly string[];
}

/** Another attempt has to be made: what a project is was taken wrong. */
export class AttemptOutdated extends Error {
  override readonly name = "AttemptOutdated";
}

/** One attempt to resolve: the provider of Python projects for the solver. */
export class PythonProvider<File extends DistributionFile> implements AsyncDependencyProvider, Outlook<File> {
  readonly packages = new Map<string, PythonPackage>();
  private readonly catalog: Catalog<File>;
  private readonly table: RequirementTable;
  private readonly rules: Rules;
  private readonly chooser: FileChooser;
  private readonly priorities = new Priorities((name) => this.packages.get(name)?.project ?? (name as NormalizedName));
  private readonly prefetcher: Prefetcher<File>;
  private readonly known = new Map<string, (readonly PythonNeed[] | string)[]>();

  constructor(catalog: Catalog<File>, table: RequirementTable, rules: Rules, chooser: FileChooser) {
    this.catalog = catalog;
    this.table = table;
    this.rules = rules;
    this.chooser = chooser;
    this.prefetcher = new Prefetcher(catalog, this, rules.followsDependencies);
  }

  prioritize(name: string): number {
    return this.priorities.of(this.packages.get(name)!.project);
  }

  conflicted(affected: string, culprits: readonly string[]): void {
    this.priorities.conflicted(affected, culprits);
  }

  reconsider(): readonly string[] {
    return this.priorities.reconsider();
  }

  chooseVersion(name: string, set: VersionSet, open: OpenVersions): number | undefined {
    const project = this.projectOf(name);
    if (name !== project.name) {
      // An extra needs its project in the same version: any other than those still open there would be refused.
      const version = this.likely(project, set.intersect(open(project.name) ?? set));
      if (version !== undefined) return version;
    }
    const version = this.likely(project, set);
    if (version !== undefined && name === project.name)
      this.prefetcher.trying(project, version, set, () => this.directlyAllowed(project));
    return version;
  }

  likely(project: Project<File>, set: VersionSet): number | undefined {
    const preferred = this.rules.preference(project.name);
    if (preferred !== undefined) {
      const version = project.indexOf(preferred);
      if (version !== undefined && set.has(version) && project.isUsable(version)) return version;
    }
    return project.first(set, this.rules.order(project.name));
  }

  getDependencies(name: string, version: number): Dependencies | undefined {
    const needs = this.needsOf(name, version);
    if (needs === undefined) return undefined;
    if (typeof needs === "string") return { kind: "unavailable", reason: needs };
    for (const need of needs) this.settleOrigin(need);
    if (needs.some(({ project }) => !this.catalog.project(project))) return undefined;
    const dependencies = [...this.ownProject(name, version)];
    for (const need of needs) dependencies.push(...this.dependenciesOf(need));
    return { kind: "known", dependencies };
  }

  async load({ name, version, undecided }: Need): Promise<void> {
    for (const [other, set] of undecided())
      if (other !== name && this.packages.has(other)) this.prefetcher.expect(this.projectOf(other), set);
    if (name !== rootName && this.rules.followsDependencies)
      await this.catalog.loadMetadata(this.projectOf(name), version);
    const needs = this.needsOf(name, version);
    if (needs === undefined || typeof needs === "string") return;
    for (const need of needs) this.settleOrigin(need);
    this.prefetcher.follow(name, version);
    const loads = needs.map(({ project }) => this.catalog.loadProject(project));
    // One after the other: of several errors the same one is reported whichever came first.
    for (const load of loads) await load;
  }

  needs(name: string, version: number): readonly PythonNeed[] {
    const needs = this.needsOf(name, version);
    return needs === undefined || typeof needs === "string" ? [] : needs;
  }

  open(name: string, version: number, project: Project<File>): VersionSet {
    let open = this.directlyAllowed(project);
    for (const need of this.needs(name, version))
      if (need.project === project.name) open = open.intersect(this.allowed(project, need.requirement));
    return open;
  }

  /** An extra needs its own project in the same version. */
  private *ownProject(name: string, version: number): Generator<Dependency, void> {
    const own = this.packages.get(name);
    if (own?.extra === undefined) return;
    this.package(own.project, undefined);
    this.priorities.meet(own.project, "pin");
    const requirement = `${own.project}==${this.projectOf(name).versions[version]!.toString()}`;
    yield { name: own.project, set: VersionSet.of(version), requirement };
  }

  private *dependenciesOf(need: PythonNeed): Generator<Dependency, void> {
    const { project: name, requirement } = need;
    const project = this.catalog.project(name)!;
    project.require(requirement.specifiers);
    const set = this.allowed(project, requirement);
    const isPinned = requirement.specifiers.specifiers.some(isPin);
    this.priorities.meet(name, this.catalog.urls.has(name) ? "url" : isPinned ? "pin" : "other");
    const constraints = this.rules.constraints.get(name);
    const told = constraints ? `${need.toString()} (constrained by ${constraints.join(", ")})` : need;
    for (const asked of need.names) yield { name: asked, set, requirement: told };
  }

  /** What a requirement and the constraints leave of a project. */
  private allowed(project: Project<File>, requirement: Requirement): VersionSet {
    const { url } = requirement;
    if (url !== undefined && url !== this.catalog.urls.get(project.name)) return VersionSet.empty;
    let set = project.set(requirement.specifiers);
    for (const constraint of this.rules.constraints.get(project.name) ?? [])
      set = set.intersect(project.set(constraint.requirement.specifiers));
    return set;
  }

  private directlyAllowed(project: Project<File>): VersionSet {
    let set = VersionSet.range(0, project.releases.length);
    for (const { requirement } of this.rules.direct)
      if (requirement.normalizedName === project.name) set = set.intersect(this.allowed(project, requirement));
    return set;
  }

  /**
   * Where a needed project comes from may first turn out here: a dependency with a URL binds its project to that URL, and a
   * requirement that the installed version does not satisfy means that the index has to be asked.
   * @throws {AttemptOutdated}
   */
  private settleOrigin({ project, requirement: { url, specifiers } }: PythonNeed): void {
    const { urls, installed } = this.catalog;
    if (url !== undefined && !urls.has(project)) urls.set(project, url);
    else if (urls.has(project) || !installed.has(project)) return;
    else if (specifiers.contains(installed.get(project)!.version)) return;
    installed.delete(project);
    this.catalog.forget(project);
    throw new AttemptOutdated(`${project} has to be looked up elsewhere`);
  }

  /** What a version needs, or why it cannot be used; undefined when its metadata is not loaded. */
  private needsOf(name: string, version: number): readonly PythonNeed[] | string | undefined {
    let known = this.known.get(name);
    if (!known) this.known.set(name, (known = []));
    return (known[version] ??= this.readNeeds(name, version)!);
  }

  private readNeeds(name: string, version: number): readonly PythonNeed[] | string | undefined {
    if (name === rootName) return this.toNeeds(this.rules.direct);
    if (!this.rules.followsDependencies) return [];
    const { extra } = this.packages.get(name)!;
    const project = this.projectOf(name);
    const metadata = this.catalog.metadata(project, version);
    if (!metadata) return undefined;
    if ("unavailable" in metadata) return metadata.unavailable;
    if (!this.chooser.acceptsPython(metadata.requiresPython)) return `it requires Python ${metadata.requiresPython}`;
    try {
      return this.toNeeds(this.table.applicable(metadata.requiresDist, extra));
    } catch (error) {
      return `its metadata cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    }
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
          project,
          names,
          toString: () => chosen.toString(),
        });
      }
    }
    return needs;
  }

  private package(project: NormalizedName, extra: NormalizedName | undefined): string {
    const name = extra === undefined ? project : `${project}[${extra}]`;
    if (!this.packages.has(name)) this.packages.set(name, { project, extra });
    return name;
  }

  /** Of a package that the solver knows: its project was loaded before the solver heard of it. */
  private projectOf(name: string): Project<File> {
    return this.catalog.project(this.packages.get(name)!.project)!;
  }
}
