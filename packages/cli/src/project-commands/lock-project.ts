import type { LockOptions } from "@murre/installer";
import { Command } from "commander";
import {
  addBuildOptions,
  addGlobalOptions,
  addIndexOptions,
  addTakingOptions,
  buildOptions,
  collect,
  defined,
  indexOptions,
  takingOptions,
  type BuildFlags,
  type IndexFlags,
  type TakingFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentLock } from "../present/projects.ts";
import { addSelectionOptions, selectionOptions, type SelectionFlags } from "../resolution-options.ts";
import type { Runner } from "../runner.ts";

export interface LockFlags extends IndexFlags, BuildFlags, TakingFlags, SelectionFlags {
  readonly project?: string;
  readonly python?: string;
  readonly locked?: boolean;
  readonly upgrade?: boolean;
  readonly upgradePackage?: string[];
  readonly dryRun?: boolean;
  readonly resolution?: NonNullable<LockOptions["resolution"]>;
}

/** What `lock`, and whatever locks first, can be told. */
export function addLockOptions(command: Command): Command {
  command
    .option("--project <folder>", "the project's folder (default: the nearest one with a pyproject.toml)")
    .option("-p, --python <request>", "the interpreter: a version, a name or a path")
    .option("--locked", "leave the lock file as it is; fail where it is not up to date")
    .option("-U, --upgrade", "take the newest allowed versions, whatever the lock file has")
    .option("-P, --upgrade-package <name>", "take the newest allowed version of this project", collect)
    .option("--dry-run", "say what would be done, and do nothing");
  return addSelectionOptions(addTakingOptions(addBuildOptions(addIndexOptions(command))));
}

export function lockOptions(flags: LockFlags): LockOptions {
  const { constraintFiles: _, transitiveUrls: __, ...taking } = takingOptions(flags);
  return {
    ...indexOptions(flags),
    ...buildOptions(flags),
    ...taking,
    ...selectionOptions(flags),
    ...defined({
      project: flags.project,
      python: flags.python,
      locked: flags.locked,
      dryRun: flags.dryRun,
      upgrade: flags.upgrade === true ? ("all" as const) : flags.upgradePackage,
    }),
  };
}

/** `murre lock`. */
export function lockProjectCommand(run: Runner): Command {
  const command = new Command("lock").description(
    "Lock what the project here needs, for all platforms, in pylock.toml",
  );
  return addGlobalOptions(addLockOptions(command)).action((flags: LockFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.lockProject({ ...context, ...lockOptions(flags) });
      printReport(report, flags, terminal, presentLock);
    }),
  );
}
