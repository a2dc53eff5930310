import type { NormalizedName } from "@murre/pep508";
import type { VersionSet } from "../solver/version-set.ts";
import type { Catalog } from "./candidates/catalog.ts";
import type { Project } from "./candidates/project.ts";
import type { DistributionFile } from "./candidates/source.ts";

/** What the prefetcher asks the provider; all answers are guesses that only decide what is loaded early. */
export interface Outlook<File extends DistributionFile> {
  /** The version that would be taken out of the set now. */
  likely(project: Project<File>, set: VersionSet): number | undefined;
  /** What that version of the package needs, as far as it is known. */
  needs(
    name: string,
    version: number,
  ): Iterable<{
    readonly project: NormalizedName;
    readonly names: readonly string[];
    readonly requirement: { readonly url?: string | undefined };
  }>;
  /** What the request, the selected versions and the requirements of the package's version leave of the project. */
  open(name: string, version: number, project: Project<File>): VersionSet;
  /** Whether the request names the project. */
  isDirect(project: NormalizedName): boolean;
}

/** After so many versions of a project were tried, a batch is loaded ahead; later whenever two fifths of the last are used up. */
const firstBatches = [5, 10, 20];

/** How far to load ahead: as many versions as were tried, then 50, then an eighth of the tried ones: that bounds the waste. */
function batchSize(tried: number): number {
  return Math.min(tried, Math.max(50, Math.floor(tried / 8)));
}

/** Loads what the solver will probably ask for. It never decides anything, so that the solution does not depend on it. */
export class Prefetcher<File extends DistributionFile> {
  private readonly catalog: Catalog<File>;
  private readonly outlook: Outlook<File>;
  private readonly followed = new Set<string>();
  private readonly tried = new Map<Project<File>, Set<number>>();
  private readonly lastBatch = new Map<Project<File>, number>();

  constructor(catalog: Catalog<File>, outlook: Outlook<File>) {
    this.catalog = catalog;
    this.outlook = outlook;
  }

  /** Loads metadata of the likely version of a package that will have to be decided. */
  expect(project: Project<File>, set: VersionSet): void {
    const version = this.outlook.likely(project, set);
    if (version !== undefined) this.loadQuietly(project, version);
  }

  /**
   * Goes down the dependencies of a version of packages of one project, taking everywhere the likely version; each package once. A version
   * that is going to be refused is not gone down: of what it needs nothing may be needed.
   */
  follow(packages: readonly string[], version: number): void {
    if (packages.every((name) => this.mayStand(name, version)))
      for (const name of packages) this.followNeeds(name, version);
  }

  /** Whether what the version needs leaves something of all projects that are loaded. */
  private mayStand(name: string, version: number): boolean {
    for (const { project, requirement } of this.outlook.needs(name, version)) {
      const needed = requirement.url === undefined ? this.catalog.project(project) : undefined;
      if (needed !== undefined && this.outlook.open(name, version, needed).isEmpty) return false;
    }
    return true;
  }

  private followNeeds(name: string, version: number): void {
    for (const need of this.outlook.needs(name, version)) {
      // A project that a URL is given for need not be one of the index.
      if (need.requirement.url !== undefined) continue;
      const names = need.names.filter((other) => !this.followed.has(other));
      for (const other of names) this.followed.add(other);
      if (names.length > 0) void this.followProject(name, version, need.project, names);
    }
  }

  private async followProject(
    name: string,
    version: number,
    projectName: NormalizedName,
    names: readonly string[],
  ): Promise<void> {
    try {
      const project = await this.catalog.loadProject(projectName);
      const { turns } = this.catalog;
      const likely = await turns.take(() => this.loadLikely(project, this.outlook.open(name, version, project)));
      if (likely === undefined) return;
      await turns.take(() => this.loadDirect(names, likely));
      await turns.take(() => this.follow(names, likely));
    } catch {
      // It was a guess: whoever really needs it will meet the error.
    }
  }

  private async loadLikely(project: Project<File>, set: VersionSet): Promise<number | undefined> {
    const likely = this.outlook.likely(project, set);
    if (likely !== undefined) await this.loadMetadata(project, likely);
    return likely;
  }

  /** What the request names is loaded anyway, and says most often whether a guess was right. */
  private async loadDirect(names: readonly string[], version: number): Promise<void> {
    for (const name of names)
      for (const need of this.outlook.needs(name, version))
        if (this.outlook.isDirect(need.project)) await this.catalog.loadProject(need.project);
  }

  /** An error is met again by whoever really needs the metadata. */
  private loadQuietly(project: Project<File>, version: number): void {
    if (this.catalog.metadata(project, version) !== undefined) return;
    this.loadMetadata(project, version).catch(() => {});
  }

  /** Only metadata that is cheap to have: that of an sdist may have to be built. */
  private async loadMetadata(project: Project<File>, version: number): Promise<void> {
    if (!project.isSdist(version)) await this.catalog.loadMetadata(project, version);
  }

  /**
   * A version is about to be tried. Deep backtracking goes down a project's versions one by one, and each would cost a round
   * trip: after some tries the versions that come next are loaded together. First those still open; then, for a project
   * that another one pins step by step (botocore, which boto3 pins), the ones below.
   */
  trying(project: Project<File>, version: number, open: VersionSet, possible: () => VersionSet): void {
    let tried = this.tried.get(project);
    if (!tried) this.tried.set(project, (tried = new Set()));
    const before = tried.size;
    tried.add(version);
    // Nobody has waited for it, so that nobody will wait for what comes next, as far as can be told.
    if (this.catalog.wasAtHand(project, version)) return;
    if (!isBatchDue(before, this.lastBatch.get(project) ?? 0)) return;
    this.lastBatch.set(project, before);
    let left = batchSize(before);
    const seen = new Set<number>([version]);
    let lowest = version;
    for (const candidate of candidates(open, possible, () => lowest)) {
      if (left === 0) return;
      lowest = Math.min(lowest, candidate);
      if (seen.has(candidate) || !project.isAsGood(candidate, version) || !project.isUsable(candidate)) continue;
      seen.add(candidate);
      left--;
      this.loadQuietly(project, candidate);
    }
  }
}

function* candidates(open: VersionSet, possible: () => VersionSet, lowest: () => number): Generator<number, void> {
  yield* open.descending();
  const limit = lowest();
  for (const version of possible().descending()) if (version < limit) yield version;
}

function isBatchDue(tried: number, last: number): boolean {
  return (
    firstBatches.some((limit) => tried >= limit && last < limit) || tried - last >= Math.max(20, batchSize(last) * 0.4)
  );
}
