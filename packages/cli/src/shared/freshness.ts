import type { FreshnessOptions } from "@murre/installer";
import { type Command, Option } from "commander";
import { collect, defined } from "../options.ts";

export interface FreshnessFlags {
  readonly pre?: boolean;
  readonly prerelease?: NonNullable<FreshnessOptions["prerelease"]>;
  readonly prereleasePackage?: string[];
  readonly excludeNewer?: string;
  readonly excludeNewerPackage?: string[];
}

/** Which versions of an index count as newer. */
export function addFreshnessOptions(command: Command): Command {
  return command
    .option("--pre", "pre-releases count as newer versions too")
    .addOption(new Option("--prerelease <mode>").choices(["disallow", "allow", "if-necessary", "explicit"]).hideHelp())
    .addOption(new Option("--prerelease-package <NAME=mode>").argParser(collect).hideHelp())
    .option("--exclude-newer <when>", "only what was uploaded before counts")
    .option("--exclude-newer-package <NAME=when>", "the same for one project", collect);
}

export function freshnessOptions(flags: FreshnessFlags): FreshnessOptions {
  return defined({
    prereleases: flags.pre,
    prerelease: flags.prerelease,
    prereleasePackages: flags.prereleasePackage,
    excludeNewer: flags.excludeNewer,
    excludeNewerPackages: flags.excludeNewerPackage,
  });
}
