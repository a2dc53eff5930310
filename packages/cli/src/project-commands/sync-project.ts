import type { SyncProjectOptions } from "@murre/installer";
import { Command } from "commander";
import {
  addCompileOptions,
  addEditableOptions,
  addGlobalOptions,
  collect,
  compileOptions,
  defined,
  editableOptions,
  linkModeOption,
  Unpaired,
  type CompileFlags,
  type EditableFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentProject } from "../present/projects.ts";
import type { Runner } from "../runner.ts";
import { addLockOptions, lockOptions, type LockFlags } from "./lock-project.ts";

interface Flags extends LockFlags, CompileFlags, EditableFlags {
  readonly extra?: string[];
  readonly allExtras?: boolean;
  readonly noExtra?: string[];
  readonly group?: string[];
  readonly allGroups?: boolean;
  readonly noGroup?: string[];
  readonly dev?: boolean;
  readonly noDev?: boolean;
  readonly onlyDev?: boolean;
  readonly onlyGroup?: string[];
  readonly noDefaultGroups?: boolean;
  readonly package?: string[];
  readonly allPackages?: boolean;
  readonly noInstallProject?: boolean;
  readonly noInstallWorkspace?: boolean;
  readonly noInstallPackage?: string[];
  readonly frozen?: boolean;
  readonly inexact?: boolean;
  readonly reinstall?: boolean;
  readonly linkMode?: NonNullable<SyncProjectOptions["linkMode"]>;
}

/** `murre sync`. */
export function syncProjectCommand(run: Runner): Command {
  const command = new Command("sync")
    .description("Make .venv hold what the project here needs, and the project itself, as its lock file says")
    .option("--extra <name>", "with this extra of the project", collect)
    .option("--all-extras", "with all of them")
    .addOption(new Unpaired("--no-extra <name>", "but for this one").argParser(collect))
    .option("--group <name>", "with this dependency group", collect)
    .option("--all-groups", "with all of them")
    .addOption(new Unpaired("--no-group <name>", "but for this one").argParser(collect))
    .option("--dev", "with the group dev (default)")
    .addOption(new Unpaired("--no-dev", "without the group dev"))
    .option("--only-dev", "with nothing but the group dev")
    .option("--only-group <name>", "with nothing but this group", collect)
    .addOption(new Unpaired("--no-default-groups", "without the groups of tool.uv.default-groups"))
    .option("--package <name>", "for this member of the workspace", collect)
    .option("--all-packages", "for all members")
    .addOption(new Unpaired("--no-install-project", "leave out the project itself"))
    .addOption(new Unpaired("--no-install-workspace", "leave out all members of the workspace"))
    .addOption(new Unpaired("--no-install-package <name>", "leave out this project").argParser(collect))
    .option("--frozen", "take the lock file as it is, up to date or not")
    .option("--inexact", "keep what is installed and not in the lock file")
    .option("--reinstall", "install again what is there already")
    .addOption(linkModeOption());
  return addGlobalOptions(addLockOptions(addCompileOptions(addEditableOptions(command)))).action((flags: Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.syncProject({
        ...context,
        ...lockOptions(flags),
        ...compileOptions(flags),
        ...editableOptions(flags),
        ...chosen(flags),
      });
      printReport(report, flags, terminal, presentProject);
    }),
  );
}

function chosen(flags: Flags): SyncProjectOptions {
  const onlyGroups = [...(flags.onlyGroup ?? []), ...(flags.onlyDev === true ? ["dev"] : [])];
  const withoutGroups = [...(flags.noGroup ?? []), ...(flags.noDev === true ? ["dev"] : [])];
  return defined({
    frozen: flags.frozen,
    inexact: flags.inexact,
    reinstall: flags.reinstall,
    linkMode: flags.linkMode,
    packages: flags.allPackages === true ? ("all" as const) : flags.package,
    extras: flags.allExtras === true ? ("all" as const) : flags.extra,
    withoutExtras: flags.noExtra,
    groups:
      flags.allGroups === true ? ("all" as const) : flags.dev === true ? [...(flags.group ?? []), "dev"] : flags.group,
    withoutGroups: withoutGroups.length > 0 ? withoutGroups : undefined,
    defaultGroups: flags.noDefaultGroups === true ? false : undefined,
    onlyGroups: onlyGroups.length > 0 ? onlyGroups : undefined,
    leaveOut:
      flags.noInstallWorkspace === true
        ? ("workspace" as const)
        : flags.noInstallProject === true
          ? ("project" as const)
          : undefined,
    leaveOutPackages: flags.noInstallPackage,
  });
}
