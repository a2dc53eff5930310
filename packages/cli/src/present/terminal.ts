import type { Printable } from "./printable.ts";

/** Where a command writes, as values, so that a test reads what a user would see. What others wrote can do no harm there: see {@link Printable}. */
export interface Terminal {
  /** Results. */
  out(text: Printable): void;
  /** Progress, warnings and errors. */
  err(text: Printable): void;
  /** What is good to know and no result; nothing with --quiet. */
  note(text: Printable): void;
  /** Whether stderr can redraw a line. */
  readonly redraws: boolean;
  readonly color: boolean;
}

export type Verbosity = "quiet" | "normal" | "verbose";
