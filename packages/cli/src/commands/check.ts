import { Command } from "commander";
import {
  addGlobalOptions,
  addPythonOptions,
  defined,
  pythonOptions,
  type GlobalFlags,
  type PythonFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentCheck, presentRecover } from "../present/reports.ts";
import type { Runner } from "../runner.ts";

interface CheckFlags extends GlobalFlags, PythonFlags {
  readonly recover?: boolean;
  readonly files?: boolean;
  readonly pythonVersion?: string;
  readonly pythonPlatform?: string;
}

/** `murre pip check`. */
export function checkCommand(run: Runner): Command {
  const command = new Command("check")
    .description("Verify that what is installed has what it needs")
    .option("--files", "compare every file with its RECORD as well")
    .option("--python-version <version>", "the Python to check for, instead of the interpreter's version")
    .option("--python-platform <name>", "the platform to check for: linux, windows, macos …")
    .option("--recover", "only complete a change that was interrupted");
  return addGlobalOptions(addPythonOptions(command)).action((flags: CheckFlags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      if (flags.recover === true) {
        const report = await operations.recover({ ...context, ...pythonOptions(flags) });
        return printReport(report, flags, terminal, presentRecover);
      }
      const report = await operations.check({
        ...context,
        ...pythonOptions(flags),
        ...defined({
          files: flags.files,
          pythonVersion: flags.pythonVersion,
          pythonPlatform: flags.pythonPlatform,
        }),
      });
      printReport(report, flags, terminal, presentCheck);
      if (report.problems.length > 0) fail();
    }),
  );
}
