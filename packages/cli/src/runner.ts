import type { OperationContext, Operations } from "@murre/installer";
import type { GlobalFlags } from "./options.ts";
import type { Terminal } from "./present/terminal.ts";

/** What a command is given once its words are understood. */
export interface CommandRun {
  readonly operations: Operations;
  readonly terminal: Terminal;
  readonly context: OperationContext;
  readonly platform: string;
  /** The command line as it was given, without the program. */
  readonly words: readonly string[];
  /** A variable of the environment; undefined where it is not set, or empty. */
  variable(name: string): string | undefined;
  /** The command was understood, and what it found makes its exit code 1, or this one. */
  fail(exit?: 1 | 2): void;
}

/** Runs a command's body with the global flags applied; the composition of settings, events and signals is its caller's. */
export type Runner = (flags: GlobalFlags, body: (run: CommandRun) => Promise<void>) => Promise<void>;
