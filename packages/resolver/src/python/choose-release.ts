import type { SpecifierSet } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { Turns } from "../solver/turns.ts";
import { VersionSet } from "../solver/version-set.ts";
import { admissionOf, prereleaseMode, type PrereleaseModes } from "./candidates/admission.ts";
import { Catalog } from "./candidates/catalog.ts";
import { type AllowedFormats, FileChooser, type ResolutionTarget } from "./candidates/choose-file.ts";
import { Places } from "./candidates/places.ts";
import { isPin, type Project } from "./candidates/project.ts";
import { describeAbsence } from "./explain/describe-versions.ts";
import type { DistributionFile, PythonSource } from "./candidates/source.ts";

export interface ReleaseRequest<File extends DistributionFile> {
  readonly target: ResolutionTarget;
  readonly source: PythonSource<File>;
  /** What is required of each project that will be asked for. */
  readonly specifiers: ReadonlyMap<NormalizedName, SpecifierSet>;
  readonly prereleases?: PrereleaseModes;
  /** Which end of the versions is tried from. Default: the highest of each project. */
  readonly order?: (project: NormalizedName) => "highest" | "lowest";
  /** Versions to take wherever the requirements allow. */
  readonly preferences?: ReadonlyMap<NormalizedName, readonly string[]>;
  /** Default: wheels and sdists for every project. */
  readonly formats?: (project: NormalizedName) => AllowedFormats;
  /** Releases that have a wheel come before newer ones that have none. */
  readonly prefersWheels?: boolean;
  /** False: metadata is not looked at, but only what the pages say. Where one version is pinned it never is. Default true. */
  readonly readsMetadata?: boolean;
}

export type ReleaseChoice<File extends DistributionFile> =
  | { readonly kind: "release"; readonly version: string; readonly file: File }
  | {
      readonly kind: "none";
      readonly cause: "no-project" | "no-version" | "unusable";
      /** A clause, in the words of the proof that a resolution gives. */
      readonly reason: string;
      /** The versions that exist, ascending. */
      readonly available: readonly string[];
      /** A file that would do, were it not refused. */
      readonly refused?: File;
    };

/**
 * Takes for single projects the release and the file that a resolution would take, where nothing else is required: the one rule for both.
 * What the release needs is not followed.
 */
export class ReleaseChooser<File extends DistributionFile> {
  private readonly catalog: Catalog<File>;
  private readonly request: ReleaseRequest<File>;
  private readonly chooser: FileChooser;

  constructor(request: ReleaseRequest<File>) {
    const { target, source, specifiers, prereleases, preferences, prefersWheels, formats = () => "any" } = request;
    this.request = request;
    this.chooser = new FileChooser(target, formats);
    const admission = (project: NormalizedName) =>
      admissionOf(specifiers.get(project)?.specifiers ?? [], {
        mode: prereleaseMode(prereleases, project),
        preferred: preferences?.get(project) ?? [],
        prefersWheels,
      });
    this.catalog = new Catalog(source, new Turns(undefined), this.chooser, admission, new Places(new Map(), new Map()));
  }

  /** Rejects with what the source rejects with. */
  async choose(name: NormalizedName): Promise<ReleaseChoice<File>> {
    const project = await this.catalog.loadProject(name);
    if (project.missing !== undefined)
      return { kind: "none", cause: "no-project", reason: project.missing, available: [] };
    const specifiers = this.request.specifiers.get(name);
    const wanted = specifiers === undefined ? VersionSet.range(0, project.releases.length) : project.set(specifiers);
    const isPinned = specifiers?.specifiers.some(isPin) === true;
    const refused = new Map<number, string>();
    let left = wanted;
    for (;;) {
      const version = this.next(project, left);
      if (version === undefined) break;
      const refusal = isPinned ? undefined : await this.refusal(project, version);
      const choice = project.choice(version);
      if (refusal === undefined && "file" in choice)
        return { kind: "release", version: project.version(version).toString(), file: choice.file };
      refused.set(version, refusal ?? "");
      left = left.subtract(VersionSet.of(version));
    }
    return {
      kind: "none",
      cause: wanted.isEmpty ? "no-version" : "unusable",
      reason: describeAbsence(name, wanted, project, refused),
      available: project.releases.map(({ version }) => String(version)),
      ...refusedFile(project, wanted),
    };
  }

  private next(project: Project<File>, left: VersionSet): number | undefined {
    const { preferences, order = () => "highest" } = this.request;
    return project.preferred(left, preferences?.get(project.name) ?? []) ?? project.first(left, order(project.name));
  }

  private async refusal(project: Project<File>, version: number): Promise<string | undefined> {
    if (this.request.readsMetadata === false) return undefined;
    await this.catalog.loadMetadata(project, version);
    const metadata = this.catalog.metadata(project, version);
    return metadata && this.chooser.whyRefused(metadata);
  }
}

/** The newest version's file that is refused and would do otherwise. */
function refusedFile<File extends DistributionFile>(project: Project<File>, set: VersionSet): { refused?: File } {
  for (const version of set.descending()) {
    const choice = project.choice(version);
    if ("unusable" in choice && choice.refused !== undefined) return { refused: choice.refused };
  }
  return {};
}
