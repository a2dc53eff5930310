/** Where a command writes, as values, so that a test reads what a user would see. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Progress, warnings and errors. */
  err(text: string): void;
  /** What is good to know and no result; nothing with --quiet. */
  note(text: string): void;
  /** Whether stderr can redraw a line. */
  readonly redraws: boolean;
  readonly color: boolean;
}

export type Verbosity = "quiet" | "normal" | "verbose";
