import type { ChangeOptions, CompileOptions } from "./operations.ts";
import type { Pin } from "./reports.ts";

/** Requirements whose solution is looked at. What is installed is no reason to take a version or to leave one out. */
export type ResolveOptions = Pick<
  CompileOptions,
  Exclude<
    keyof CompileOptions,
    | "annotations"
    | "command"
    | "commandWords"
    | "dryRun"
    | "emitBuildOptions"
    | "emitFindLinks"
    | "emitIndexUrls"
    | "environments"
    | "forkStrategy"
    | "format"
    | "hashes"
    | "header"
    | "indexAnnotations"
    | "omit"
    | "outputFile"
    | "requiredEnvironments"
    | "stripExtras"
    | "stripMarkers"
    | "universal"
    | "upgrade"
  >
> &
  Pick<ChangeOptions, "requireHashes">;

/** What requirements lead to, for one Python. */
export interface ResolveReport {
  /** The Python that it was resolved for, in the words of its environment markers. */
  readonly python: {
    readonly implementation: string;
    readonly version: string;
    readonly platform: string;
    readonly machine: string;
  };
  /** By name. */
  readonly distributions: readonly ResolvedNode[];
  readonly durationMs: number;
}

/** A distribution of a solution, the one file that it would be installed from, and its edges. */
export interface ResolvedNode extends Pin {
  readonly kind: "wheel" | "sdist" | "folder" | "repository";
  /** Absolute, without credentials: `https:`, `http:`, `file:`, or that of a repository (`git+https:`). */
  readonly url: string;
  /** Of a wheel or an sdist. */
  readonly filename?: string;
  /** Algorithm to hexadecimal digest, as far as the index or the URL tells; what is installed is compared with all of them. */
  readonly hashes: Readonly<Record<string, string>>;
  /** As far as the index tells. */
  readonly sizeBytes?: number;
  /** The index that offers the file, without credentials; absent where it was named by its URL or path. */
  readonly index?: string;
  /** The specifiers that the index gives for it. */
  readonly requiresPython?: string;
  /** The reason, which may be empty, why its author withdrew it (PEP 592). */
  readonly yanked?: string;
  /** Of a repository: the commit that its URL names now. */
  readonly commit?: string;
  /** Of a folder that is imported from where it lies (PEP 660). */
  readonly editable?: true;
  /** Which of its extras something asks for: normalised, sorted. */
  readonly extras: readonly string[];
  /** Whether it was named, and is not there only because another one needs it. */
  readonly requested: boolean;
  /** Names of others of this report that it needs here, sorted; of all of them with `dependencies: "none"`, empty. */
  readonly dependencies: readonly string[];
  /** Names of others of this report that need it, sorted. */
  readonly dependents: readonly string[];
}
