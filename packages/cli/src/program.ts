import type { ConfiguredOption } from "@murre/installer";
import { Command } from "commander";
import { buildCommand } from "./commands/build.ts";
import { cacheCommand } from "./commands/cache.ts";
import { compileCommand } from "./commands/compile.ts";
import { checkCommand } from "./commands/check.ts";
import { downloadCommand } from "./commands/download.ts";
import { freezeCommand } from "./commands/freeze.ts";
import { installCommand } from "./commands/install.ts";
import { installManyCommand } from "./commands/install-many.ts";
import { lockCommand } from "./commands/lock.ts";
import { lockProjectCommand } from "./project-commands/lock-project.ts";
import { listCommand } from "./commands/list.ts";
import { showCommand } from "./commands/show.ts";
import { syncProjectCommand } from "./project-commands/sync-project.ts";
import { syncCommand } from "./commands/sync.ts";
import { uninstallCommand } from "./commands/uninstall.ts";
import { venvCommand } from "./commands/venv.ts";
import { wheelCommand } from "./commands/wheel.ts";
import { configure } from "./configured/configure.ts";
import { UsageError } from "./errors.ts";
import { completeCommand } from "./inspection/lazy-commands.ts";
import { lazyCommands, lazyPipCommands } from "./inspection/lazy-table.ts";
import { addForeignOptions } from "./foreign/foreign-options.ts";
import { describeUnknownCommand } from "./foreign/unknown-command.ts";
import { addGlobalOptions, inheritGlobalOptions } from "./options.ts";
import type { Runner } from "./runner.ts";

type MakeCommand = (run: Runner, words: readonly string[]) => Command;

/** Their names, with other names behind a bar, in the order in which help shows them. */
const commands: Readonly<Record<string, MakeCommand>> = {
  lock: lockProjectCommand,
  sync: syncProjectCommand,
  venv: venvCommand,
  build: buildCommand,
  pip: pipCommand,
  "install-many": installManyCommand,
  cache: cacheCommand,
  ...lazyCommands,
};
const pipCommands: Readonly<Record<string, MakeCommand>> = {
  compile: compileCommand,
  lock: lockCommand,
  sync: syncCommand,
  install: installCommand,
  uninstall: uninstallCommand,
  show: showCommand,
  check: checkCommand,
  "list|ls": listCommand,
  freeze: freezeCommand,
  wheel: wheelCommand,
  download: downloadCommand,
  ...lazyPipCommands,
};

/**
 * The grammar of the command line: uv's and pip's words.
 * @param words that it will read; what they cannot ask for is not made
 * @param configured what variables and files say of a command's options
 */
export function buildProgram(
  version: string,
  words: readonly string[],
  run: Runner,
  note: (text: string) => void,
  configured: (command: readonly string[]) => Promise<readonly ConfiguredOption[]> = () => Promise.resolve([]),
): Command {
  const program = new Command("murre");
  program
    .description("Installs Python distributions, safe to run from any number of processes at once.")
    .version(`murre ${version}`, "-V, --version")
    .showHelpAfterError("(murre --help says more)")
    .enablePositionalOptions()
    .exitOverride();
  let settings: readonly ConfiguredOption[] = [];
  addGlobalOptions(program).hook("preAction", (_, met) => {
    const command = met as Command;
    configure(command, settings, "after");
    inheritGlobalOptions(command);
  });
  addForeignOptions(program, words, note);
  addCommands(program, commands, words, run);
  // What is met on the way to a command takes what pip and uv take there too, and everywhere `--version`.
  const prepare = (command: Command) => {
    const given = settings.map(({ name }) => `--${name}`);
    addForeignOptions(command, given.length === 0 ? words : [...words, ...given], note);
    command.version(`murre ${version}`, "-V, --version");
    command.options.at(-1)?.hideHelp();
  };
  const openGroup = (group: Command): void => {
    group
      .hook("preSubcommand", async (_, met) => {
        const command = met as Command;
        await completeCommand(command, run);
        if (command.commands.length > 0) openGroup(command);
        if (command.commands.length === 0) settings = await configured(pathOf(command));
        prepare(command);
        configure(command, settings, "before");
        inheritSettings(group);
      })
      .on("command:*", (unknown: readonly string[]) => refuseWord(group, unknown));
  };
  openGroup(program);
  inheritSettings(program);
  return program;
}

/** What shows every command. */
const wantsAll: ReadonlySet<string> = new Set(["help", "--help", "-h", "completion"]);

/** Commands that are not among the words have their name alone, but where help shows what there is. */
function addCommands(
  group: Command,
  makers: Readonly<Record<string, MakeCommand>>,
  words: readonly string[],
  run: Runner,
): void {
  const named = Object.entries(makers).map(([names, make]) => ({ names: names.split("|"), make }));
  const isAsked = ({ names }: { names: readonly string[] }) => names.some((name) => words.includes(name));
  const isHelp = words.some((word) => wantsAll.has(word)) || !named.some(isAsked);
  for (const command of named) {
    const [name] = command.names;
    group.addCommand(isHelp || isAsked(command) ? command.make(run, words) : new Command(name));
  }
}

/** @throws {UsageError} */
function refuseWord(group: Command, words: readonly string[]): never {
  throw new UsageError(describeUnknownCommand(group, words));
}

function pipCommand(run: Runner, words: readonly string[]): Command {
  const pip = new Command("pip").description("Install, list and remove distributions, with pip's words");
  addGlobalOptions(pip).option("-p, --python <request>", "the interpreter or environment: a version, a name or a path");
  addCommands(pip, pipCommands, words, run);
  return pip;
}

/** `["pip", "install"]`. */
function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

/** Commands that are made on their own have none of what the program was told of errors and help. */
function inheritSettings(outer: Command): void {
  for (const inner of outer.commands as Command[]) inheritSettings(inner.copyInheritedSettings(outer));
}
