import type { ListOptions } from "@murre/installer";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { addIndexOptions, indexOptions, type IndexFlags } from "../options.ts";
import { presentList, type ListFormat } from "../present/reports.ts";
import type { Runner } from "../runner.ts";
import { addFreshnessOptions, freshnessOptions, type FreshnessFlags } from "../shared/freshness.ts";
import { listingCommand } from "../shared/listing.ts";

/** `murre pip list`. */
export function listCommand(run: Runner): Command {
  const command = new Command("list")
    .alias("ls")
    .description("List what is installed")
    .addOption(new Option("-e, --editable", "list editable installations only").conflicts("excludeEditable"))
    .option("--not-required", "list only what nothing else that is installed requires")
    .addOption(new Option("-o, --outdated", "list only what indexes have a newer version of").conflicts("uptodate"))
    .option("-u, --uptodate", "list only what they have no newer version of")
    .addOption(new Option("--format <format>").choices(["columns", "freeze", "json"]).default("columns"));
  addFreshnessOptions(addIndexOptions(command));
  return listingCommand<ListFlags>(
    command,
    run,
    (report, terminal, { format }) => presentList(report, format, terminal),
    whatIsAsked,
  );
}

interface ListFlags extends IndexFlags, FreshnessFlags {
  readonly format: ListFormat;
  readonly outdated?: boolean;
  readonly uptodate?: boolean;
}

/** Indexes are only asked where what they have matters. */
function whatIsAsked({ outdated, uptodate, ...flags }: ListFlags): Partial<ListOptions> {
  if (outdated !== true && uptodate !== true) return {};
  if (outdated === true && flags.format === "freeze")
    throw new UsageError("--format freeze has no place for the newest version; leave it or --outdated out");
  const freshness = outdated === true ? "outdated" : "uptodate";
  return { ...indexOptions(flags), ...freshnessOptions(flags), freshness };
}
