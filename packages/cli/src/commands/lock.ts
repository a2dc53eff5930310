import { Command } from "commander";
import { UsageError } from "../errors.ts";
import { collect, defined } from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { hasGroups } from "../resolution-options.ts";
import type { Runner } from "../runner.ts";
import {
  addCompilingOptions,
  compilingOptions,
  presentCompiled,
  presentWritten,
  type CompileFlags,
} from "../shared/compiling.ts";

interface LockFlags extends CompileFlags {
  readonly output: string;
  readonly requirement?: string[];
  readonly editable?: string[];
}

/** `murre pip lock`: what `install` takes, as a lock file. */
export function lockCommand(run: Runner): Command {
  const command = new Command("lock")
    .description("Lock what requirements lead to, every file with its hash (pylock.toml, PEP 751)")
    .argument("[requirements...]", "requirements, or paths and URLs of wheels, sdists and folders")
    .option("-o, --output <file>", "write this file, or - to print it; what it pins now stays", "pylock.toml")
    .option("-e, --editable <folder>", "lock a project that is imported from where it lies", collect)
    .option("-r, --requirement <file>", "lock what a requirements file lists", collect);
  return addCompilingOptions(command).action((requirements: string[], flags: LockFlags) =>
    run(flags, async (command) => {
      const isNamed = [flags.requirement, flags.editable].some((values) => values !== undefined);
      if (requirements.length === 0 && !isNamed && !hasGroups(flags))
        throw new UsageError("name what to lock: a requirement, the path of a project, or -r FILE");
      const report = await command.operations.compile({
        ...compilingOptions(flags, command),
        requirements,
        format: "pylock.toml",
        ...(flags.output === "-" ? {} : { outputFile: flags.output }),
        ...defined({ requirementFiles: flags.requirement, editables: flags.editable }),
      });
      const isShown = report.outputFile === undefined || flags.json === true;
      printReport(report, flags, command.terminal, isShown ? presentCompiled : presentWritten);
    }),
  );
}
