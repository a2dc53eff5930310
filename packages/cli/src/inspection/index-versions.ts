import { Command } from "commander";
import {
  addGlobalOptions,
  addIndexOptions,
  addPythonOptions,
  collect,
  defined,
  indexOptions,
  pythonOptions,
  type IndexFlags,
  type PythonFlags,
} from "../options.ts";
import { joined, say } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import { addSelectionOptions, selectionOptions, type SelectionFlags } from "../resolution-options.ts";
import type { Complete } from "./lazy-commands.ts";

interface VersionsFlags extends IndexFlags, PythonFlags, SelectionFlags {
  readonly pre?: boolean;
  readonly onlyBinary?: string[];
  /** See TakingFlags. */
  readonly binary: string[] | true;
}

/** `murre pip index versions`. */
export const completeIndex: Complete = (group, run) => {
  const command = new Command("versions")
    .description("List the versions of a project that can be installed here")
    .argument("<project>", "its name")
    .option("--ignore-requires-python", "list what says that it is for other versions of Python too")
    .option("--pre", "list pre-releases too")
    .option("--only-binary <names>", "only of wheels of these projects, or of :all:", collect)
    .option("--no-binary <names>", "only of source distributions of these projects, or of :all:", collect);
  addSelectionOptions(addIndexOptions(addPythonOptions(command)));
  addGlobalOptions(command).action((project: string, flags: VersionsFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.indexVersions({
        ...context,
        ...pythonOptions(flags),
        ...indexOptions(flags),
        ...selectionOptions(flags),
        project,
        ...defined({
          prereleases: flags.pre,
          onlyBinary: flags.onlyBinary,
          noBinary: flags.binary === true ? undefined : flags.binary,
        }),
      });
      printReport(report, flags, terminal, ({ name, latest, versions, installed }) => {
        terminal.out(say`${name} (${latest})\nAvailable versions: ${joined(versions, ", ")}\n`);
        if (installed !== undefined) terminal.out(say`  INSTALLED: ${installed}\n  LATEST:    ${latest}\n`);
      });
    }),
  );
  addGlobalOptions(group).addCommand(command);
};
