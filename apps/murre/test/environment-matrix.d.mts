export interface MatrixReport {
  /** Points at which one worker's run was or could have been ended or refused. */
  readonly points: number;
  readonly tried: number;
  readonly random: number;
  /** In which state the next command left the environment. */
  readonly states: { readonly old: number; readonly new: number };
  /** How many committed changes the next command brought to their end. */
  readonly recovered: number;
  readonly failures: readonly string[];
}
export function runEnvironmentMatrix(options: {
  readonly folder: string;
  /** The share of the points that is tried, chosen by the seed. */
  readonly fraction: number;
  /** Points drawn at random, with two workers; a third of them SIGINT or SIGTERM. */
  readonly randomPoints: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}): Promise<MatrixReport>;
