import type { NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import type { Constraint } from "@murre/requirements";
import type { AllowedFormats, PrereleaseModes } from "@murre/resolver";
import type { OnEvent } from "../api/events.ts";
import type { FileDecision, ResolutionDecision } from "../operation/decisions.ts";
import type { ResolutionMemory } from "../operation/open-request.ts";
import type { WantedProject } from "../wanted/gather-requirements.ts";
import type { NamedEntry } from "../wanted/overrides.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import type { RefusedUrl } from "./transitive-urls.ts";

/** What is asked for, in the resolver's terms. */
export interface ResolutionRequest {
  readonly wanted: readonly WantedProject[];
  readonly constraints: readonly Constraint[];
  /** What is installed and may stay: it is not looked up as long as it satisfies. */
  readonly installed: readonly InstalledDistribution[];
  readonly prereleases: PrereleaseModes;
  readonly prefersWheels?: FileDecision["prefersWheels"];
  readonly strategy?: ResolutionDecision["strategy"];
  /** Take the place of every requirement of their projects; those of `wanted` are replaced already. */
  readonly overrides?: readonly NamedEntry[];
  /** Projects that are left out. */
  readonly excludes?: readonly NormalizedName[];
  /** Versions to take wherever the requirements allow. */
  readonly preferences?: ReadonlyMap<NormalizedName, readonly string[]>;
  readonly uploadedBefore: FileDecision["uploadedBefore"];
  readonly uploadLimits: FileDecision["uploadLimits"];
  /** Who needs whom is told as well. */
  readonly wantsGraph?: boolean;
  readonly requireHashes: boolean;
  readonly formats: (project: NormalizedName) => AllowedFormats;
  readonly signal?: AbortSignal | undefined;
  /** Whose requirements they are; default: the user's. */
  readonly asker?: { readonly root: string; readonly asks: string };
  readonly onEvent: OnEvent;
  readonly claims: MetadataClaims;
  /** See `ChangeOperation.commits`. */
  readonly commits: ReadonlyMap<string, string>;
  readonly refusedUrl: RefusedUrl;
  /** URLs of folders that are imported from where they lie although nobody named them as editable ones; grows while folders are read. */
  readonly editables?: ReadonlySet<string>;
  /** Where what it came to is remembered; undefined: nowhere. */
  readonly memory?: ResolutionMemory | undefined;
}

export interface Resolution {
  /** What has to come from an index or a URL. */
  readonly resolved: readonly ResolvedDistribution[];
  /** Installed distributions that the solution uses as they are. */
  readonly satisfied: readonly NormalizedName[];
  readonly warnings: readonly string[];
  readonly graph: ResolutionGraph;
}

/** What each project of a solution needs of the others, and which of its extras something asked for; empty where nobody wants to know. */
export type ResolutionGraph = ReadonlyMap<
  NormalizedName,
  { readonly needs: readonly NormalizedName[]; readonly extras: readonly NormalizedName[] }
>;
