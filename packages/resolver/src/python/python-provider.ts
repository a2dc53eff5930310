import type { NormalizedName, Requirement } from "@murre/pep508";
import type { AsyncDependencyProvider, Dependencies, Dependency, Need, OpenVersions } from "../solver/provider.ts";
import { VersionSet } from "../solver/version-set.ts";
import type { Catalog } from "./candidates/catalog.ts";
import type { FileRule } from "./candidates/choose-file.ts";
import { toldOf } from "./explain/stated.ts";
import { type Outlook, Prefetcher } from "./prefetch.ts";
import { Priorities } from "./priorities.ts";
import type { ProviderObserver, PythonNeed, Rules } from "./provider-rules.ts";
import type { Sponsor } from "./candidates/places.ts";
import { isPin, type Project } from "./candidates/project.ts";
import type { KnownRequirement, RequirementTable } from "./candidates/requirement-table.ts";
import type { DistributionFile } from "./candidates/source.ts";

/** The name of the package that stands for the request; no project has it. */
export const rootName = "";

/** A package of the solver: a project, or one of its extras, which needs the project in the same version. */
export interface PythonPackage {
  readonly project: NormalizedName;
  readonly extra: NormalizedName | undefined;
}

/**
 * One more kind of package: a conditional candidate needs it, and each of its versions needs one of the distributions that ask for the
 * candidate. So the candidate is selected where one of those is, and a conflict with all of them is a proof like any other.
 */
interface Sponsorship {
  readonly project: NormalizedName;
  readonly candidate: string;
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
  private readonly chooser: FileRule;
  private readonly observer: ProviderObserver | undefined;
  private readonly priorities = new Priorities((name) => this.packages.get(name)?.project ?? (name as NormalizedName));
  private readonly prefetcher: Prefetcher<File>;
  private readonly known = new Map<string, (readonly PythonNeed[] | string)[]>();
  private readonly sponsorships = new Map<string, Sponsorship>();
  /** Projects that a dependency named in this attempt. */
  private readonly met = new Set<NormalizedName>();
  /** Projects of which a version was chosen, or refused, in this attempt. */
  private readonly consulted = new Set<NormalizedName>();
  /** The versions that the solver holds open, as far as it got. */
  private openNow: OpenVersions | undefined;

  constructor(
    catalog: Catalog<File>,
    table: RequirementTable,
    rules: Rules,
    chooser: FileRule,
    observer?: ProviderObserver,
  ) {
    this.catalog = catalog;
    this.table = table;
    this.rules = rules;
    this.chooser = chooser;
    this.observer = observer;
    this.prefetcher = new Prefetcher(catalog, this);
  }

  prioritize(name: string): number {
    const own = this.packages.get(name);
    // What is decided last finds its requirers decided.
    return own === undefined ? Number.MIN_SAFE_INTEGER : this.priorities.of(own.project);
  }

  conflicted(tried: string, affected: string, culprits: readonly string[]): void {
    this.priorities.conflicted(tried, affected, culprits);
  }

  reconsider(): readonly string[] {
    return this.priorities.reconsider();
  }

  chooseVersion(name: string, set: VersionSet, open: OpenVersions): number | undefined {
    const sponsorship = this.sponsorships.get(name);
    if (sponsorship !== undefined) return this.chooseSponsor(sponsorship, set, open);
    const project = this.projectOf(name);
    this.consulted.add(project.name);
    this.openNow = open;
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
    const { preferences, taken, order } = this.rules;
    const preferred = project.preferred(set, preferences(project.name));
    const other = preferred ?? project.preferred(set, taken(project.name), "without need");
    return other ?? project.first(set, order(project.name));
  }

  getDependencies(name: string, version: number): Dependencies | undefined {
    const sponsorship = this.sponsorships.get(name);
    if (sponsorship !== undefined) return { kind: "known", dependencies: [this.sponsor(sponsorship, version)] };
    const needs = this.needsOf(name, version);
    if (needs === undefined) return undefined;
    if (typeof needs === "string") return { kind: "unavailable", reason: needs };
    this.observe(name, version, needs);
    for (const need of needs) this.settleOrigin(name, version, need);
    if (needs.some(({ project }) => !this.catalog.project(project))) return undefined;
    for (const need of needs) this.settlePin(name, version, need);
    const dependencies = [...this.ownProject(name, version)];
    for (const need of needs) {
      const { url } = need.requirement;
      const failed = url === undefined ? undefined : this.catalog.project(need.project)!.whyUrlFailed(url);
      if (failed !== undefined && name !== rootName)
        return { kind: "unavailable", reason: `it needs ${need.toString()}, which cannot be had: ${failed}` };
      dependencies.push(...this.dependenciesOf(need));
    }
    return { kind: "known", dependencies };
  }

  async load({ name, version, changed }: Need): Promise<void> {
    for (const [other, set] of changed())
      if (other !== name && this.packages.has(other)) this.prefetcher.expect(this.projectOf(other), set);
    if (name !== rootName) await this.catalog.loadMetadata(this.projectOf(name), version);
    const needs = this.needsOf(name, version);
    if (needs === undefined || typeof needs === "string") return;
    for (const need of needs) this.settleOrigin(name, version, need);
    const project = this.packages.get(name)?.project ?? name;
    this.prefetcher.follow(name === project ? [name] : [project, name], version);
    const loads = needs.map(({ project }) => this.catalog.loadProject(project));
    // One after the other: of several errors the same one is reported whichever came first.
    for (const load of loads) await load;
  }

  private observe(name: string, version: number, needs: readonly PythonNeed[]): void {
    if (this.observer === undefined) return;
    const own = this.packages.get(name);
    if (own !== undefined) {
      const project = this.projectOf(name);
      const { files } = project.releases[version]!;
      const choice = files.length > 0 && project.choice(version);
      const metadata = this.catalog.metadata(project, version);
      this.observer.onVersion(project.name, files, [
        choice && "file" in choice ? choice.file.requiresPython : undefined,
        metadata && "requiresPython" in metadata ? metadata.requiresPython : undefined,
      ]);
    }
    this.observer.onNeeds(name, own?.extra, needs);
  }

  needs(name: string, version: number): readonly PythonNeed[] {
    const needs = this.needsOf(name, version);
    return needs === undefined || typeof needs === "string" ? [] : needs;
  }

  isDirect(project: NormalizedName): boolean {
    return this.rules.directOf.has(project);
  }

  open(name: string, version: number, project: Project<File>): VersionSet {
    const allowed = this.directlyAllowed(project);
    let open = this.openNow?.(project.name)?.intersect(allowed) ?? allowed;
    // The root's needs are the direct ones, and are many.
    if (name === rootName) return open;
    for (const need of this.needs(name, version))
      if (need.project === project.name) open = open.intersect(this.allowed(project, need.requirement));
    return open;
  }

  /** The candidates of a project that are in the solution without anybody's asking. They are banned from the next attempt. */
  banUnfounded(versions: ReadonlyMap<string, number>): boolean {
    const founded = this.reachable(versions);
    let changed = false;
    for (const [name, version] of versions) {
      const own = this.packages.get(name);
      if (own === undefined || !founded.has(name)) continue;
      const project = this.projectOf(name);
      if (!project.isConditional(version)) continue;
      const candidate = project.candidate(version);
      const isAsked = project.place
        .sponsorsOf(candidate)
        .some((sponsor) => founded.has(sponsor.packageName) && this.isSelected(sponsor, versions));
      if (isAsked) continue;
      project.place.banned.add(candidate);
      this.catalog.forget(project.name);
      changed = true;
    }
    return changed;
  }

  /** The selected packages that the root leads to. */
  reachable(versions: ReadonlyMap<string, number>): ReadonlySet<string> {
    const reached = new Set<string>([rootName]);
    for (const name of reached) {
      const own = this.packages.get(name);
      if (own?.extra !== undefined) reached.add(own.project);
      for (const need of this.needs(name, name === rootName ? 0 : versions.get(name)!))
        for (const other of need.names) reached.add(other);
    }
    return reached;
  }

  private isSelected({ packageName, candidate }: Sponsor, versions: ReadonlyMap<string, number>): boolean {
    const version = versions.get(packageName);
    return version !== undefined && this.projectOf(packageName).candidate(version) === candidate;
  }

  /** An extra needs its own project in the same version; a candidate on a condition needs what asks for it. */
  private *ownProject(name: string, version: number): Generator<Dependency, void> {
    const own = this.packages.get(name);
    if (own === undefined) return;
    const project = this.projectOf(name);
    if (own.extra !== undefined) {
      this.package(own.project, undefined);
      this.priorities.meet(own.project, "pin");
      const requirement = `${own.project}==${project.versions[version]!.toString()}`;
      yield { name: own.project, set: VersionSet.of(version), requirement };
    } else if (project.isConditional(version)) {
      const candidate = project.candidate(version);
      const sponsorship = `${own.project} by ${candidate}`;
      this.sponsorships.set(sponsorship, { project: own.project, candidate });
      const set = VersionSet.range(0, project.place.sponsorsOf(candidate).length);
      yield { name: sponsorship, set, requirement: `what asks for ${own.project} from there` };
    }
  }

  /** A requirer that is selected already, else one that may be. */
  private chooseSponsor(sponsorship: Sponsorship, set: VersionSet, open: OpenVersions): number | undefined {
    let possible: number | undefined;
    for (const index of set.ascending()) {
      const { name, set: wanted } = this.sponsor(sponsorship, index);
      const left = open(name);
      if (left?.size === 1 && left.equals(wanted)) return index;
      if (left !== undefined && !left.isDisjointFrom(wanted)) possible ??= index;
    }
    return possible ?? set.lowest;
  }

  private sponsor({ project, candidate }: Sponsorship, index: number): Dependency {
    const { packageName, candidate: requirer } = this.catalog.places.of(project).sponsorsOf(candidate)[index]!;
    const own = this.projectOf(packageName);
    const version = own.withName(requirer);
    const set = version === undefined ? VersionSet.empty : VersionSet.of(version);
    return { name: packageName, set, requirement: `${packageName} ${requirer}` };
  }

  private *dependenciesOf(need: PythonNeed): Generator<Dependency, void> {
    const { project: name, requirement } = need;
    const project = this.catalog.project(name)!;
    const set = this.allowed(project, requirement);
    const isPinned = requirement.specifiers.specifiers.some(isPin);
    const { bound, urls } = project.place;
    this.met.add(name);
    // Which of several places it is to come from is seen when its requirers are decided.
    this.priorities.meet(name, bound !== undefined ? "url" : urls.length > 0 ? "last" : isPinned ? "pin" : "other");
    const told = toldOf(need, this.rules.constraints.get(name));
    for (const asked of need.names) yield { name: asked, set, requirement: told };
  }

  /** What a requirement and the constraints leave of a project. */
  private allowed(project: Project<File>, requirement: Requirement): VersionSet {
    const { url } = requirement;
    let set = url === undefined ? project.set(requirement.specifiers) : project.fromUrl(url);
    for (const constraint of this.rules.constraints.get(project.name) ?? [])
      set = set.intersect(project.set(constraint.requirement.specifiers));
    return set;
  }

  private directlyAllowed(project: Project<File>): VersionSet {
    let set = VersionSet.range(0, project.releases.length);
    for (const { requirement } of this.rules.directOf.get(project.name) ?? [])
      set = set.intersect(this.allowed(project, requirement));
    return set;
  }

  /**
   * Where a needed project can come from may first turn out here: a dependency names a URL, or what is installed does not do.
   * @throws {AttemptOutdated} where the project was taken to have fewer candidates.
   */
  private settleOrigin(name: string, version: number, need: PythonNeed): void {
    const { project, requirement } = need;
    const place = this.catalog.places.of(project);
    if (place.bound !== undefined) return;
    if (requirement.url !== undefined) {
      this.addSponsor(name, version, project, `@${requirement.url}`);
      if (place.addUrl(requirement.url)) this.outdate(project, "has one more URL");
    } else if (!place.satisfies(requirement) && place.wantIndex()) this.outdate(project, "has to be looked up");
  }

  /** A yanked release may be taken where something pins it (PEP 592). @throws {AttemptOutdated} */
  private settlePin(name: string, version: number, { project: needed, requirement }: PythonNeed): void {
    if (name === rootName || !requirement.specifiers.specifiers.some(isPin)) return;
    const project = this.catalog.project(needed)!;
    for (const i of project.set(requirement.specifiers).ascending())
      if (project.releases[i]!.yanked && project.isConditional(i))
        this.addSponsor(name, version, needed, project.candidate(i));
  }

  private addSponsor(name: string, version: number, project: NormalizedName, candidate: string): void {
    const sponsor = { packageName: name, candidate: this.projectOf(name).candidate(version) };
    const isNew = this.catalog.places.of(project).addSponsor(candidate, sponsor);
    if (isNew && this.consulted.has(project)) throw new AttemptOutdated(`${project} may be taken from ${candidate}`);
  }

  private outdate(project: NormalizedName, news: string): void {
    this.catalog.forget(project);
    // What was loaded ahead depends on the network's order, and must not decide.
    if (this.met.has(project)) throw new AttemptOutdated(`${project} ${news}`);
  }

  /** What a version needs, or why it cannot be used; undefined when its metadata is not loaded. */
  private needsOf(name: string, version: number): readonly PythonNeed[] | string | undefined {
    let known = this.known.get(name);
    if (!known) this.known.set(name, (known = []));
    return (known[version] ??= this.readNeeds(name, version)!);
  }

  private readNeeds(name: string, version: number): readonly PythonNeed[] | string | undefined {
    if (name === rootName) return this.toNeeds(this.rules.direct);
    const { extra } = this.packages.get(name)!;
    const project = this.projectOf(name);
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
