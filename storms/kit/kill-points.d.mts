export interface KillOptions {
  readonly folder: string;
  /** The share of the points that is tried, chosen by the seed. */
  readonly fraction: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}
export interface RandomKillOptions extends KillOptions {
  /** Points drawn at random, with several workers. */
  readonly randomPoints: number;
}
export interface KillReport {
  /** Points at which one worker's run was or could have been ended or refused. */
  readonly points: number;
  readonly tried: number;
  readonly killed: number;
  readonly failures: readonly string[];
}
