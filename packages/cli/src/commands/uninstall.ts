import { Command } from "commander";
import { UsageError } from "../errors.ts";
import {
  addGlobalOptions,
  addPythonOptions,
  collect,
  defined,
  pythonOptions,
  type GlobalFlags,
  type PythonFlags,
} from "../options.ts";
import { printChange } from "../present/print-report.ts";
import type { Runner } from "../runner.ts";

interface UninstallFlags extends GlobalFlags, PythonFlags {
  readonly requirement?: string[];
  readonly dryRun?: boolean;
  readonly requireVirtualenv?: boolean;
}

/** `murre pip uninstall`. */
export function uninstallCommand(run: Runner): Command {
  const command = new Command("uninstall")
    .description("Remove distributions")
    .argument("[names...]", "the distributions to remove")
    .option("-r, --requirement <file>", "remove what a requirements file lists", collect)
    .option("-y, --yes", "accepted for pip's sake: murre never asks")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--require-virtualenv", "do nothing outside of a virtual environment");
  return addGlobalOptions(addPythonOptions(command)).action((names: string[], flags: UninstallFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      if (names.length === 0 && flags.requirement === undefined)
        throw new UsageError("name what to remove: a distribution, or -r FILE");
      const report = await operations.uninstall({
        ...context,
        ...pythonOptions(flags),
        names,
        ...defined({
          requirementFiles: flags.requirement,
          dryRun: flags.dryRun,
          requireVirtualenv: flags.requireVirtualenv,
        }),
      });
      printChange(report, flags, terminal);
    }),
  );
}
