import type { InstalledReport, ListOptions } from "@murre/installer";
import type { Command } from "commander";
import {
  addGlobalOptions,
  addPythonOptions,
  collect,
  defined,
  pythonOptions,
  type GlobalFlags,
  type PythonFlags,
} from "../options.ts";
import { presentList } from "../present/reports.ts";
import type { Terminal } from "../present/terminal.ts";
import type { Runner } from "../runner.ts";
import { warnOfProblems } from "./strict.ts";

type ListingFlags = GlobalFlags &
  PythonFlags & {
    readonly excludeEditable?: boolean;
    readonly editable?: boolean;
    readonly exclude?: string[];
    readonly notRequired?: boolean;
    readonly local?: boolean;
    readonly path?: string[];
    readonly strict?: boolean;
  };

/** What `list` and `freeze` share: all but how people read it. */
export function listingCommand<Flags>(
  command: Command,
  run: Runner,
  present: (report: InstalledReport, terminal: Terminal, flags: Flags) => void,
  more: (flags: Flags) => Partial<ListOptions> = () => ({}),
): Command {
  command
    .option("--exclude-editable", "leave editable installations out")
    .option("--exclude <name>", "leave this project out", collect)
    .option("-l, --local", "leave out what an environment sees of the interpreter below")
    .option("--path <folder>", "list what lies in this folder", collect)
    .option("--strict", "warn of what the environment lacks, as check does");
  return addGlobalOptions(addPythonOptions(command)).action((flags: ListingFlags & Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.list({
        ...context,
        ...pythonOptions(flags),
        ...more(flags),
        excludeEditable: flags.excludeEditable === true,
        onlyEditable: flags.editable === true,
        ...defined({ exclude: flags.exclude, notRequired: flags.notRequired, local: flags.local, paths: flags.path }),
      });
      if (flags.strict === true) await warnOfProblems({ operations, terminal, context }, flags);
      if (flags.json === true) presentList(report, "json", terminal);
      else present(report, terminal, flags);
    }),
  );
}
