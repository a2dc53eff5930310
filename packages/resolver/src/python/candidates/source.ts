import type { NormalizedName } from "@murre/pep508";

/** What resolution reads of a distribution's file, as PEP 691 lists it. The source's own objects are handed back. */
export interface DistributionFile {
  readonly filename: string;
  readonly requiresPython?: string | undefined;
  /** PEP 592: the reason, or true or an empty text where none was given. */
  readonly yanked?: boolean | string | undefined;
  /** Why it must not be taken, whatever else fits: it has none of the promised hashes, or is of a kind that cannot be read. */
  readonly refused?: string | undefined;
}

/**
 * Files of one version, for a source that knows the versions of its files: `files` is read only where the version is looked at.
 * A version may come more than once, also in other spellings.
 */
export interface ListedRelease<File extends DistributionFile> {
  /** Undefined where the files' names state none: they are left out. */
  readonly version: string | undefined;
  /** Every file is yanked. */
  readonly yanked: boolean;
  readonly files: readonly File[];
}

/** The releases of a project, in any order. */
export interface ListedReleases<File extends DistributionFile> {
  readonly releases: readonly ListedRelease<File>[];
  /** So many of them, from the first on, have valid versions that differ and ascend: each is read where it is looked at. Default: 0. */
  readonly ascending?: number | undefined;
}

/** What resolution reads of core metadata. */
export interface DistributionMetadata {
  readonly version: string;
  readonly requiresDist: readonly string[];
  readonly requiresPython?: string | undefined;
  readonly providesExtra?: readonly string[] | undefined;
}

/** The distribution exists and is of no use: no metadata, or none that can be read. */
export interface Unavailable {
  readonly unavailable: string;
}

/**
 * Where the Python provider gets its facts from. Each method is called at most once with the same arguments in one
 * resolution; a rejection ends the resolution with that error, unless what was asked for turns out not to be needed.
 */
export interface PythonSource<File extends DistributionFile = DistributionFile> {
  /** All files of the project, in any order, or its releases; or why there is no such project. */
  files(
    project: NormalizedName,
  ): Promise<readonly File[] | ListedReleases<File> | { readonly missing: string } | undefined>;
  metadata(file: File, project: NormalizedName): Promise<DistributionMetadata | Unavailable>;
  /** What {@link metadata} would tell, where it is at hand: nobody has to wait then. Asked once for a file, and must not change its mind. */
  known?(file: File, project: NormalizedName): DistributionMetadata | Unavailable | undefined;
  /** The metadata of what a direct URL leads to. */
  urlMetadata?(url: string, project: NormalizedName): Promise<DistributionMetadata | Unavailable>;
}
