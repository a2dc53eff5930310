import type { BuildProjectOptions, CollectOptions } from "@murre/installer";
import { Option, type Command } from "commander";
import { UsageError } from "./errors.ts";
import {
  addBuildOptions,
  addChangeOptions,
  addGlobalOptions,
  addIndexOptions,
  buildOptions,
  changeOptions,
  collect,
  defined,
  indexOptions,
  type BuildFlags,
  type ChangeFlags,
  type IndexFlags,
} from "./options.ts";
import { presentBuild, presentCollected } from "./present-reports.ts";
import { printReport } from "./print-report.ts";
import type { Runner } from "./program.ts";

interface ProjectFlags extends IndexFlags, BuildFlags {
  readonly sdist?: boolean;
  readonly wheel?: boolean;
  readonly outDir?: string;
  readonly python?: string;
}

export function addBuild(parent: Command, run: Runner): void {
  const command = parent
    .command("build")
    .description("Build the sdist of a project, and its wheel from that")
    .argument("[source]", "the project's folder, or an sdist", ".")
    .option("--sdist", "build the sdist")
    .option("--wheel", "build the wheel; alone, from the folder itself")
    .option("-o, --out-dir <folder>", "where to put them (default: dist in the project's folder)")
    .option("-p, --python <request>", "the interpreter: a version, a name or a path");
  addGlobalOptions(addBuildOptions(addIndexOptions(command))).action((source: string, flags: ProjectFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const options: BuildProjectOptions = {
        ...context,
        ...indexOptions(flags),
        ...buildOptions(flags),
        source,
        ...defined({ what: wanted(flags), outputFolder: flags.outDir, python: flags.python }),
      };
      const report = await operations.build(options);
      printReport(report, flags, terminal, presentBuild);
    }),
  );
}

/** Both or neither: the sdist, then the wheel from it (as `python -m build`). */
function wanted({ sdist = false, wheel = false }: ProjectFlags): BuildProjectOptions["what"] {
  if (sdist === wheel) return sdist ? "sdist-then-wheel" : undefined;
  return sdist ? "sdist" : "wheel";
}

interface CollectFlags extends ChangeFlags {
  readonly requirement?: string[];
  readonly deps: boolean;
  readonly wheelDir?: string;
  readonly dest?: string;
}

export function addWheel(parent: Command, run: Runner): void {
  const command = parent
    .command("wheel")
    .description("Leave a wheel of each distribution in a folder, built where there is none")
    .addOption(new Option("-w, --wheel-dir <folder>", "where to put them (default: here)"));
  addCollecting(command, run, (operations) => operations.wheel);
}

export function addDownload(parent: Command, run: Runner): void {
  const command = parent
    .command("download")
    .description("Leave the file of each distribution in a folder, as the index has it")
    .addOption(new Option("-d, --dest <folder>", "where to put them (default: here)"));
  addCollecting(command, run, (operations) => operations.download);
}

type Operations = Parameters<Parameters<Runner>[1]>[0]["operations"];

function addCollecting(
  command: Command,
  run: Runner,
  choose: (operations: Operations) => Operations["wheel"] | Operations["download"],
): void {
  command
    .argument("[requirements...]", "requirements, or paths and URLs of wheels, sdists and folders")
    .option("-r, --requirement <file>", "take what a requirements file lists", collect)
    .option("--no-deps", "take only what is named");
  addGlobalOptions(addChangeOptions(command)).action((requirements: string[], flags: CollectFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      if (requirements.length === 0 && flags.requirement === undefined)
        throw new UsageError("name what to take: a requirement, the path of a project, or -r FILE");
      const options: CollectOptions = {
        ...context,
        ...changeOptions(flags),
        requirements,
        dependencies: flags.deps ? "follow" : "none",
        ...defined({ requirementFiles: flags.requirement, outputFolder: flags.wheelDir ?? flags.dest }),
      };
      const report = await choose(operations)(options);
      printReport(report, flags, terminal, presentCollected);
    }),
  );
}
