export interface KillMatrixReport {
  readonly points: number;
  readonly tried: number;
  readonly failures: readonly string[];
}
export function runKillMatrix(options: {
  readonly folder: string;
  /** The share of the points that is tried, chosen by the seed. */
  readonly fraction: number;
  readonly seed: number;
  readonly parallel?: number;
  readonly log?: (line: string) => void;
}): Promise<KillMatrixReport>;
