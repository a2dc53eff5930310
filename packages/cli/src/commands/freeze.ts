import { Command } from "commander";
import { collect, defined } from "../options.ts";
import { presentFreeze } from "../present/reports.ts";
import type { Runner } from "../runner.ts";
import { listingCommand } from "../shared/listing.ts";

/** `murre pip freeze`. */
export function freezeCommand(run: Runner): Command {
  const command = new Command("freeze")
    .description("Print what is installed in the form of a requirements file")
    .option("-r, --requirement <file>", "in the order of this file, and with its comments", collect);
  return listingCommand<{ readonly requirement?: string[] }>(command, run, presentFreeze, ({ requirement }) =>
    defined({ orderFiles: requirement }),
  );
}
