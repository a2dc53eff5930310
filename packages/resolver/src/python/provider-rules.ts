import type { Version } from "@murre/pep440";
import type { NormalizedName, Requirement } from "@murre/pep508";
import type { Origin } from "./candidates/project.ts";
import type { KnownRequirement } from "./candidates/requirement-table.ts";
import type { DistributionFile } from "./candidates/source.ts";

/** What is asked for, ready for the solver. */
export interface Rules {
  readonly direct: readonly KnownRequirement[];
  /** The same by project. */
  readonly directOf: ReadonlyMap<NormalizedName, readonly KnownRequirement[]>;
  readonly constraints: ReadonlyMap<NormalizedName, readonly KnownRequirement[]>;
  readonly overrides: ReadonlyMap<NormalizedName, readonly KnownRequirement[]>;
  readonly excludes: ReadonlySet<NormalizedName>;
  /** Which end of its open versions a project is tried from. */
  order(project: NormalizedName): "highest" | "lowest";
  /** The versions to take wherever they are open, the best one first. */
  preferences(project: NormalizedName): readonly string[];
  /** The versions that come next, where they are as good as any. */
  taken(project: NormalizedName): readonly string[];
  /** Why a distribution from there may not name this URL, if it may not. */
  refusedUrl(url: string, project: NormalizedName, from: Origin<DistributionFile>): string | undefined;
}

export interface PythonNeed extends KnownRequirement {
  readonly project: NormalizedName;
  /** As it was declared, where an override took its place. */
  readonly declared: Requirement;
  /** The packages that it asks for: the extras, then the project itself. */
  readonly names: readonly string[];
}

/** Sees what the solver is about to be told; what it throws ends the attempt. */
export interface ProviderObserver {
  /** A version is about to be taken, of which these files and texts of Requires-Python are known. */
  onVersion(
    project: NormalizedName,
    version: Version,
    files: readonly DistributionFile[],
    requiresPython: readonly (string | undefined)[],
  ): void;
  /** A package is about to need this. */
  onNeeds(name: string, extra: NormalizedName | undefined, needs: readonly PythonNeed[]): void;
}
