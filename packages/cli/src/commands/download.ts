import { Command } from "commander";
import type { Runner } from "../runner.ts";
import { collectingCommand } from "../shared/collecting.ts";

/** `murre pip download`. */
export function downloadCommand(run: Runner): Command {
  const command = new Command("download")
    .description("Leave the file of each distribution in a folder, as the index has it")
    .option("-d, --dest <folder>", "where to put them (default: here)");
  return collectingCommand<{ readonly dest?: string }>(command, run, "download", ({ dest }) => dest);
}
