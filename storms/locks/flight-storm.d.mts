export interface FlightStormReport {
  readonly deaths: number;
  readonly stuck: number;
  readonly failures: readonly string[];
  readonly done: number;
  readonly results: number;
  readonly begun: number;
  readonly twice: readonly string[];
  readonly left: readonly string[];
}
export function flightStorm(storm: {
  readonly root: string;
  readonly processes: number;
  readonly keys: number;
  readonly seed: number;
  readonly deadlineMs: number;
}): Promise<FlightStormReport>;
