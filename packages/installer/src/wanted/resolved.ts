import type { NormalizedName } from "@murre/pep508";
import type { AcceptedHashes } from "@murre/requirements";

/** What was said of a file's bytes at one place: one of the digests has to be the file's. */
export interface HashDemand {
  readonly digests: AcceptedHashes;
  /** `requirements.txt:3`. */
  readonly origin: string;
}

/** The one file that a distribution will be installed from. */
export interface ArchiveSource {
  readonly filename: string;
  /** Absolute; `file:`, `http:`, `https:`, or that of a repository (`git+https:`). */
  readonly url: string;
  /** Algorithm to hexadecimal digest, as far as the index or the URL says; all of them are verified. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly sizeBytes?: number;
  /** The size that the user says the file has, which is verified. */
  readonly promisedBytes?: number;
  /** Of a repository: the commit that its URL names, as this operation was told. */
  readonly commit?: string;
  /** Of an index: where it says who published the file (PEP 740). */
  readonly provenance?: string;
  /** Of a folder: what is installed imports from there (PEP 660). */
  readonly isEditable?: boolean;
}

/** A distribution that the environment is to hold. */
export interface ResolvedDistribution {
  readonly name: NormalizedName;
  /** Normalised. */
  readonly version: string;
  readonly source: ArchiveSource;
  /** What the user says of the file's bytes, all of which has to hold. */
  readonly hashes: readonly HashDemand[];
  /** Whether the user named it, or it only is a dependency. */
  readonly requested: boolean;
  /** The METADATA that it was chosen by, where that was told of its file before anybody had it: compared when it is there. */
  readonly claimed?: string;
  /** The URL that the user named, credentials included, when it does not come from an index. */
  readonly directUrl?: string;
}
