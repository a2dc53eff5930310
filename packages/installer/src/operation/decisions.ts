import type { ConfigSettings } from "@murre/build";
import type { FormatControl, IndexClientOptions, IndexLocation, IndexStrategy } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import type { AllowedFormats, PrereleaseModes } from "@murre/resolver";
import type { ChangeOptions, ResolutionOptions } from "../api/operations.ts";
import type { WantedOptions } from "../wanted/gather-requirements.ts";
import type { Moment } from "../options/moments.ts";

/** Whose installed version is no reason to stay at it. */
export type UpgradedProjects = "all" | readonly string[];

/** How an operation works: options, variables and pip's configuration, taken together once. Functions are given the part that they use. */
export interface Decisions {
  /** Files with constraints, besides those that requirements files name. */
  readonly constraintFiles: readonly string[];
  readonly followsDependencies: boolean;
  /** Whether this project, where it is named as an editable one, becomes one; without a name, whether any does. */
  readonly isEditable: (project?: NormalizedName) => boolean;
  /** Whether what `[tool.uv.sources]` says of this project is followed; without a name, whether any of it is. */
  readonly isSourceFollowed: (project?: NormalizedName) => boolean;
  /** A wheel whose RECORD and members disagree is refused. */
  readonly isRecordStrict: boolean;
  /** What requirements were resolved to is taken again as long as nothing that it rests on has changed. */
  readonly remembersResolutions: boolean;
  readonly network: NetworkDecision;
  readonly resolution: ResolutionDecision;
  readonly change: ChangeDecision;
  /**
   * What requirements files have a say in, or what only a search needs.
   * @throws {InvalidIndexLocation} {BuildOptionInvalid} {ResolutionOptionInvalid}
   */
  search(inFiles: WantedOptions): SearchDecision;
}

/** Which versions are taken of those that fit, and what of the requirements counts. */
export interface ResolutionDecision {
  readonly strategy: NonNullable<ResolutionOptions["resolution"]>;
  /** Files with requirements that take the place of all others of their projects. */
  readonly overrideFiles: readonly string[];
  /** Files that name projects which are left out, whoever requires them. */
  readonly excludeFiles: readonly string[];
}

/** How indexes are spoken with, wherever they are. */
export type NetworkDecision = Pick<IndexClientOptions, "network" | "offline" | "refresh">;

/** What becomes of the environment. */
export interface ChangeDecision {
  readonly isDryRun: boolean;
  /** What is installed again although it is there as required. */
  readonly reinstalls: "all" | ReadonlySet<NormalizedName>;
  readonly compiles: boolean;
  /** Where repositories that are named as editable ones are cloned; undefined: below the environment. */
  readonly sourceFolder: string | undefined;
  readonly linkMode: NonNullable<ChangeOptions["linkMode"]>;
  /** What is done with a file in the way that no distribution has. */
  readonly unowned: "keep beside" | "refuse";
  /** `--target`: no state of murre stays in the folder. */
  readonly leavesNoState: boolean;
}

export interface SearchDecision {
  readonly indexes: IndexDecision;
  readonly files: FileDecision;
  readonly build: BuildDecision;
  /** Each file has to have a hash that the user knows, whether or not a requirement has one. */
  readonly requiresHashes: boolean;
}

/** Where to look, and how several places are combined. */
export interface IndexDecision {
  readonly locations: readonly IndexLocation[];
  /** The URL of the one that the others are asked besides, where there is one. */
  readonly base?: string;
  /** The find-links places, as they were said. */
  readonly findLinks: readonly string[];
  readonly strategy: IndexStrategy;
}

/** What may be taken. */
export interface FileDecision {
  readonly prereleases: PrereleaseModes;
  /** Releases that have a wheel come before newer ones that have none. */
  readonly prefersWheels: boolean;
  /** Files of that index that were uploaded then or later are left out; undefined: whenever that was. */
  uploadedBefore(project: NormalizedName, index: string): Moment | undefined;
  /** The same as a text: what differs decides otherwise. */
  readonly uploadLimits: string;
  /** Whether a published distribution may require another by URL. */
  readonly followsUrls: boolean;
  formats(project: NormalizedName): AllowedFormats;
  /** The same as it was said. */
  readonly formatControl: FormatControl;
}

/** How wheels are built where there is none. */
export interface BuildDecision {
  /** Nothing is built. */
  readonly isRefused: boolean;
  readonly isIsolated: boolean;
  /** Projects that are built as if it were not so. */
  readonly unisolated: ReadonlySet<NormalizedName>;
  /** Of repositories: the large files of git-lfs come as well. */
  readonly fetchesLargeFiles: boolean;
  readonly configSettings: ConfigSettings;
  /** Of projects that have others: all of theirs. */
  readonly ownConfigSettings: ReadonlyMap<NormalizedName, ConfigSettings>;
  /** Files with constraints for the requirements of builds. */
  readonly constraintFiles: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly logFolder: string;
  /** What may be taken for the requirements of builds, in which requirements files have no say. */
  readonly files: FileDecision;
}
