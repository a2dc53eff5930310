import type { NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import type { Constraint } from "@murre/requirements";
import type { AllowedFormats } from "@murre/resolver";
import type { OnEvent } from "../api/events.ts";
import type { ResolutionMemory } from "../operation/open-request.ts";
import type { WantedProject } from "../wanted/gather-requirements.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import type { RefusedUrl } from "./transitive-urls.ts";

/** What is asked for, in the resolver's terms. */
export interface ResolutionRequest {
  readonly wanted: readonly WantedProject[];
  readonly constraints: readonly Constraint[];
  /** What is installed and may stay: it is not looked up as long as it satisfies. */
  readonly installed: readonly InstalledDistribution[];
  readonly prereleases: boolean;
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
  /** Where what it came to is remembered; undefined: nowhere. */
  readonly memory?: ResolutionMemory | undefined;
}

export interface Resolution {
  /** What has to come from an index or a URL. */
  readonly resolved: readonly ResolvedDistribution[];
  /** Installed distributions that the solution uses as they are. */
  readonly satisfied: readonly NormalizedName[];
  readonly warnings: readonly string[];
}
