export interface CacheMatrixReport {
  /** Points at which one worker's run could have been ended. */
  readonly points: number;
  /** Of these, and of the random ones. */
  readonly tried: number;
  readonly killed: number;
  readonly failures: readonly string[];
}
export function runCacheMatrix(options: {
  readonly folder: string;
  /** The share of the points that is tried, chosen by the seed. */
  readonly fraction: number;
  /** Points drawn at random, with several workers. */
  readonly randomPoints: number;
  readonly seed: number;
  /** How many are tried at once; 2 unless told otherwise. */
  readonly parallel?: number;
  readonly log?: (line: string) => void;
}): Promise<CacheMatrixReport>;
