import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { defined } from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { hasGroups } from "../resolution-options.ts";
import type { Runner } from "../runner.ts";
import { addCompilingOptions, compilingOptions, presentCompiled, type CompileFlags } from "../shared/compiling.ts";

/** `murre pip compile`. */
export function compileCommand(run: Runner): Command {
  const command = new Command("compile")
    .description("Pin what requirements lead to, in a file that can be committed")
    .argument("[files...]", "requirements.in files, pyproject.toml, scripts (PEP 723), or - for standard input")
    .option("-o, --output-file <file>", "write this file; what it pins now stays wherever the requirements allow")
    .addOption(
      new Option("--format <format>", "what is written (default: what the output file's name says)").choices([
        "requirements.txt",
        "pylock.toml",
      ]),
    );
  return addCompilingOptions(command).action((files: string[], flags: CompileFlags) =>
    run(flags, async (command) => {
      if (files.length === 0 && !hasGroups(flags))
        throw new UsageError("name what to compile: a requirements.in file, or - for standard input");
      const report = await command.operations.compile({
        ...compilingOptions(flags, command),
        requirementFiles: files,
        ...defined({ outputFile: flags.outputFile, format: flags.format }),
      });
      const isShown = flags.quiet !== true || report.outputFile === undefined;
      printReport(report, flags, command.terminal, isShown ? presentCompiled : () => {});
    }),
  );
}
