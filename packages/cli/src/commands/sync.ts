import { Command } from "commander";
import {
  addChangeOptions,
  addCompileOptions,
  addEditableOptions,
  addGlobalOptions,
  changeOptions,
  compileOptions,
  editableOptions,
  type ChangeFlags,
  type CompileFlags,
  type EditableFlags,
  type GlobalFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentChange } from "../present/reports.ts";
import {
  addProjectOptions,
  addSelectionOptions,
  projectOptions,
  selectionOptions,
  type ProjectFlags,
  type SelectionFlags,
} from "../resolution-options.ts";
import type { Runner } from "../runner.ts";

/** `murre pip sync`. */
export function syncCommand(run: Runner): Command {
  const command = new Command("sync")
    .description("Make an environment hold exactly the pinned distributions of requirements files")
    .argument("<files...>", "requirements.txt files, one pylock.toml, or - for standard input")
    .option("--allow-empty-requirements", "an empty file removes everything");
  type Flags = GlobalFlags &
    ChangeFlags &
    CompileFlags &
    EditableFlags &
    SelectionFlags &
    ProjectFlags & { readonly allowEmptyRequirements?: boolean };
  addCompileOptions(addChangeOptions(addEditableOptions(command)));
  return addGlobalOptions(addProjectOptions(addSelectionOptions(command))).action((files: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.sync({
        ...context,
        ...changeOptions(flags),
        ...compileOptions(flags),
        ...editableOptions(flags),
        ...selectionOptions(flags),
        ...projectOptions(flags),
        requirementFiles: files,
        allowEmpty: flags.allowEmptyRequirements === true,
      });
      printReport(report, flags, terminal, presentChange);
    }),
  );
}
