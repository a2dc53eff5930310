import { say, sayJson } from "./printable.ts";
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
