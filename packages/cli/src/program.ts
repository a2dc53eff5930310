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
import { UsageError } from "./errors.ts";
import { addForeignOptions } from "./foreign/foreign-options.ts";
import { describeUnknownCommand } from "./foreign/unknown-command.ts";
import { addGlobalOptions, inheritGlobalOptions } from "./options.ts";
import type { Runner } from "./runner.ts";

type MakeCommand = (run: Runner) => Command;

/** In the order in which help shows them. */
const commands: readonly MakeCommand[] = [
  lockProjectCommand,
  syncProjectCommand,
  venvCommand,
  buildCommand,
  pipCommand,
  installManyCommand,
  cacheCommand,
];
const pipCommands: readonly MakeCommand[] = [
  compileCommand,
  lockCommand,
  syncCommand,
  installCommand,
  uninstallCommand,
  showCommand,
  checkCommand,
  listCommand,
  freezeCommand,
  wheelCommand,
  downloadCommand,
];

/** The grammar of the command line: uv's and pip's words. */
export function buildProgram(version: string, run: Runner, note: (text: string) => void): Command {
  const program = new Command("murre");
  program
    .description("Installs Python distributions, safe to run from any number of processes at once.")
    .version(`murre ${version}`, "-V, --version")
    .showHelpAfterError("(murre --help says more)")
    .enablePositionalOptions()
    .exitOverride();
  addGlobalOptions(program).hook("preAction", (_, command) => inheritGlobalOptions(command as Command));
  addForeignOptions(program, note);
  for (const make of commands) program.addCommand(make(run));
  for (const group of [program, ...program.commands.filter(({ commands: inner }) => inner.length > 0)])
    (group as Command)
      .hook("preSubcommand", (_, command) => prepare(command as Command, version, note))
      .on("command:*", (words: readonly string[]) => refuseWord(group as Command, words));
  inheritSettings(program);
  return program;
}

/** What is met on the way to a command: it takes what pip and uv take there too, and everywhere `--version`. */
function prepare(command: Command, version: string, note: (text: string) => void): void {
  addForeignOptions(command, note);
  command.version(`murre ${version}`, "-V, --version");
  command.options.at(-1)?.hideHelp();
}

/** @throws {UsageError} */
function refuseWord(group: Command, words: readonly string[]): never {
  throw new UsageError(describeUnknownCommand(group, words));
}

function pipCommand(run: Runner): Command {
  const pip = new Command("pip").description("Install, list and remove distributions, with pip's words");
  addGlobalOptions(pip).option("-p, --python <request>", "the interpreter or environment: a version, a name or a path");
  for (const make of pipCommands) pip.addCommand(make(run));
  return pip;
}

/** Commands that are made on their own have none of what the program was told of errors and help. */
function inheritSettings(outer: Command): void {
  for (const inner of outer.commands as Command[]) inheritSettings(inner.copyInheritedSettings(outer));
}
