import type { InstalledReport } from "@murre/installer";
import type { Command } from "commander";
import { addGlobalOptions, addPythonOptions, pythonOptions, type GlobalFlags, type PythonFlags } from "../options.ts";
import { presentList } from "../present/reports.ts";
import type { Terminal } from "../present/terminal.ts";
import type { Runner } from "../runner.ts";

type ListingFlags = GlobalFlags & PythonFlags & { readonly excludeEditable?: boolean; readonly editable?: boolean };

/** What `list` and `freeze` share: all but how people read it. */
export function listingCommand<Flags>(
  command: Command,
  run: Runner,
  present: (report: InstalledReport, terminal: Terminal, flags: Flags) => void,
): Command {
  command.option("--exclude-editable", "leave editable installations out");
  return addGlobalOptions(addPythonOptions(command)).action((flags: ListingFlags & Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.list({
        ...context,
        ...pythonOptions(flags),
        excludeEditable: flags.excludeEditable === true,
        onlyEditable: flags.editable === true,
      });
      if (flags.json === true) presentList(report, "json", terminal);
      else present(report, terminal, flags);
    }),
  );
}
