import { Command } from "commander";
import { UsageError } from "../errors.ts";
import {
  addChangeOptions,
  addGlobalOptions,
  changeOptions,
  defined,
  type ChangeFlags,
  type GlobalFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentMany } from "../present/many.ts";
import type { Runner } from "../runner.ts";

/** `murre install-many`. */
export function installManyCommand(run: Runner): Command {
  const command = new Command("install-many")
    .description("Install the newest wheel of each project of a list, without what it needs, and go on past failures")
    .argument("<file>", "one project a line, or - for standard input")
    .option("--limit <count>", "only so many projects from the beginning of the list");
  type Flags = GlobalFlags & ChangeFlags & { readonly limit?: string };
  return addGlobalOptions(addChangeOptions(command)).action((file: string, flags: Flags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      const report = await operations.installMany({
        ...context,
        ...changeOptions(flags),
        projectsFile: file,
        ...defined({ limit: flags.limit === undefined ? undefined : countOf(flags.limit) }),
      });
      printReport(report, flags, terminal, presentMany);
      if (report.failures.length > 0) fail();
    }),
  );
}

function countOf(limit: string): number {
  if (!/^\d+$/.test(limit)) throw new UsageError(`--limit takes a whole number, not "${limit}"`);
  return Number(limit);
}
