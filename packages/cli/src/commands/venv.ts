import type { VenvOptions } from "@murre/installer";
import { Command, Option } from "commander";
import { addGlobalOptions, addIndexOptions, collect, defined, indexOptions, type IndexFlags } from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentVenv } from "../present/reports.ts";
import { folderOfProject } from "../resolution-options.ts";
import type { Runner } from "../runner.ts";

interface VenvFlags extends IndexFlags {
  readonly python?: string;
  readonly seed?: boolean;
  readonly prompt?: string;
  readonly systemSitePackages?: boolean;
  readonly relocatable?: boolean;
  readonly excludeNewer?: string;
  readonly excludeNewerPackage?: string[];
  readonly allowExisting?: boolean;
  readonly clear?: boolean;
  /** uv's --project. */
  readonly project?: string;
}

/** `murre venv`. */
export function venvCommand(run: Runner): Command {
  const command = new Command("venv")
    .description("Make a virtual environment")
    .argument("[path]", "where to make it (default: .venv, in the folder of --project where that is a project)")
    .option("-p, --python <request>", "the interpreter: a version, a name or a path")
    .option("--seed", "install pip into it")
    .option("--prompt <text>", "what the shell shows when it is active")
    .option("--system-site-packages", "let it see the interpreter's own distributions")
    .option("--relocatable", "let it be moved: its scripts find the interpreter beside them")
    .option("--exclude-newer <when>", "with --seed: only files uploaded before, as for pip install")
    .option("--exclude-newer-package <NAME=when>", "the same for one project; false: whenever", collect)
    .addOption(new Option("--allow-existing", "refresh an environment in place").conflicts("clear"))
    .option("--clear", "replace what is there, when it is an environment");
  return addGlobalOptions(addIndexOptions(command)).action((path: string | undefined, flags: VenvFlags) =>
    run(flags, async ({ operations, terminal, context, platform }) => {
      const options: VenvOptions = {
        ...context,
        ...indexOptions(flags),
        existing: flags.clear === true ? "clear" : flags.allowExisting === true ? "refresh" : "refuse",
        ...defined({
          path,
          projectFolder: folderOfProject(flags.project),
          python: flags.python,
          seed: flags.seed,
          prompt: flags.prompt,
          systemSitePackages: flags.systemSitePackages,
          relocatable: flags.relocatable,
          excludeNewer: flags.excludeNewer,
          excludeNewerPackages: flags.excludeNewerPackage,
        }),
      };
      const report = await operations.venv(options);
      printReport(report, flags, terminal, () => presentVenv(report, terminal, platform));
    }),
  );
}
