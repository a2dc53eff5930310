import { Command } from "commander";
import { addGlobalOptions, addPythonOptions, pythonOptions, type GlobalFlags, type PythonFlags } from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentShow } from "../present/reports.ts";
import type { Runner } from "../runner.ts";

/** `murre pip show`. */
export function showCommand(run: Runner): Command {
  const command = new Command("show")
    .description("Show what the metadata of installed distributions says")
    .argument("<names...>", "the distributions to show")
    .option("-f, --files", "list the installed files too");
  type Flags = GlobalFlags & PythonFlags & { readonly files?: boolean };
  return addGlobalOptions(addPythonOptions(command)).action((names: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      const report = await operations.show({ ...context, ...pythonOptions(flags), names, files: flags.files === true });
      printReport(report, flags, terminal, presentShow);
      if (report.distributions.length === 0) fail();
    }),
  );
}
