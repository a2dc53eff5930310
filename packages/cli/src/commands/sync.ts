import { Command } from "commander";
import {
  addChangeOptions,
  addCompileOptions,
  addCloneOptions,
  addGlobalOptions,
  changeOptions,
  compileOptions,
  editableOptions,
  type ChangeFlags,
  type CompileFlags,
  type EditableFlags,
  type GlobalFlags,
} from "../options.ts";
import {
  addProjectOptions,
  addSelectionOptions,
  projectOptions,
  selectionOptions,
  type ProjectFlags,
  type SelectionFlags,
} from "../resolution-options.ts";
import type { Runner } from "../runner.ts";
import { addVerifyingOptions, finishChange, verifyingOptions, type VerifyingFlags } from "../shared/verifying.ts";

/** `murre pip sync`. */
export function syncCommand(run: Runner): Command {
  const command = new Command("sync")
    .description("Make an environment hold exactly the pinned distributions of requirements files")
    .argument("<files...>", "requirements.txt files, one pylock.toml, or - for standard input")
    .option("--allow-empty-requirements", "an empty file removes everything");
  type Flags = GlobalFlags &
    ChangeFlags &
    VerifyingFlags &
    CompileFlags &
    EditableFlags &
    SelectionFlags &
    ProjectFlags & { readonly allowEmptyRequirements?: boolean };
  addCompileOptions(addChangeOptions(addCloneOptions(addVerifyingOptions(command))));
  return addGlobalOptions(addProjectOptions(addSelectionOptions(command))).action((files: string[], flags: Flags) =>
    run(flags, async (given) => {
      const { operations, context } = given;
      const report = await operations.sync({
        ...context,
        ...changeOptions(flags),
        ...verifyingOptions(flags),
        ...compileOptions(flags),
        ...editableOptions(flags),
        ...selectionOptions(flags),
        ...projectOptions(flags),
        requirementFiles: files,
        allowEmpty: flags.allowEmptyRequirements === true,
      });
      await finishChange(report, flags, given);
    }),
  );
}
