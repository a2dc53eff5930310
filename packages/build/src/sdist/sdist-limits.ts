/** What an archive of sources may cost. The defaults let the largest sdists known through many times over. */
export interface SdistLimits {
  readonly maxEntries: number;
  /** Bytes of all members together. */
  readonly maxTotalBytes: number;
  /** Parts of a member's path. */
  readonly maxDepth: number;
  /** Unpacked bytes for one byte of the archive; looked at only above 256 MiB unpacked. */
  readonly maxRatio: number;
}

export const defaultSdistLimits: SdistLimits = {
  maxEntries: 500_000,
  maxTotalBytes: 16 * 1024 ** 3,
  maxDepth: 200,
  maxRatio: 1000,
};
