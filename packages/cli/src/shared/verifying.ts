import type { ChangeReport } from "@murre/installer";
import type { Command } from "commander";
import type { ChangeFlags } from "../options.ts";
import { printChange } from "../present/print-report.ts";
import type { CommandRun } from "../runner.ts";
import { warnOfProblems } from "./strict.ts";

export interface VerifyingFlags {
  readonly strict?: boolean;
  readonly check?: boolean;
}

/** What is looked at besides the change: uv's words. */
export function addVerifyingOptions(command: Command): Command {
  return command
    .option("--strict", "warn of what the environment lacks afterwards, as check does")
    .option("--check", "change nothing, and end with 1 if something would have to be changed");
}

export function verifyingOptions({ check }: VerifyingFlags): { readonly dryRun?: true } {
  return check === true ? { dryRun: true } : {};
}

/** Prints the report of a change, and what else was asked for. */
export async function finishChange(
  report: ChangeReport,
  flags: ChangeFlags & VerifyingFlags,
  { operations, terminal, context, fail }: CommandRun,
): Promise<void> {
  printChange(report, flags, terminal);
  if (flags.strict === true) await warnOfProblems({ operations, terminal, context }, flags);
  if (flags.check === true && report.added.length + report.removed.length > 0) fail();
}
