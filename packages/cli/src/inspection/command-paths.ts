import type { Command } from "commander";
import type { Runner } from "../runner.ts";
import { completeCommand } from "./lazy-commands.ts";

/** What may stand behind some words of a command line. */
export interface CommandPath {
  /** `pip install`; empty: the program itself. */
  readonly path: string;
  readonly commands: readonly string[];
  /** Long ones, as help shows them. */
  readonly options: readonly string[];
}

/** Every command, with what it takes. */
export async function commandPaths(command: Command, run: Runner, path = ""): Promise<CommandPath[]> {
  await completeCommand(command, run);
  const visible = command.options.filter(({ hidden, long }) => !hidden && long !== undefined && long !== null);
  const own = {
    path,
    commands: command.commands.map((inner) => inner.name()),
    options: [...new Set([...visible.map(({ long }) => long!), "--help"])].toSorted(),
  };
  const below = await Promise.all(
    command.commands.map((inner) => commandPaths(inner as Command, run, `${path} ${inner.name()}`.trim())),
  );
  return [own, ...below.flat()];
}
