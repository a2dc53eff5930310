import type { Printable } from "./printable.ts";

/** Where a command writes, as values, so that a test reads what a user would see. What others wrote can do no harm there: see {@link Printable}. */
export interface Terminal {
  /** Results. */
  out(text: Printable): void;
  /** Progress, warnings and errors. */
  err(text: Printable): void;
  /** What is good to know and no result; nothing with --quiet. */
  note(text: Printable): void;
  readonly color: boolean;
  /** Undefined where nothing of what is going on is shown. */
  readonly live?: LiveTerminal | undefined;
}

/** Where what is going on is shown while it goes on. */
export interface LiveTerminal {
  err(text: Printable): void;
  /** Whether lines can be drawn again. Else each line stays. */
  readonly redraws: boolean;
  readonly color: boolean;
  /** Whether more than ASCII is shown as it is. */
  readonly isUnicode: boolean;
  columns(): number;
  rows(): number;
  /** Milliseconds, from whenever. */
  now(): number;
  /** Calls until the function that it returns is called. Keeps no process alive. */
  every(ms: number, call: () => void): () => void;
  /** The last line of a log that is being written, where it can be read. */
  lastLine(path: string): string | undefined;
}

export type Verbosity = "quiet" | "normal" | "verbose";
