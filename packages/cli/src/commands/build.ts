import type { BuildProjectOptions } from "@murre/installer";
import { Command } from "commander";
import {
  addGlobalOptions,
  addIndexOptions,
  addBuildOptions,
  defined,
  indexOptions,
  buildOptions,
  type IndexFlags,
  type BuildFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentBuild } from "../present/reports.ts";
import type { Runner } from "../runner.ts";

interface ProjectFlags extends IndexFlags, BuildFlags {
  readonly sdist?: boolean;
  readonly wheel?: boolean;
  readonly outDir?: string;
  readonly python?: string;
}

/** `murre build`. */
export function buildCommand(run: Runner): Command {
  const command = new Command("build")
    .description("Build the sdist of a project, and its wheel from that")
    .argument("[source]", "the project's folder, or an sdist", ".")
    .option("--sdist", "build the sdist")
    .option("--wheel", "build the wheel; alone, from the folder itself")
    .option("-o, --out-dir <folder>", "where to put them (default: dist in the project's folder)")
    .option("-p, --python <request>", "the interpreter: a version, a name or a path");
  return addGlobalOptions(addBuildOptions(addIndexOptions(command))).action((source: string, flags: ProjectFlags) =>
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
