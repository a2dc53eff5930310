import type { ChangeReport } from "@murre/installer";
import { say, sayJson } from "./printable.ts";
import { presentChange } from "./reports.ts";
import type { Terminal } from "./terminal.ts";

/** A command's result: one JSON document with --json, otherwise as people read it. */
export function printReport<Report>(
  report: Report,
  flags: { readonly json?: boolean },
  terminal: Terminal,
  present: (report: Report, terminal: Terminal) => void,
): void {
  if (flags.json === true) terminal.out(say`${sayJson(report)}\n`);
  else present(report, terminal);
}

/** What was changed, which somebody who asks for quiet does not want to know (pip, uv). */
export function printChange(
  report: ChangeReport,
  flags: { readonly json?: boolean; readonly quiet?: boolean },
  terminal: Terminal,
): void {
  if (flags.json === true || flags.quiet !== true) printReport(report, flags, terminal, presentChange);
}
