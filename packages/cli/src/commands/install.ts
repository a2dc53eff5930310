import type { InstallOptions } from "@murre/installer";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import {
  addChangeOptions,
  addCompileOptions,
  addCloneOptions,
  addGlobalOptions,
  changeOptions,
  compileOptions,
  editableOptions,
  collect,
  defined,
  type ChangeFlags,
  type CompileFlags,
  type EditableFlags,
} from "../options.ts";
import { addResolvingOptions, resolvingOptions, type ResolvingFlags } from "../resolution-options.ts";
import { say, sayJson } from "../present/printable.ts";
import type { Runner } from "../runner.ts";
import { namesNothing, namingOptions, type NamingFlags } from "../shared/naming.ts";
import { addVerifyingOptions, finishChange, verifyingOptions, type VerifyingFlags } from "../shared/verifying.ts";

interface InstallFlags extends ChangeFlags, VerifyingFlags, CompileFlags, EditableFlags, ResolvingFlags, NamingFlags {
  readonly upgrade?: boolean;
  readonly upgradePackage?: string[];
  readonly upgradeStrategy?: "eager" | "only-if-needed";
  readonly exact?: boolean;
  readonly report?: string;
}

/** `murre pip install`. */
export function installCommand(run: Runner): Command {
  const command = new Command("install")
    .description("Install distributions and what they need")
    .argument("[requirements...]", "requirements, or paths and URLs of wheels, sdists and folders")
    .option(
      "-e, --editable <folder>",
      "install a project, or a clone of a git+ URL, so that it is imported from its folder",
      collect,
    )
    .option("-r, --requirement <file>", "install what a requirements file lists", collect)
    .option("--no-deps", "install only what is named")
    .option("-U, --upgrade", "take the newest allowed versions, whatever is installed")
    .option("-P, --upgrade-package <name>", "take the newest allowed version of this project", collect)
    .addOption(
      new Option("--upgrade-strategy <strategy>", "with -U: all, or what is named and what has to follow").choices([
        "eager",
        "only-if-needed",
      ]),
    )
    .option("--exact", "remove everything that the requirements do not lead to")
    .option("--report <file>", "write pip's installation report into this file, or to the output for -");
  return addGlobalOptions(
    addResolvingOptions(addCompileOptions(addChangeOptions(addCloneOptions(addVerifyingOptions(command))))),
  ).action((requirements: string[], flags: InstallFlags) =>
    run(flags, async (given) => {
      const { operations, context } = given;
      if (namesNothing(requirements, flags))
        throw new UsageError(
          "name what to install: a requirement, the path of a wheel or a project, -e FOLDER, or -r FILE",
        );
      const options: InstallOptions = {
        ...context,
        ...changeOptions(flags),
        ...verifyingOptions(flags),
        ...compileOptions(flags),
        ...editableOptions(flags),
        ...resolvingOptions(flags),
        ...namingOptions(requirements, flags),
        ...defined({ upgrade: upgradeOf(flags), exact: flags.exact }),
        ...reportOptions(flags),
      };
      const report = await operations.install(options);
      if (flags.report === "-") given.terminal.out(say`${sayJson(report.installation ?? {})}\n`);
      await finishChange(report, flags.report === "-" ? { ...flags, json: false, quiet: true } : flags, given);
    }),
  );
}

function upgradeOf({ upgrade, upgradeStrategy, upgradePackage }: InstallFlags): InstallOptions["upgrade"] {
  if (upgrade !== true) return upgradePackage;
  return upgradeStrategy === "only-if-needed" ? "named" : "all";
}

/** The output can be read as the report alone, where that is asked for there. */
function reportOptions({ report, json }: InstallFlags): Pick<InstallOptions, "report" | "reportFile"> {
  if (report === undefined) return json === true ? { report: "files" } : {};
  return report === "-" ? { report: "whole" } : { reportFile: report };
}
