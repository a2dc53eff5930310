import { Command } from "commander";
import type { Runner } from "../runner.ts";
import { collectingCommand } from "../shared/collecting.ts";

/** `murre pip wheel`. */
export function wheelCommand(run: Runner): Command {
  const command = new Command("wheel")
    .description("Leave a wheel of each distribution in a folder, built where there is none")
    .option("-w, --wheel-dir <folder>", "where to put them (default: here)");
  return collectingCommand<{ readonly wheelDir?: string }>(command, run, "wheel", ({ wheelDir }) => wheelDir);
}
