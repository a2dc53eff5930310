import type { NormalizedName, Requirement } from "@murre/pep508";
import type { AsyncDependencyProvider, Dependencies, Dependency, Need, OpenVersions } from "../solver/provider.ts";
import { VersionSet } from "../solver/version-set.ts";
import type { Catalog } from "./candidates/catalog.ts";
import type { FileRule } from "./candidates/choose-file.ts";
import { toldOf } from "./explain/stated.ts";
import { type Outlook, Prefetcher } from "./prefetch.ts";
import { Needs, rootName } from "./needs.ts";
import { Priorities } from "./priorities.ts";
import { everywhere, type PlacedNeed, Proxies, type PythonPackage } from "./proxies.ts";
import type { ProviderObserver, PythonNeed, Rules } from "./provider-rules.ts";
import type { Sponsor, Sponsorship } from "./candidates/places.ts";
import { isPin, type Project } from "./candidates/project.ts";
import type { RequirementTable } from "./candidates/requirement-table.ts";
import type { DistributionFile } from "./candidates/source.ts";

/** Another attempt has to be made: what a project is was taken wrong. */
export class AttemptOutdated extends Error {
  override readonly name = "AttemptOutdated";
}

/** Another attempt has to be made, with proxies: something conflicts, so that it counts how. */
export class ConflictMet extends Error {
  override readonly name = "ConflictMet";
}

/**
 * Whether requirements with markers and extras have packages of their own (proxies). They decide between the ways out of a conflict, as in uv;
 * without a conflict they change nothing, and are not made.
 */
export type Way = "plain" | "plain-until-conflict" | "proxies";

/** One attempt to resolve: the provider of Python projects for the solver. */
export class PythonProvider<File extends DistributionFile> implements AsyncDependencyProvider, Outlook<File> {
  readonly packages: ReadonlyMap<string, PythonPackage>;
  private readonly ownNeeds: Needs<File>;
  private readonly catalog: Catalog<File>;
  private readonly rules: Rules;
  private readonly observer: ProviderObserver | undefined;
  private readonly priorities = new Priorities((name) => this.packages.get(name)?.project ?? (name as NormalizedName));
  private readonly prefetcher: Prefetcher<File>;
  private readonly sponsorships = new Map<string, Sponsorship>();
  /** Projects that a dependency named in this attempt. */
  private readonly met = new Set<NormalizedName>();
  /** Projects of which a version was chosen, or refused, in this attempt. */
  private readonly consulted = new Set<NormalizedName>();
  /** The versions that the solver holds open, as far as it got. */
  private openNow: OpenVersions | undefined;
  private readonly proxies: Proxies | undefined;
  private readonly way: Way;
  /** Whether a requirement was met for which there are proxies. */
  private hasMetProxied = false;

  constructor(
    catalog: Catalog<File>,
    table: RequirementTable,
    rules: Rules,
    chooser: FileRule,
    observer?: ProviderObserver,
    way: Way = "plain",
  ) {
    this.catalog = catalog;
    this.rules = rules;
    this.ownNeeds = new Needs(catalog, table, rules, chooser);
    this.packages = this.ownNeeds.packages;
    this.observer = observer;
    this.prefetcher = new Prefetcher(catalog, this);
    this.way = way;
    if (way === "proxies") this.proxies = new Proxies(this.ownNeeds.packages);
  }

  prioritize(name: string): number {
    const own = this.packages.get(name);
    // What is decided last finds its requirers decided.
    return own === undefined ? Number.MIN_SAFE_INTEGER : this.priorities.of(own.project);
  }

  conflicted(tried: string, affected: string, culprits: readonly string[]): void {
    if (this.way === "plain-until-conflict" && this.hasMetProxied) throw new ConflictMet("something conflicts");
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
    if (name !== project.name && this.proxies === undefined) {
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
    if (sponsorship !== undefined) return this.dependencyOnSponsor(sponsorship, version);
    const own = this.packages.get(name);
    if (own?.standsFor !== undefined)
      return { kind: "known", dependencies: this.sameVersion(own.standsFor, own.project, version) };
    const ownNeeds = this.ownNeeds.of(name, version);
    if (ownNeeds === undefined) return undefined;
    if (typeof ownNeeds === "string") return { kind: "unavailable", reason: ownNeeds };
    if (own?.role === undefined) this.observe(name, version, ownNeeds);
    const placed = this.placed(name, version, ownNeeds);
    const needs = placed.map(({ need }) => need);
    // A copy repeats what its original says.
    const settled = own?.role === undefined ? needs : [];
    for (const need of settled) this.settleOrigin(name, version, need);
    if (needs.some(({ project }) => !this.catalog.project(project))) return undefined;
    for (const need of settled) this.settlePin(name, version, need);
    const dependencies = [...this.ownProject(name, version)];
    for (const { need, where } of placed) {
      const { url } = need.requirement;
      const failed = url === undefined ? undefined : this.catalog.project(need.project)!.whyUrlFailed(url);
      if (failed !== undefined && name !== rootName)
        return { kind: "unavailable", reason: `it needs ${need.toString()}, which cannot be had: ${failed}` };
      dependencies.push(...this.dependenciesOf(need, where));
    }
    return { kind: "known", dependencies };
  }

  /** What a package needs, and where that counts: with proxies also what other extras of its project need for which its own ask. */
  private placed(name: string, version: number, ownNeeds: readonly PythonNeed[]): readonly PlacedNeed[] {
    return (
      this.proxies?.placed(this.packages.get(name), ownNeeds, (extra) => this.needs(extra, version)) ??
      ownNeeds.map((need) => ({ need, where: everywhere }))
    );
  }

  private sameVersion(names: readonly string[], project: NormalizedName, version: number): Dependency[] {
    this.priorities.meet(project, "pin");
    const requirement = `${project}==${this.catalog.project(project)!.version(version).toString()}`;
    return names.map((name) => ({ name, set: VersionSet.of(version), requirement }));
  }

  async load({ name, version, changed }: Need): Promise<void> {
    for (const [other, set] of changed())
      if (other !== name && this.packages.has(other)) this.prefetcher.expect(this.projectOf(other), set);
    const sponsorship = this.sponsorships.get(name);
    if (sponsorship !== undefined)
      return void (await this.catalog.loadProject(this.sponsor(sponsorship, version).project));
    if (name !== rootName) await this.catalog.loadMetadata(this.projectOf(name), version);
    const needs = this.ownNeeds.of(name, version);
    if (needs === undefined || typeof needs === "string") return;
    for (const need of needs) this.settleOrigin(name, version, need);
    const project = this.packages.get(name)?.project ?? name;
    this.prefetcher.follow(name === project ? [name] : [project, name], version);
    const loads = this.placed(name, version, needs).map(({ need }) => this.catalog.loadProject(need.project));
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
      this.observer.onVersion(project.name, project.version(version), files, [
        choice && "file" in choice ? choice.file.requiresPython : undefined,
        metadata && "requiresPython" in metadata ? metadata.requiresPython : undefined,
      ]);
    }
    this.observer.onNeeds(name, own?.extra, needs);
  }

  needs(name: string, version: number): readonly PythonNeed[] {
    const needs = this.ownNeeds.of(name, version);
    return needs === undefined || typeof needs === "string" ? [] : needs;
  }

  isDirect(project: NormalizedName): boolean {
    return this.rules.directOf.has(project);
  }

  open(name: string, version: number, project: Project<File>): VersionSet {
    const allowed = this.directlyAllowed(project);
    let open = this.openNow?.(project.name)?.intersect(allowed) ?? allowed;
    // The root's needs are the direct ones.
    if (name === rootName) return open;
    for (const { requirement } of this.ownNeeds.ofProject(name, version, project.name))
      open = open.intersect(this.allowed(project, requirement));
    return open;
  }

  /** The candidates of a project that are in the solution without anybody's asking. They are banned from the next attempt. */
  banUnfounded(versions: ReadonlyMap<string, number>): boolean {
    const founded = this.reachable(versions);
    const banned = new Set<NormalizedName>();
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
      banned.add(project.name);
    }
    // Not before: the project's extras and those that it is a sponsor of come after it.
    for (const name of banned) this.catalog.forget(name);
    return banned.size > 0;
  }

  /** The selected packages that the root leads to. */
  reachable(versions: ReadonlyMap<string, number>): ReadonlySet<string> {
    const reached = new Set<string>([rootName]);
    for (const name of reached) {
      const own = this.packages.get(name);
      if (own?.extra !== undefined) reached.add(own.project);
      // An extra that its own project asks for has no version of its own where there are proxies.
      const version = own === undefined ? 0 : (versions.get(name) ?? versions.get(own.project)!);
      for (const need of this.needs(name, version)) for (const other of need.names) reached.add(other);
    }
    return reached;
  }

  /** What was selected, without proxies: each package that the root leads to, and its version. */
  withoutProxies(versions: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    if (this.proxies === undefined) return versions;
    const plain = new Map<string, number>();
    for (const name of this.reachable(versions))
      if (name !== rootName) plain.set(name, versions.get(this.packages.get(name)!.project)!);
    return plain;
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
    if (own.role !== undefined || (own.extra !== undefined && this.proxies !== undefined)) return;
    if (own.extra !== undefined) {
      yield* this.sameVersion([this.ownNeeds.package(own.project, undefined)], own.project, version);
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
      const sponsor = this.sponsor(sponsorship, index);
      const left = open(sponsor.packageName);
      // Whoever was only met by an earlier attempt is none of those.
      if (left === undefined) continue;
      const wanted = this.projectOf(sponsor.packageName).withName(sponsor.candidate);
      if (left.size === 1 && left.equals(wanted)) return index;
      if (!left.isDisjointFrom(wanted)) possible ??= index;
    }
    return possible ?? set.lowest;
  }

  private sponsor({ project, candidate }: Sponsorship, index: number): Sponsor {
    return this.catalog.places.of(project).sponsorsOf(candidate)[index]!;
  }

  private dependencyOnSponsor(sponsorship: Sponsorship, index: number): Dependencies | undefined {
    const { packageName: name, project, extra, candidate } = this.sponsor(sponsorship, index);
    // An earlier attempt may have met it, and this one has not.
    this.met.add(project);
    const set = this.catalog.project(project)?.withName(candidate);
    if (set === undefined) return undefined;
    this.priorities.meet(project, "other");
    this.ownNeeds.package(project, extra);
    return { kind: "known", dependencies: [{ name, set, requirement: `${name} ${candidate}` }] };
  }

  private *dependenciesOf(need: PythonNeed, where: string): Generator<Dependency, void> {
    const { project: name, requirement } = need;
    const project = this.catalog.project(name)!;
    const { proxies } = this;
    const set = proxies === undefined ? this.allowed(project, requirement) : this.required(project, requirement);
    const isPinned = requirement.specifiers.specifiers.some(isPin);
    const { bound, urls } = project.place;
    this.met.add(name);
    // Which of several places it is to come from is seen when its requirers are decided.
    this.priorities.meet(name, bound !== undefined ? "url" : urls.length > 0 ? "last" : isPinned ? "pin" : "other");
    const constraints = this.rules.constraints.get(name) ?? [];
    const told = toldOf(need, constraints);
    if (proxies === undefined) {
      this.hasMetProxied ||=
        requirement.marker !== undefined || requirement.extras.length > 0 || constraints.length > 0;
      for (const asked of need.names) yield { name: asked, set, requirement: told };
      return;
    }
    const asked = (names: readonly string[], versions: VersionSet) =>
      names.map((other) => ({
        name: other,
        set: versions,
        requirement: told,
        ...(this.packages.get(other)!.role === "proxy" && { standsFor: name }),
      }));
    yield* asked(proxies.asked(name, requirement.extras, where), set);
    for (const { requirement: constraint } of constraints) {
      if (constraint.specifiers.specifiers.some(isPin)) this.priorities.meet(name, "pin");
      const names = proxies.asked(name, [], proxies.where(constraint, undefined, where));
      yield* asked(names, project.set(constraint.specifiers));
    }
  }

  /** What a requirement and the constraints leave of a project. */
  private allowed(project: Project<File>, requirement: Requirement): VersionSet {
    let set = this.required(project, requirement);
    for (const constraint of this.rules.constraints.get(project.name) ?? [])
      set = set.intersect(project.set(constraint.requirement.specifiers));
    return set;
  }

  private required(project: Project<File>, { url, specifiers }: Requirement): VersionSet {
    return url === undefined ? project.set(specifiers) : project.fromUrl(url);
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
    const own = this.packages.get(name)!;
    const requirer = this.projectOf(name).candidate(version);
    const sponsor = { packageName: name, project: own.project, extra: own.extra, candidate: requirer };
    const isNew = this.catalog.places.of(project).addSponsor(candidate, sponsor);
    if (isNew && this.consulted.has(project)) throw new AttemptOutdated(`${project} may be taken from ${candidate}`);
  }

  private outdate(project: NormalizedName, news: string): void {
    this.catalog.forget(project);
    // What was loaded ahead depends on the network's order, and must not decide.
    if (this.met.has(project)) throw new AttemptOutdated(`${project} ${news}`);
  }

  /** Of a package that the solver knows: its project was loaded before the solver heard of it. */
  private projectOf(name: string): Project<File> {
    return this.catalog.project(this.packages.get(name)!.project)!;
  }
}
