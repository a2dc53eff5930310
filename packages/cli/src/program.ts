import type { InstallOptions, OperationContext, Operations, VenvOptions } from "@murre/installer";
import { Command, Option } from "commander";
import { addBuild, addDownload, addWheel } from "./build-commands.ts";
import { addCacheCommands } from "./cache-commands.ts";
import { UsageError } from "./errors.ts";
import { addInstallMany } from "./many-command.ts";
import {
  addChangeOptions,
  addCompileOptions,
  addGlobalOptions,
  addIndexOptions,
  addPythonOptions,
  changeOptions,
  compileOptions,
  collect,
  defined,
  indexOptions,
  inheritGlobalOptions,
  pythonOptions,
  type ChangeFlags,
  type CompileFlags,
  type GlobalFlags,
  type IndexFlags,
  type PythonFlags,
} from "./options.ts";
import {
  presentChange,
  presentCheck,
  presentFreeze,
  presentList,
  presentRecover,
  presentShow,
  presentVenv,
  type ListFormat,
} from "./present-reports.ts";
import { printReport } from "./print-report.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is given once its words are understood. */
export interface CommandRun {
  readonly operations: Operations;
  readonly terminal: Terminal;
  readonly context: OperationContext;
  readonly platform: string;
  /** The command was understood and done, and what it found makes its exit code 1. */
  fail(): void;
}

/** Runs a command's body with the global flags applied; the composition of settings, events and signals is its caller's. */
export type Runner = (flags: GlobalFlags, body: (run: CommandRun) => Promise<void>) => Promise<void>;

/** The grammar of the command line: uv's and pip's words. */
export function buildProgram(version: string, run: Runner): Command {
  const program = new Command("murre");
  program
    .description("Installs Python distributions, safe to run from any number of processes at once.")
    .version(`murre ${version}`, "-V, --version")
    .showHelpAfterError("(murre --help says more)")
    .enablePositionalOptions()
    .exitOverride();
  addGlobalOptions(program).hook("preAction", (_, command) => inheritGlobalOptions(command as Command));
  addVenv(program, run);
  addBuild(program, run);
  const pip = program.command("pip").description("Install, list and remove distributions, with pip's words");
  addGlobalOptions(pip).option("-p, --python <request>", "the interpreter or environment: a version, a name or a path");
  addSync(pip, run);
  addInstall(pip, run);
  addUninstall(pip, run);
  addShow(pip, run);
  addCheck(pip, run);
  addList(pip, run);
  addFreeze(pip, run);
  addWheel(pip, run);
  addDownload(pip, run);
  addInstallMany(program, run);
  addCacheCommands(program, run);
  return program;
}

interface VenvFlags extends IndexFlags {
  readonly python?: string;
  readonly seed?: boolean;
  readonly prompt?: string;
  readonly systemSitePackages?: boolean;
  readonly allowExisting?: boolean;
  readonly clear?: boolean;
}

function addVenv(parent: Command, run: Runner): void {
  const command = parent
    .command("venv")
    .description("Make a virtual environment")
    .argument("[path]", "where to make it", ".venv")
    .option("-p, --python <request>", "the interpreter: a version, a name or a path")
    .option("--seed", "install pip into it")
    .option("--prompt <text>", "what the shell shows when it is active")
    .option("--system-site-packages", "let it see the interpreter's own distributions")
    .addOption(new Option("--allow-existing", "refresh an environment in place").conflicts("clear"))
    .option("--clear", "replace what is there, when it is an environment");
  addGlobalOptions(addIndexOptions(command)).action((path: string, flags: VenvFlags) =>
    run(flags, async ({ operations, terminal, context, platform }) => {
      const options: VenvOptions = {
        ...context,
        ...indexOptions(flags),
        path,
        existing: flags.clear === true ? "clear" : flags.allowExisting === true ? "refresh" : "refuse",
        ...defined({
          python: flags.python,
          seed: flags.seed,
          prompt: flags.prompt,
          systemSitePackages: flags.systemSitePackages,
        }),
      };
      const report = await operations.venv(options);
      printReport(report, flags, terminal, () => presentVenv(report, terminal, platform));
    }),
  );
}

function addSync(parent: Command, run: Runner): void {
  const command = parent
    .command("sync")
    .description("Make an environment hold exactly the pinned distributions of requirements files")
    .argument("<files...>", "requirements.txt files, or - for standard input")
    .option("--allow-empty-requirements", "an empty file removes everything");
  type Flags = GlobalFlags & ChangeFlags & CompileFlags & { readonly allowEmptyRequirements?: boolean };
  addGlobalOptions(addCompileOptions(addChangeOptions(command))).action((files: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.sync({
        ...context,
        ...changeOptions(flags),
        ...compileOptions(flags),
        requirementFiles: files,
        allowEmpty: flags.allowEmptyRequirements === true,
      });
      printReport(report, flags, terminal, presentChange);
    }),
  );
}

interface InstallFlags extends ChangeFlags, CompileFlags {
  readonly requirement?: string[];
  readonly deps: boolean;
  readonly upgrade?: boolean;
  readonly upgradePackage?: string[];
  readonly exact?: boolean;
}

function addInstall(parent: Command, run: Runner): void {
  const command = parent
    .command("install")
    .description("Install distributions and what they need")
    .argument("[requirements...]", "requirements, or paths and URLs of wheels, sdists and folders")
    .option("-r, --requirement <file>", "install what a requirements file lists", collect)
    .option("--no-deps", "install only what is named")
    .option("-U, --upgrade", "take the newest allowed versions, whatever is installed")
    .option("-P, --upgrade-package <name>", "take the newest allowed version of this project", collect)
    .option("--exact", "remove everything that the requirements do not lead to");
  addGlobalOptions(addCompileOptions(addChangeOptions(command))).action((requirements: string[], flags: InstallFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      if (requirements.length === 0 && flags.requirement === undefined)
        throw new UsageError("name what to install: a requirement, the path of a wheel or a project, or -r FILE");
      const options: InstallOptions = {
        ...context,
        ...changeOptions(flags),
        ...compileOptions(flags),
        requirements,
        dependencies: flags.deps ? "follow" : "none",
        ...defined({
          requirementFiles: flags.requirement,
          upgrade: flags.upgrade === true ? ("all" as const) : flags.upgradePackage,
          exact: flags.exact,
        }),
      };
      const report = await operations.install(options);
      printReport(report, flags, terminal, presentChange);
    }),
  );
}

interface UninstallFlags extends GlobalFlags, PythonFlags {
  readonly requirement?: string[];
  readonly dryRun?: boolean;
}

function addUninstall(parent: Command, run: Runner): void {
  const command = parent
    .command("uninstall")
    .description("Remove distributions")
    .argument("[names...]", "the distributions to remove")
    .option("-r, --requirement <file>", "remove what a requirements file lists", collect)
    .option("-y, --yes", "accepted for pip's sake: murre never asks")
    .option("--dry-run", "say what would be done, and do nothing");
  addGlobalOptions(addPythonOptions(command)).action((names: string[], flags: UninstallFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      if (names.length === 0 && flags.requirement === undefined)
        throw new UsageError("name what to remove: a distribution, or -r FILE");
      const report = await operations.uninstall({
        ...context,
        ...pythonOptions(flags),
        names,
        ...defined({ requirementFiles: flags.requirement, dryRun: flags.dryRun }),
      });
      printReport(report, flags, terminal, presentChange);
    }),
  );
}

function addShow(parent: Command, run: Runner): void {
  const command = parent
    .command("show")
    .description("Show what the metadata of installed distributions says")
    .argument("<names...>", "the distributions to show")
    .option("-f, --files", "list the installed files too");
  type Flags = GlobalFlags & PythonFlags & { readonly files?: boolean };
  addGlobalOptions(addPythonOptions(command)).action((names: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      const report = await operations.show({ ...context, ...pythonOptions(flags), names, files: flags.files === true });
      printReport(report, flags, terminal, presentShow);
      if (report.distributions.length === 0) fail();
    }),
  );
}

interface CheckFlags extends GlobalFlags, PythonFlags {
  readonly recover?: boolean;
  readonly files?: boolean;
}

function addCheck(parent: Command, run: Runner): void {
  const command = parent
    .command("check")
    .description("Verify that what is installed has what it needs")
    .option("--files", "compare every file with its RECORD as well")
    .option("--recover", "only complete a change that was interrupted");
  addGlobalOptions(addPythonOptions(command)).action((flags: CheckFlags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      if (flags.recover === true) {
        const report = await operations.recover({ ...context, ...pythonOptions(flags) });
        return printReport(report, flags, terminal, presentRecover);
      }
      const report = await operations.check({
        ...context,
        ...pythonOptions(flags),
        ...defined({ files: flags.files }),
      });
      printReport(report, flags, terminal, presentCheck);
      if (report.problems.length > 0) fail();
    }),
  );
}

type ListFlags = GlobalFlags & PythonFlags & { readonly excludeEditable?: boolean; readonly format: ListFormat };

function addList(parent: Command, run: Runner): void {
  const command = parent
    .command("list")
    .alias("ls")
    .description("List what is installed")
    .option("--exclude-editable", "leave editable installations out")
    .addOption(new Option("--format <format>").choices(["columns", "freeze", "json"]).default("columns"));
  addGlobalOptions(addPythonOptions(command)).action((flags: ListFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.list({
        ...context,
        ...pythonOptions(flags),
        excludeEditable: flags.excludeEditable === true,
      });
      presentList(report, flags.json === true ? "json" : flags.format, terminal);
    }),
  );
}

function addFreeze(parent: Command, run: Runner): void {
  const command = parent
    .command("freeze")
    .description("Print what is installed in the form of a requirements file")
    .option("--exclude-editable", "leave editable installations out");
  addGlobalOptions(addPythonOptions(command)).action((flags: ListFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.list({
        ...context,
        ...pythonOptions(flags),
        excludeEditable: flags.excludeEditable === true,
      });
      if (flags.json === true) presentList(report, "json", terminal);
      else presentFreeze(report, terminal);
    }),
  );
}
