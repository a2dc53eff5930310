import type { KillReport, RandomKillOptions } from "../kit/kill-points.d.mts";

export type { KillReport };
export function runCommandKills(options: RandomKillOptions): Promise<KillReport>;
