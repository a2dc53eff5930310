import { compareVersions, tryParseVersion } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import type { Turns } from "../../solver/turns.ts";
import type { FileRule } from "./choose-file.ts";
import { Listings } from "./listings.ts";
import type { Place, Places } from "./places.ts";
import { type Admission, type Found, Project } from "./project.ts";
import type { Release } from "./release.ts";
import type { DistributionFile, DistributionMetadata, PythonSource, Unavailable } from "./source.ts";

/** All that was loaded so far. It outlives attempts, so that another attempt waits for nothing that the first one loaded. */
export class Catalog<File extends DistributionFile> {
  readonly places: Places;
  /** Where all answers are at hand, one project leads to the next without a turn of the event loop: what takes a while takes its turn. */
  readonly turns: Turns;
  private readonly source: PythonSource<File>;
  private readonly chooser: FileRule;
  private readonly admission: (project: NormalizedName) => Admission;
  private readonly projects = new Map<NormalizedName, Project<File>>();
  private readonly projectLoads = new Map<NormalizedName, Promise<Project<File>>>();
  private readonly listings: Listings<File>;
  private readonly urls = new Map<string, Promise<Release<File> | Unavailable>>();
  private readonly metadatas = new Map<Release<File>, DistributionMetadata | Unavailable>();
  /** Those of which the source was asked whether their metadata is at hand: once is enough. */
  private readonly askedAtHand = new Set<Release<File>>();
  private readonly metadataLoads = new Map<Release<File>, Promise<void>>();
  /** So often the source was asked for metadata. */
  private metadataRequests = 0;

  constructor(
    source: PythonSource<File>,
    turns: Turns,
    chooser: FileRule,
    admission: (project: NormalizedName) => Admission,
    places: Places,
    listings = new Listings(source, turns),
  ) {
    this.source = source;
    this.turns = turns;
    this.listings = listings;
    this.chooser = chooser;
    this.admission = admission;
    this.places = places;
  }

  /** Asked of the source so far. */
  get requests(): { readonly projects: number; readonly metadata: number } {
    return { projects: this.listings.requests, metadata: this.metadataRequests };
  }

  /** The project, if it was loaded. */
  project(name: NormalizedName): Project<File> | undefined {
    return this.projects.get(name);
  }

  loadProject(name: NormalizedName): Promise<Project<File>> {
    let load = this.projectLoads.get(name);
    if (!load) {
      load = this.makeProject(name);
      // A load that nobody waits for in the end must not bring the process down.
      load.catch(() => {});
      this.projectLoads.set(name, load);
    }
    return load;
  }

  /** Forgets a project that is now to be had from more places. */
  forget(name: NormalizedName): void {
    this.projects.delete(name);
    this.projectLoads.delete(name);
  }

  metadata(project: Project<File>, version: number): DistributionMetadata | Unavailable | undefined {
    const release = project.releases[version]!;
    return release.installed ?? this.metadatas.get(release) ?? this.metadataAtHand(project, version);
  }

  private metadataAtHand(project: Project<File>, version: number): DistributionMetadata | Unavailable | undefined {
    const release = project.releases[version]!;
    if (this.source.known === undefined || this.askedAtHand.has(release)) return undefined;
    this.askedAtHand.add(release);
    const choice = project.choice(version);
    const known = "unusable" in choice ? undefined : this.source.known(choice.file, project.name);
    if (known === undefined) return undefined;
    this.metadataRequests++;
    this.metadatas.set(release, known);
    return known;
  }

  /** Whether its metadata is told without a wait. */
  wasAtHand(project: Project<File>, version: number): boolean {
    return this.metadata(project, version) !== undefined && !this.metadataLoads.has(project.releases[version]!);
  }

  loadMetadata(project: Project<File>, version: number): Promise<void> {
    if (this.metadata(project, version)) return loaded;
    const release = project.releases[version]!;
    let load = this.metadataLoads.get(release);
    if (!load) {
      load = this.fetchMetadata(project, version);
      load.catch(() => {});
      this.metadataLoads.set(release, load);
    }
    return load;
  }

  private async makeProject(name: NormalizedName): Promise<Project<File>> {
    const place = this.places.of(name);
    const { asksIndex, bound } = place;
    const urls = bound === undefined ? [...place.urls] : [bound];
    const loads = urls.map((url) => this.urlRelease(url, name));
    const installed = installedRelease<File>(place.installed);
    const listed = asksIndex ? await this.listings.of(name) : undefined;
    const found = await Promise.all(loads);
    const candidates = {
      listed: withInstalled(listed, installed),
      urls: urls.map((url, i) => ({ url, found: found[i]! })),
    };
    const made = new Project(name, candidates, this.chooser, this.admission(name), place);
    // Whoever forgot the project in the meantime wants another one.
    if (isUnchanged(place, asksIndex, urls)) this.projects.set(name, made);
    return made;
  }

  private urlRelease(url: string, name: NormalizedName): Promise<Release<File> | Unavailable> {
    const key = `${name} @ ${url}`;
    let release = this.urls.get(key);
    if (!release) this.urls.set(key, (release = this.readUrl(url, name)));
    return release;
  }

  private async readUrl(url: string, name: NormalizedName): Promise<Release<File> | Unavailable> {
    const metadata = await this.source.urlMetadata?.(url, name);
    if (metadata === undefined) return { unavailable: "direct URLs are not supported here" };
    if ("unavailable" in metadata) return metadata;
    const version = tryParseVersion(metadata.version);
    if (!version)
      return { unavailable: `what the URL leads to has no version, but ${JSON.stringify(metadata.version)}` };
    const release: Release<File> = { version, files: [], yanked: false, url };
    this.metadatas.set(release, metadata);
    return release;
  }

  private async fetchMetadata(project: Project<File>, version: number): Promise<void> {
    const choice = project.choice(version);
    if ("unusable" in choice) return;
    this.metadataRequests++;
    const metadata = await this.turns.take(() => this.source.metadata(choice.file, project.name));
    this.metadatas.set(project.releases[version]!, metadata);
  }
}

const loaded = Promise.resolve();

/** Whether nothing was learnt of the place while its project was loaded. */
function isUnchanged(place: Place, asksIndex: boolean, urls: readonly string[]): boolean {
  return place.asksIndex === asksIndex && (place.bound !== undefined || place.urls.length === urls.length);
}

function installedRelease<File extends DistributionFile>(
  installed: DistributionMetadata | undefined,
): Release<File> | undefined {
  const version = installed && tryParseVersion(installed.version);
  return version && { version, files: [], yanked: false, installed };
}

/** What is installed takes the place of the same release of the index. */
function withInstalled<File extends DistributionFile>(
  found: Found<File> | undefined,
  installed: Release<File> | undefined,
): Found<File> {
  if (installed === undefined) return found ?? { releases: [] };
  const releases = found && "releases" in found ? found.releases : [];
  const others = releases.filter(({ version }) => version.key !== installed.version.key);
  return { releases: [...others, installed].sort((a, b) => compareVersions(a.version, b.version)) };
}
