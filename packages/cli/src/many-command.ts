import type { InstallManyReport } from "@murre/installer";
import pc from "picocolors";
import type { Command } from "commander";
import { UsageError } from "./errors.ts";
import { counted, formatDuration } from "./format.ts";
import {
  addChangeOptions,
  addGlobalOptions,
  changeOptions,
  defined,
  type ChangeFlags,
  type GlobalFlags,
} from "./options.ts";
import { printReport } from "./print-report.ts";
import { say, sayLines, styled } from "./printable.ts";
import type { Runner } from "./program.ts";
import type { Terminal } from "./terminal.ts";

export function addInstallMany(parent: Command, run: Runner): void {
  const command = parent
    .command("install-many")
    .description("Install the newest wheel of each project of a list, without what it needs, and go on past failures")
    .argument("<file>", "one project a line, or - for standard input")
    .option("--limit <count>", "only so many projects from the beginning of the list");
  type Flags = GlobalFlags & ChangeFlags & { readonly limit?: string };
  addGlobalOptions(addChangeOptions(command)).action((file: string, flags: Flags) =>
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

/** One line a conflict, one a failure; the sum at the end. */
export function presentMany(report: InstallManyReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  const { installed, present, failures, conflicts, fetched, durationsMs } = report;
  for (const { path, winner, losers } of conflicts)
    terminal.out(say`${styled(colors.yellow, "conflict:")} ${path}: ${winner}, not ${losers.join(", ")}\n`);
  for (const { name, version, code, message } of failures)
    terminal.out(
      say`${styled(colors.red, "failed:")} ${name}${version === undefined ? "" : `==${version}`}: ${sayLines(message)} (${code})\n`,
    );
  const parts = [
    `${counted(installed.length, "distribution")} ${report.dryRun ? "to install" : "installed"}`,
    `${present.length} there already`,
    `${fetched} fetched`,
    `${failures.length} failed`,
    counted(conflicts.length, "conflict"),
  ];
  terminal.out(say`${parts.join(", ")} in ${formatDuration(durationsMs.all)}\n`);
}
