import type { InstallOptions } from "@murre/installer";
import { defined } from "../options.ts";
import { hasGroups, type ProjectFlags } from "../resolution-options.ts";

/** What a command is to take, besides its words. */
export interface NamingFlags extends ProjectFlags {
  readonly editable?: string[];
  readonly requirement?: string[];
  readonly deps: boolean;
}

/** Whether neither words nor options name anything. */
export function namesNothing(requirements: readonly string[], flags: NamingFlags): boolean {
  return (
    requirements.length === 0 && flags.requirement === undefined && flags.editable === undefined && !hasGroups(flags)
  );
}

export function namingOptions(
  requirements: readonly string[],
  flags: NamingFlags,
): Pick<InstallOptions, "requirements" | "dependencies" | "editables" | "requirementFiles"> {
  return {
    requirements,
    dependencies: flags.deps ? "follow" : "none",
    ...defined({ editables: flags.editable, requirementFiles: flags.requirement }),
  };
}
