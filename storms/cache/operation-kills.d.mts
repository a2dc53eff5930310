import type { KillOptions, KillReport } from "../kit/kill-points.d.mts";

export type { KillReport };
export function runOperationKills(options: KillOptions): Promise<KillReport>;
