import type { KillReport, RandomKillOptions } from "../kit/kill-points.d.mts";

export interface ChangeKillReport extends KillReport {
  readonly random: number;
  /** In which state the next command left the environment. */
  readonly states: { readonly old: number; readonly new: number };
  /** How many committed changes the next command brought to their end. */
  readonly recovered: number;
}
/** A third of the random points are SIGINT or SIGTERM. */
export function runCommandKills(options: RandomKillOptions): Promise<ChangeKillReport>;
