import type { NormalizedName } from "@murre/pep508";

/**
 * A place where distributions are looked for: a simple API (PEP 503, PEP 691) with a page for each project, or a
 * find-links place, which is a folder of distributions, one HTML page with links, or one distribution.
 */
export interface IndexLocation {
  readonly kind: "simple" | "find-links";
  /** Absolute `http:`, `https:` or `file:` URL; may carry credentials, which leave it only for its own origin. */
  readonly url: string;
  /** Where the user named it ("/etc/pip.conf [global]", "PIP_INDEX_URL", "--index-url"), for `-v`. */
  readonly origin?: string;
}

/** One file of a release, as an index describes it. */
export interface DistributionFile {
  readonly filename: string;
  readonly kind: "wheel" | "sdist";
  /** Absolute, without fragment and without credentials. */
  readonly url: string;
  /** Algorithm, in lower case, to hexadecimal digest. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The specifier set as the index gives it, unparsed. */
  readonly requiresPython?: string;
  /** PEP 592: `false`, or the reason, which may be empty. */
  readonly yanked: false | string;
  /** PEP 658/714: whether `<url>.metadata` exists, with its hashes where the index gives them. */
  readonly coreMetadata?: true | Readonly<Record<string, string>>;
  readonly sizeBytes?: number;
  /** ISO 8601, as the index gives it (PEP 700). */
  readonly uploadTime?: string;
  /** PEP 740: where the index says who published the file. Without credentials; nothing is asked of it before somebody wants to know. */
  readonly provenance?: string;
  /** The URL of the location that offered the file, without credentials. */
  readonly index: string;
}

/** A link of a page that is no distribution murre can use. */
export interface SkippedFile {
  readonly filename: string;
  readonly reason: string;
}

/** Files that stand together on a page and have one version in their names. A version may come more than once. */
export interface PageRelease {
  /** As the names spell it, unparsed; undefined where they state none, or are those of another project. */
  readonly version: string | undefined;
  /** All of the files are yanked (PEP 592). */
  readonly yanked: boolean;
  /** Made when they are looked at: of a project's thousands of files most never are. */
  readonly files: readonly DistributionFile[];
}

/** What an index says of a project in other indexes (PEP 708): addresses of project pages, with a slash at their ends and without credentials. */
export interface ProjectRelations {
  /** Pages of the project that this one extends, as the index's operator says. */
  readonly tracks: readonly string[];
  /** Pages where the project is too, as its owner says. */
  readonly alternates: readonly string[];
}

/** What one location offers for one project. */
export interface ProjectPage {
  readonly project: NormalizedName;
  /** The location's URL, without credentials. */
  readonly index: string;
  /** The files of all releases, in their order. */
  readonly files: readonly DistributionFile[];
  readonly releases: readonly PageRelease[];
  /** So many releases, from the first on, have valid versions that differ and ascend, and the others have none. Absent where nobody has put them in order. */
  readonly ascending?: number;
  readonly skipped: readonly SkippedFile[];
  /** Absent where the page says nothing. */
  readonly relations?: ProjectRelations;
}

/** What all locations offer for a project, in the order of preference that the strategy gives. */
export interface ProjectFiles {
  readonly project: NormalizedName;
  /** find-links first, then indexes; one group a location that has the project, at most one index with "first-index". */
  readonly groups: readonly ProjectPage[];
  /** The files of all groups, in their order. */
  readonly files: readonly DistributionFile[];
  readonly releases: readonly PageRelease[];
  /** As {@link ProjectPage.ascending}, where one location alone has the project. */
  readonly ascending?: number | undefined;
}

/**
 * - "first-index": the first index that has the project is the only one asked for it.
 * - "unsafe-first-match": all are asked; a version of an earlier index is preferred (the caller goes group by group).
 * - "unsafe-best-match": all are asked, and their files are equals, as in pip.
 */
export type IndexStrategy = "first-index" | "unsafe-first-match" | "unsafe-best-match";

/** Whose cached pages are asked for again although they are fresh. */
export type Refresh = "none" | "all" | ReadonlySet<string>;

/** Things worth telling, none of them an error. URLs in them carry no credentials. */
export type IndexEvent =
  | { readonly kind: "index-skipped"; readonly url: string; readonly project: string; readonly error: Error }
  | { readonly kind: "mixed-origins"; readonly project: string; readonly hosts: readonly string[] }
  | {
      readonly kind: "retry";
      readonly url: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  | { readonly kind: "newer-api"; readonly url: string; readonly version: string }
  | { readonly kind: "ranges-unsupported"; readonly url: string }
  /** What a keyring says while it is asked; `isNamed`: the user chose it. */
  | { readonly kind: "keyring"; readonly text: string; readonly isNamed: boolean };

/** What a client has asked of the network so far. */
export interface TransferCounts {
  /** Requests sent, redirects and retries included. */
  readonly requests: number;
  /** Bytes of response bodies as they came over the wire. */
  readonly bytes: number;
}
