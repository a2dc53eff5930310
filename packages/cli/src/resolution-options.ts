import type { InstallOptions } from "@murre/installer";
import { type Command, Option } from "commander";
import { alias, collect, defined } from "./options.ts";

type SelectionOptions = Pick<
  InstallOptions,
  | "prerelease"
  | "prereleasePackages"
  | "excludeNewer"
  | "excludeNewerPackages"
  | "pythonVersion"
  | "pythonPlatform"
  | "implementation"
  | "abis"
  | "ignoreRequiresPython"
>;
type ResolutionOptions = Pick<InstallOptions, "resolution" | "overrideFiles" | "excludeFiles">;
type ProjectSelectionOptions = Pick<InstallOptions, "extras" | "allExtras" | "groups" | "allGroups">;

export interface SelectionFlags {
  readonly prerelease?: NonNullable<SelectionOptions["prerelease"]>;
  readonly prereleasePackage?: string[];
  readonly excludeNewer?: string;
  readonly excludeNewerPackage?: string[];
  readonly pythonVersion?: string;
  readonly pythonPlatform?: string;
  readonly implementation?: string;
  readonly abis?: string[];
  readonly ignoreRequiresPython?: boolean;
}

/** What of the indexes counts, and for which Python. */
export function addSelectionOptions(command: Command): Command {
  command
    .addOption(
      new Option("--prerelease <mode>", "what becomes of pre-releases").choices([
        "disallow",
        "allow",
        "if-necessary",
        "explicit",
        "if-necessary-or-explicit",
      ]),
    )
    .option("--prerelease-package <NAME=mode>", "the same for one project", collect)
    .option("--exclude-newer <when>", "only files uploaded before: a timestamp, a date, or a time back such as 3 days")
    .option("--exclude-newer-package <NAME=when>", "the same for one project; false: whenever", collect)
    .option("--python-version <version>", "the Python to choose for, instead of the interpreter's version")
    .option("--python-platform <name>", "the platform to choose for: linux, windows, macos, x86_64-manylinux_2_28 …");
  return alias(command, "--uploaded-prior-to <when>", "excludeNewer");
}

export function selectionOptions(flags: SelectionFlags): SelectionOptions {
  return defined({
    prerelease: flags.prerelease,
    prereleasePackages: flags.prereleasePackage,
    excludeNewer: flags.excludeNewer,
    excludeNewerPackages: flags.excludeNewerPackage,
    pythonVersion: flags.pythonVersion,
    pythonPlatform: flags.pythonPlatform,
    implementation: flags.implementation,
    abis: flags.abis,
    ignoreRequiresPython: flags.ignoreRequiresPython,
  });
}

export interface ResolutionFlags {
  readonly resolution?: NonNullable<ResolutionOptions["resolution"]>;
  readonly override?: string[];
  readonly exclude?: string[];
}

/** Which versions are taken of those that fit. */
export function addResolutionOptions(command: Command): Command {
  command
    .addOption(
      new Option("--resolution <strategy>", "which of the versions that fit are taken").choices([
        "highest",
        "lowest",
        "lowest-direct",
      ]),
    )
    .option("--override <file>", "requirements that take the place of all others of their projects", collect)
    .option("--exclude <file>", "projects that are left out, whoever requires them", collect);
  alias(command, "--overrides <file>", "override", collect);
  return alias(command, "--excludes <file>", "exclude", collect);
}

export function resolutionOptions(flags: ResolutionFlags): ResolutionOptions {
  return defined({ resolution: flags.resolution, overrideFiles: flags.override, excludeFiles: flags.exclude });
}

export interface ProjectFlags {
  readonly extra?: string[];
  readonly allExtras?: boolean;
  readonly group?: string[];
  readonly allGroups?: boolean;
  /** uv's --project: whose groups are meant. */
  readonly project?: string;
}

/** Which optional parts of projects are wanted. */
export function addProjectOptions(command: Command): Command {
  return command
    .option("--extra <name>", "an extra of the projects whose pyproject.toml is named", collect)
    .option("--all-extras", "all of their extras")
    .option("--group <name>", "a dependency group of ./pyproject.toml, or PATH:NAME", collect)
    .option("--all-groups", "all dependency groups");
}

export function projectOptions(flags: ProjectFlags): ProjectSelectionOptions {
  const { extra, allExtras, group, allGroups, project } = flags;
  return defined({ extras: extra, allExtras, groups: group, allGroups, projectFolder: folderOfProject(project) });
}

/** A project may be named by its pyproject.toml as well, as in uv. */
export function folderOfProject(project: string | undefined): string | undefined {
  return project?.replace(/(^|[\\/])pyproject\.toml$/, "$1.");
}

/** Whether groups say what is wanted, though no file is named. */
export function hasGroups({ group, allGroups }: ProjectFlags): boolean {
  return group !== undefined || allGroups === true;
}

export interface ResolvingFlags extends SelectionFlags, ResolutionFlags, ProjectFlags {}

/** All that says how requirements are resolved. */
export function addResolvingOptions(command: Command): Command {
  return addProjectOptions(addResolutionOptions(addSelectionOptions(command)));
}

export function resolvingOptions(
  flags: ResolvingFlags,
): SelectionOptions & ResolutionOptions & ProjectSelectionOptions {
  return { ...selectionOptions(flags), ...resolutionOptions(flags), ...projectOptions(flags) };
}
