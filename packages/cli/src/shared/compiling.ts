import type { CompileOptions, CompileReport } from "@murre/installer";
import { Command, Option } from "commander";
import {
  addBuildOptions,
  addGlobalOptions,
  addIndexOptions,
  addTakingOptions,
  alias,
  buildOptions,
  collect,
  defined,
  indexOptions,
  takingOptions,
  type BuildFlags,
  type IndexFlags,
  type TakingFlags,
} from "../options.ts";
import { say, sayDocument } from "../present/printable.ts";
import type { Terminal } from "../present/terminal.ts";
import { addResolvingOptions, resolvingOptions, type ResolvingFlags } from "../resolution-options.ts";
import type { CommandRun } from "../runner.ts";

/** What options say of a result that is written down. */
export interface CompileFlags extends IndexFlags, BuildFlags, TakingFlags, ResolvingFlags {
  readonly python?: string;
  readonly system?: boolean;
  readonly deps: boolean;
  readonly dryRun?: boolean;
  readonly outputFile?: string;
  readonly upgrade?: boolean;
  readonly upgradePackage?: string[];
  readonly generateHashes?: boolean;
  readonly header: boolean;
  readonly annotate: boolean;
  readonly annotationStyle?: "split" | "line";
  readonly stripExtras: boolean;
  readonly emitIndexUrl?: boolean;
  readonly emitFindLinks?: boolean;
  readonly emitBuildOptions?: boolean;
  readonly emitIndexAnnotation?: boolean;
  /** The values of --no-emit-package, which commander reads as the negation of an --emit-package; true without any. */
  readonly emitPackage: string[] | true;
  readonly customCompileCommand?: string;
  readonly format?: "requirements.txt" | "pylock.toml";
  readonly stripMarkers: boolean;
  readonly universal?: boolean;
  readonly forkStrategy?: "fewest" | "requires-python";
  readonly environment?: string[];
  readonly requiredEnvironment?: string[];
}

/** Everything but what is to be compiled, and where it goes. */
export function addCompilingOptions(command: Command): Command {
  command
    .option("-p, --python <request>", "the interpreter or environment to choose for: a version, a name or a path")
    .option("--system", "choose for the first interpreter on the PATH, not for a virtual environment")
    .option("--no-deps", "pin only what is named");
  addOutputOptions(addWritingOptions(addUniversalOptions(command)));
  addTakingOptions(addBuildOptions(addIndexOptions(command)));
  return addGlobalOptions(addResolvingOptions(command));
}

/** For many environments at once. */
function addUniversalOptions(command: Command): Command {
  return command
    .option("--universal", "one result for all platforms, and all Pythons from --python-version on")
    .addOption(new Option("--no-universal").hideHelp())
    .addOption(
      new Option("--fork-strategy <strategy>", "what becomes of versions that need a later Python").choices([
        "fewest",
        "requires-python",
      ]),
    )
    .option("--environment <marker>", "the universal result is for where this holds, not for everywhere", collect)
    .option("--required-environment <marker>", "where this holds, what has no sdist has to have a wheel", collect);
}

function addOutputOptions(command: Command): Command {
  return command
    .option("-U, --upgrade", "take the newest allowed versions, whatever the output file pins")
    .option("-P, --upgrade-package <requirement>", "take the newest allowed version of this project", collect)
    .option("--dry-run", "print the result, and write nothing");
}

/** What is written of the result. */
function addWritingOptions(command: Command): Command {
  command
    .option("--generate-hashes", "write the hashes of all files of each release")
    .option("--no-header", "leave out the lines that say how the file was made")
    .option("--no-annotate", "leave out who asks for a distribution")
    .addOption(new Option("--annotation-style <style>", "how that is written").choices(["split", "line"]))
    .option("--no-strip-extras", "write the extras that something asks for")
    .option("--no-strip-markers", "write the markers under which distributions are asked for")
    .option("--emit-index-url", "write --index-url and --extra-index-url")
    .option("--emit-find-links", "write --find-links")
    .option("--emit-build-options", "write --no-binary and --only-binary")
    .option("--emit-index-annotation", "write which index a distribution is from")
    .option("--no-emit-package <name>", "resolve this project, and do not write it", collect)
    .option("--custom-compile-command <text>", "what the header says instead of the command")
    .addOption(new Option("--header").hideHelp())
    .addOption(new Option("--annotate").hideHelp())
    .addOption(new Option("--strip-extras").hideHelp())
    .addOption(new Option("--strip-markers").hideHelp());
  return alias(command, "--unsafe-package <name>", "emitPackage", collect);
}

export function compilingOptions(flags: CompileFlags, { context, words, variable }: CommandRun): CompileOptions {
  const custom =
    flags.customCompileCommand ?? variable("MURRE_CUSTOM_COMPILE_COMMAND") ?? variable("CUSTOM_COMPILE_COMMAND");
  return {
    ...context,
    ...indexOptions(flags),
    ...buildOptions(flags),
    ...takingOptions(flags),
    ...resolvingOptions(flags),
    dependencies: flags.deps ? "follow" : "none",
    header: flags.header,
    annotations: flags.annotate ? (flags.annotationStyle ?? "split") : "none",
    stripExtras: flags.stripExtras,
    stripMarkers: flags.stripMarkers,
    commandWords: ["murre", ...words],
    ...defined({
      python: flags.python,
      system: flags.system,
      universal: flags.universal,
      forkStrategy: flags.forkStrategy,
      environments: flags.environment,
      requiredEnvironments: flags.requiredEnvironment,
      dryRun: flags.dryRun,
      upgrade: flags.upgrade === true ? ("all" as const) : flags.upgradePackage,
      hashes: flags.generateHashes,
      command: custom,
      indexAnnotations: flags.emitIndexAnnotation,
      emitIndexUrls: flags.emitIndexUrl,
      emitFindLinks: flags.emitFindLinks,
      emitBuildOptions: flags.emitBuildOptions,
      omit: flags.emitPackage === true ? undefined : flags.emitPackage,
    }),
  };
}

export function presentCompiled(report: CompileReport, terminal: Terminal): void {
  terminal.out(sayDocument(report.text));
  presentWritten(report, terminal);
}

/** Whether the file was written, without what is in it. */
export function presentWritten({ outputFile, changed, dryRun }: CompileReport, terminal: Terminal): void {
  if (outputFile === undefined) return;
  const state = dryRun ? "not written (--dry-run)" : changed ? "written" : "as it was";
  terminal.note(say`${outputFile}: ${state}\n`);
}
