import type { ConfigSettings } from "@murre/build";
import type { NormalizedName } from "@murre/pep508";
import type { HashDemand, ArchiveSource } from "../wanted/resolved.ts";

/** A source, and what is expected of it. */
export interface SourceRequest {
  readonly source: ArchiveSource;
  readonly hashes: readonly HashDemand[];
  readonly name?: NormalizedName;
  readonly version?: string;
  readonly configSettings?: ConfigSettings;
}

/** Reads metadata the expensive way, when nothing cheaper has it: from the whole wheel, or by asking the backend of a source. */
export type ReadWholeDistribution = (
  source: ArchiveSource,
  project: NormalizedName,
  /** The hashes that the user accepts: no code of a source runs before its archive has been compared with them. */
  demands: readonly HashDemand[],
) => Promise<string>;

/** What a resolution asks of distributions that no index describes. */
export interface SourceReader {
  metadata(request: SourceRequest): Promise<string>;
  /** How the metadata of any distribution is had where nothing less tells it. */
  readonly readWhole: ReadWholeDistribution;
}
