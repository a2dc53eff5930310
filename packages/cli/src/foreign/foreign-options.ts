import { type Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { addNetworkOptions } from "../network-options.ts";
import { Unpaired } from "../words.ts";
import { absentOptions } from "./absent-options.ts";
import { acceptedOptions } from "./accepted-options.ts";
import type { ForeignOptions } from "./foreign-table.ts";
import { otherWords } from "./other-words.ts";

/**
 * Lets a command take what it takes in pip and uv besides: other words for its own options, options that change nothing here, and those that
 * cannot be followed, of which it is said why, and what helps instead. What a command has as an option of its own goes before all of it.
 * Called for the one command that runs, and nothing is added where the words name its own options only, so that the others cost nothing.
 * @param note is told of what changes nothing
 */
export function addForeignOptions(command: Command, words: readonly string[], note: (text: string) => void): void {
  if (words.every((word) => !word.startsWith("-") || isOwn(command, word))) return;
  const path = pathOf(command);
  if (command.commands.length > 0) addInherited(command);
  const accept = (flags: string, reason: string) => note(`${nameOf(flags)} changes nothing: ${reason}`);
  for (const [flags, meaning] of optionsOf(otherWords, path))
    add(command, flags, (value) => {
      for (const [attribute, set] of Object.entries(meaning(value, command.opts())))
        command.setOptionValueWithSource(attribute, set, "cli");
    });
  for (const [flags, reason] of optionsOf(acceptedOptions, path)) add(command, flags, () => accept(flags, reason));
  for (const [flags, absence] of optionsOf(absentOptions, path))
    add(command, flags, (value) => {
      const { harmless = [], reason } = typeof absence === "string" ? { reason: absence } : absence;
      if (!harmless.includes(value)) throw new UsageError(`${nameOf(flags)} is not part of murre: ${reason}`);
      accept(`${nameOf(flags)} ${value}`, "so it is");
    });
}

/** `--index-url`, `--index-url=…`, `-i`; of several letters behind one dash it is not known. */
function isOwn(command: Command, word: string): boolean {
  const equals = word.indexOf("=");
  const flag = equals === -1 ? word : word.slice(0, equals);
  return command.options.some(({ long, short }) => flag === long || flag === short);
}

/** What pip takes before a command's name as well. */
function addInherited(command: Command): void {
  addNetworkOptions(command, false);
  command.addOption(new Option("--require-virtualenv").hideHelp());
}

function* optionsOf<Meaning>(tables: readonly ForeignOptions<Meaning>[], path: string): Iterable<[string, Meaning]> {
  for (const { commands, options } of tables)
    if (commands.some((one) => one === path || one === "*" || (one === "pip *" && path.startsWith("pip "))))
      yield* Object.entries(options);
}

/** A command's own words are left alone. */
function add(command: Command, flags: string, take: (value: string) => void): void {
  const option = new Unpaired(flags).hideHelp();
  const isKnown = command.options.some(
    ({ long, short }) => long === option.long || (short !== undefined && short === option.short),
  );
  if (!isKnown) command.addOption(option).on(`option:${option.name()}`, take);
}

/** `pip install`; nothing for the program itself. */
function pathOf(command: Command): string {
  const outer = command.parent === null ? "" : pathOf(command.parent);
  return command.parent === null ? "" : `${outer} ${command.name()}`.trim();
}

/** `--no-input`, of `-x, --no-input <value>`. */
function nameOf(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
