import type { InstallManyReport } from "@murre/installer";
import pc from "picocolors";
import { counted, formatDuration } from "./format.ts";
import { say, sayLines, styled } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

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
