import { Command } from "commander";
import type { Runner } from "../runner.ts";

/** Gives a command its options, its words and its body, or commands of its own. */
export type Complete = (command: Command, run: Runner) => void;

const completions = new WeakMap<Command, () => Promise<Complete>>();

/** A command of which only name and description are there, until somebody calls it: the rest costs the others nothing. */
export function lazyCommand(name: string, description: string, load: () => Promise<Complete>): Command {
  const command = new Command(name).description(description);
  completions.set(command, load);
  return command;
}

/** Loads the rest of a command that is called. */
export async function completeCommand(command: Command, run: Runner): Promise<void> {
  const load = completions.get(command);
  completions.delete(command);
  if (load !== undefined) (await load())(command, run);
}
