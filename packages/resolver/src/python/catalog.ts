import { tryParseVersion } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import type { FileChooser } from "./choose-file.ts";
import { type Admission, indexProject, Project } from "./project.ts";
import type { DistributionFile, DistributionMetadata, PythonSource, Unavailable } from "./source.ts";

/** All that was loaded so far. It outlives attempts, so that another attempt waits for nothing that the first one loaded. */
export class Catalog<File extends DistributionFile> {
  /** The URL that a project comes from, where a requirement gives one. */
  readonly urls: Map<NormalizedName, string>;
  /** Projects that need not be looked up as long as what is installed will do. */
  readonly installed: Map<NormalizedName, DistributionMetadata>;
  private readonly source: PythonSource<File>;
  private readonly chooser: FileChooser;
  private readonly admission: (project: NormalizedName) => Admission;
  private readonly projects = new Map<NormalizedName, Project<File>>();
  private readonly projectLoads = new Map<NormalizedName, Promise<Project<File>>>();
  private readonly metadatas = new Map<Project<File>, (DistributionMetadata | Unavailable | undefined)[]>();
  private readonly metadataLoads = new Map<Project<File>, (Promise<void> | undefined)[]>();
  /** Asked of the source so far. */
  readonly requests = { projects: 0, metadata: 0 };

  constructor(
    source: PythonSource<File>,
    chooser: FileChooser,
    admission: (project: NormalizedName) => Admission,
    fixed: {
      readonly urls: Map<NormalizedName, string>;
      readonly installed: Map<NormalizedName, DistributionMetadata>;
    },
  ) {
    this.source = source;
    this.chooser = chooser;
    this.admission = admission;
    this.urls = fixed.urls;
    this.installed = fixed.installed;
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

  /** Forgets a project that is now to be had from somewhere else. */
  forget(name: NormalizedName): void {
    this.projects.delete(name);
    this.projectLoads.delete(name);
  }

  metadata(project: Project<File>, version: number): DistributionMetadata | Unavailable | undefined {
    return project.releases[version]!.installed ?? this.metadatas.get(project)?.[version];
  }

  loadMetadata(project: Project<File>, version: number): Promise<void> {
    if (this.metadata(project, version)) return Promise.resolve();
    const loads = getOrMake(this.metadataLoads, project);
    let load = loads[version];
    if (!load) {
      load = this.fetchMetadata(project, version);
      load.catch(() => {});
      loads[version] = load;
    }
    return load;
  }

  /** Releases left out so far are admitted wherever nothing else satisfied a requirement. Returns whether there are any. */
  relax(prereleases: boolean): boolean {
    let changed = false;
    for (const project of this.projects.values()) changed = project.relax(prereleases) || changed;
    return changed;
  }

  private async makeProject(name: NormalizedName): Promise<Project<File>> {
    const url = this.urls.get(name);
    const installed = url === undefined ? this.installed.get(name) : undefined;
    const project = url !== undefined ? await this.urlProject(name, url) : this.installedProject(name, installed);
    const made = project ?? indexProject(name, await this.files(name), this.chooser, this.admission(name));
    // Whoever forgot the project in the meantime wants another one.
    if (this.urls.get(name) === url && (url !== undefined || this.installed.get(name) === installed))
      this.projects.set(name, made);
    return made;
  }

  private installedProject(
    name: NormalizedName,
    installed: DistributionMetadata | undefined,
  ): Project<File> | undefined {
    const version = installed && tryParseVersion(installed.version);
    if (!version) return undefined;
    const release = { version, files: [], yanked: false, installed };
    return new Project(name, { releases: [release] }, this.chooser, admitAll);
  }

  private async urlProject(name: NormalizedName, url: string): Promise<Project<File>> {
    const metadata = (await this.source.urlMetadata?.(url, name)) ?? {
      unavailable: "direct URLs are not supported here",
    };
    if ("unavailable" in metadata) return new Project(name, { missing: metadata.unavailable }, this.chooser, admitAll);
    const version = tryParseVersion(metadata.version);
    if (!version) {
      const missing = `what the URL leads to has no version, but ${JSON.stringify(metadata.version)}`;
      return new Project(name, { missing }, this.chooser, admitAll);
    }
    const release = { version, files: [], yanked: false, url };
    const project = new Project<File>(name, { releases: [release] }, this.chooser, admitAll);
    getOrMake(this.metadatas, project)[0] = metadata;
    return project;
  }

  private files(name: NormalizedName): ReturnType<PythonSource<File>["files"]> {
    this.requests.projects++;
    return this.source.files(name);
  }

  private async fetchMetadata(project: Project<File>, version: number): Promise<void> {
    const choice = project.choice(version);
    if ("unusable" in choice) return;
    this.requests.metadata++;
    getOrMake(this.metadatas, project)[version] = await this.source.metadata(choice.file, project.name);
  }
}

const admitAll: Admission = { prereleases: "all", pins: () => true };

function getOrMake<Key, Value>(map: Map<Key, Value[]>, key: Key): Value[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}
