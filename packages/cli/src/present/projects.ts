import type { LockReport, SyncProjectReport } from "@murre/installer";
import { counted } from "./format.ts";
import { say } from "./printable.ts";
import { presentChange } from "./reports.ts";
import type { Terminal } from "./terminal.ts";

export function presentLock({ lockFile, changed, dryRun, distributions }: LockReport, terminal: Terminal): void {
  const locked = counted(distributions, "distribution");
  if (!changed) terminal.note(say`${lockFile} is up to date: ${locked}\n`);
  else if (dryRun) terminal.note(say`${lockFile} would be written: ${locked}\n`);
  else terminal.note(say`Wrote ${lockFile}: ${locked}\n`);
}

export function presentProject(report: SyncProjectReport, terminal: Terminal): void {
  if (report.lockChanged) terminal.note(say`${report.dryRun ? "Would write" : "Wrote"} ${report.lockFile}\n`);
  if (report.made && report.dryRun) terminal.note(say`Would make ${report.environment}\n`);
  presentChange(report, terminal);
}
