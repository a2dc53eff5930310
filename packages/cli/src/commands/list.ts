import { Command, Option } from "commander";
import { presentList, type ListFormat } from "../present/reports.ts";
import type { Runner } from "../runner.ts";
import { listingCommand } from "../shared/listing.ts";

/** `murre pip list`. */
export function listCommand(run: Runner): Command {
  const command = new Command("list")
    .alias("ls")
    .description("List what is installed")
    .addOption(new Option("-e, --editable", "list editable installations only").conflicts("excludeEditable"))
    .option("--not-required", "list only what nothing else that is installed requires")
    .addOption(new Option("--format <format>").choices(["columns", "freeze", "json"]).default("columns"));
  return listingCommand<{ readonly format: ListFormat }>(command, run, (report, terminal, { format }) =>
    presentList(report, format, terminal),
  );
}
