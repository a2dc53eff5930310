/** What an archive may cost. The defaults let the largest wheels known through many times over. */
export interface UnpackLimits {
  readonly maxEntries: number;
  /** Bytes of all members together. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes for one byte of the archive; looked at only above 64 MiB unpacked. */
  readonly maxRatio: number;
}

export const defaultLimits: UnpackLimits = { maxEntries: 500_000, maxTotalBytes: 64 * 1024 ** 3, maxRatio: 200 };
