import { Command, Option } from "commander";
import pc from "picocolors";
import { addGlobalOptions, defined, type GlobalFlags } from "../options.ts";
import { say, styled } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import { folderOfProject } from "../resolution-options.ts";
import type { CommandRun, Runner } from "../runner.ts";
import { Unpaired } from "../words.ts";
import type { Complete } from "./lazy-commands.ts";

type Request = string | undefined;

/** `murre python`, with uv's words. */
export const completePython: Complete = (group, run) => {
  addGlobalOptions(group);
  group.addCommand(listCommand(run)).addCommand(findCommand(run)).addCommand(pinCommand(run));
};

function listCommand(run: Runner): Command {
  const command = new Command("list")
    .alias("ls")
    .description("List the interpreters that are here")
    .argument("[request]", "only these: a version, a name, a path")
    .addOption(new Option("--output-format <format>").choices(["text", "json"]).default("text"));
  return addGlobalOptions(command).action((request: Request, flags: ListFlags) =>
    run(
      flags,
      asUv(async ({ operations, terminal, context }) => {
        const { pythons } = await operations.listPythons({ ...context, ...asked(request, flags) });
        const json = flags.json === true || flags.outputFormat === "json";
        printReport(pythons, { json }, terminal, () => {
          const { cyan } = pc.createColors(terminal.color);
          const width = Math.max(0, ...pythons.map(({ key }) => key.length));
          for (const { key, path, symlink } of pythons) {
            const target = symlink === null ? say`` : say` -> ${styled(cyan, symlink)}`;
            terminal.out(say`${key.padEnd(width)}    ${styled(cyan, path)}${target}\n`);
          }
        });
      }),
    ),
  );
}

interface ListFlags extends GlobalFlags {
  readonly outputFormat: "text" | "json";
}

function findCommand(run: Runner): Command {
  const command = new Command("find")
    .description("Print the path of the interpreter that is used")
    .argument("[request]", "a version, a name, a path (default: .python-version, else what the project requires)")
    .option("--system", "take no virtual environment")
    .option("--script <file>", "what this script asks for")
    .option("--show-version", "print its version instead")
    .option("--resolve-links", "print the path without links");
  return addGlobalOptions(withProject(command)).action((request: Request, flags: FindFlags) =>
    run(
      flags,
      asUv(async ({ operations, terminal, context }) => {
        const { system, script } = flags;
        const report = await operations.findPython({
          ...context,
          ...asked(request, flags),
          ...ofProject(flags),
          ...defined({ system, script }),
        });
        printReport(report, flags, terminal, ({ executable, realExecutable, version }) => {
          const path = flags.resolveLinks === true ? realExecutable : executable;
          terminal.out(say`${flags.showVersion === true ? version : path}\n`);
        });
      }),
    ),
  );
}

interface FindFlags extends ProjectFlags {
  readonly system?: boolean;
  readonly script?: string;
  readonly showVersion?: boolean;
  readonly resolveLinks?: boolean;
}

function pinCommand(run: Runner): Command {
  const command = new Command("pin")
    .description("Write which Python is used here into .python-version, or print what it says")
    .argument("[request]", "a version, an implementation, a path")
    .option("--resolved", "write the path of the interpreter instead")
    .option("--rm", "remove the file");
  return addGlobalOptions(withProject(command)).action((request: Request, flags: PinFlags) =>
    run(
      flags,
      asUv(async ({ operations, terminal, context }) => {
        const { resolved, rm: remove } = flags;
        const report = await operations.pinPython({
          ...context,
          ...asked(request, flags),
          ...ofProject(flags),
          ...defined({ resolved, remove }),
        });
        printReport(report, flags, terminal, ({ change, shownPath, pins, previous }) => {
          if (change === "none") for (const pin of pins) terminal.out(say`${pin}\n`);
          else if (flags.quiet !== true)
            terminal.out(
              change === "removed"
                ? say`Removed Python version file at \`${shownPath}\`\n`
                : pinned(shownPath, pins[0] ?? "", previous[0]),
            );
        });
      }),
    ),
  );
}

interface PinFlags extends ProjectFlags {
  readonly resolved?: boolean;
  readonly rm?: boolean;
}

function pinned(path: string, pin: string, previous: string | undefined) {
  return previous === undefined || previous === pin
    ? say`Pinned \`${path}\` to \`${pin}\`\n`
    : say`Updated \`${path}\` from \`${previous}\` -> \`${pin}\`\n`;
}

function withProject(command: Command): Command {
  return command.addOption(new Unpaired("--no-project", "what a pyproject.toml requires does not count"));
}

interface ProjectFlags extends GlobalFlags {
  readonly noProject?: boolean;
  readonly project?: string;
}

function ofProject({ noProject, project }: ProjectFlags) {
  return defined({ ignoreProject: noProject, projectFolder: folderOfProject(project) });
}

function asked(python: Request, flags: GlobalFlags) {
  return defined({ python, noCache: flags.cache ? undefined : true });
}

/** Whatever is refused here is so with uv's exit code, on which scripts rely. */
function asUv(body: (run: CommandRun) => Promise<void>): typeof body {
  return async (run) => {
    try {
      await body(run);
    } catch (error) {
      if (run.context.signal?.aborted !== true) run.fail(2);
      throw error;
    }
  };
}
