import { Command } from "commander";
import { presentFreeze } from "../present/reports.ts";
import type { Runner } from "../runner.ts";
import { listingCommand } from "../shared/listing.ts";

/** `murre pip freeze`. */
export function freezeCommand(run: Runner): Command {
  const command = new Command("freeze").description("Print what is installed in the form of a requirements file");
  return listingCommand(command, run, presentFreeze);
}
