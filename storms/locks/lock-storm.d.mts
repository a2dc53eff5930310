export interface LockStorm {
  readonly root: string;
  readonly processes: number;
  readonly acquisitions: number;
  readonly seed: number;
  readonly stops: { readonly count: number; readonly longestMs: number; readonly everyMs: number };
  readonly deadlineMs: number;
  readonly namespaces: "one" | "two";
}
export interface LockStormReport {
  readonly deaths: number;
  readonly stops: number;
  readonly stuck: number;
  readonly failures: readonly string[];
  readonly sections: number;
  readonly completed: number;
  readonly violations: readonly string[];
  readonly left: readonly string[];
}
export function lockStorm(storm: LockStorm): Promise<LockStormReport>;
export function judgeLogs(root: string): Pick<LockStormReport, "sections" | "completed" | "violations">;
