import type { NormalizedName } from "@murre/pep508";
import type { AcceptedHashes } from "../types.ts";

/** Who asked for a project, other than another project: a file that the user named. */
export interface RequirementSource {
  readonly kind: "constraints" | "overrides" | "requirements";
  /** As it is to be shown; `-` is the standard input. */
  readonly file: string;
  /** The project whose pyproject.toml the file is. */
  readonly project?: NormalizedName;
  /** The dependency group of that file. */
  readonly group?: NormalizedName;
}

/** Where a distribution lies that is of no index. */
export type CompiledPlace =
  /** Written after the name: `name @ URL`. */
  | { readonly kind: "url"; readonly url: string }
  /** Written alone, as the user wrote it: a path, relative to the file that is written or absolute. */
  | { readonly kind: "path"; readonly path: string }
  /** Written after `-e`: a path or a URL. */
  | { readonly kind: "editable"; readonly location: string };

/** One row of a compiled file: a project, in the one version that was chosen, where the marker holds. */
export interface CompiledRequirement {
  readonly name: NormalizedName;
  /** Normalised. */
  readonly version: string;
  readonly place?: CompiledPlace;
  readonly extras?: readonly NormalizedName[];
  /** In which environments; absent for all of them. */
  readonly marker?: string;
  /** Of all files that may be installed. */
  readonly hashes?: AcceptedHashes;
  /** Projects that need it. */
  readonly dependents?: readonly NormalizedName[];
  readonly sources?: readonly RequirementSource[];
  /** URL of the index that it was found in. */
  readonly index?: string;
}

/** What is written of the rows, and around them. */
export interface WriteOptions {
  /** The first two lines; absent: none. */
  readonly header?: {
    /** Which program made the file. */
    readonly program: string;
    /** How it can be made again, as {@link headerCommand} writes it, or what the user says instead. */
    readonly command: string;
  };
  /** Comments that say who asked for a row: `split` over lines, or after it on one `line`. Absent: none. */
  readonly annotations?: "split" | "line";
  /** Comments that say which index a row is from. */
  readonly indexAnnotations?: boolean;
  readonly hashes?: boolean;
  readonly extras?: boolean;
  readonly markers?: boolean;
  readonly indexUrl?: string;
  readonly extraIndexUrls?: readonly string[];
  readonly findLinks?: readonly string[];
  /** The values of `--no-binary`, each a project or `:all:`. */
  readonly noBinary?: readonly string[];
  /** The values of `--only-binary`. */
  readonly onlyBinary?: readonly string[];
  /** Projects that are left out, and named at the end where there was something to leave out. */
  readonly omit?: readonly NormalizedName[];
}
