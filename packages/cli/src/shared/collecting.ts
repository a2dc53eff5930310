import type { CollectOptions } from "@murre/installer";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { addChangeOptions, addGlobalOptions, changeOptions, collect, defined, type ChangeFlags } from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentCollected } from "../present/reports.ts";
import { addResolvingOptions, resolvingOptions, type ResolvingFlags } from "../resolution-options.ts";
import type { Runner } from "../runner.ts";
import { namesNothing, namingOptions, type NamingFlags } from "./naming.ts";

interface CollectFlags extends ChangeFlags, ResolvingFlags, NamingFlags {}

/** What `wheel` and `download` share: all but the kind of files, and the word for their folder. */
export function collectingCommand<Flags>(
  command: Command,
  run: Runner,
  what: "wheel" | "download",
  folderOf: (flags: Flags) => string | undefined,
): Command {
  command
    .argument("[requirements...]", "requirements, or paths and URLs of wheels, sdists and folders")
    .option("-e, --editable <folder>", "take a project as if it were named without -e", collect)
    .option("-r, --requirement <file>", "take what a requirements file lists", collect)
    .option("--no-deps", "take only what is named");
  return addGlobalOptions(addResolvingOptions(addChangeOptions(command))).action(
    (requirements: string[], flags: CollectFlags & Flags) =>
      run(flags, async ({ operations, terminal, context }) => {
        if (namesNothing(requirements, flags))
          throw new UsageError("name what to take: a requirement, the path of a project, or -r FILE");
        const options: CollectOptions = {
          ...context,
          ...changeOptions(flags),
          ...resolvingOptions(flags),
          ...namingOptions(requirements, flags),
          ...defined({ outputFolder: folderOf(flags) }),
        };
        const report = await operations[what](options);
        printReport(report, flags, terminal, presentCollected);
      }),
  );
}
