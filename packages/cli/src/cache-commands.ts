import { printReport } from "./print-report.ts";
import { say } from "./printable.ts";
import { type Command, InvalidArgumentError } from "commander";
import { addGlobalOptions, defined, type GlobalFlags } from "./options.ts";
import { presentCacheList, presentCacheSize, presentCleaned, presentVerified } from "./present-cache.ts";
import type { Runner } from "./program.ts";

/** `murre cache …`: none of it waits for the processes that use the cache. */
export function addCacheCommands(program: Command, run: Runner): void {
  const cache = program.command("cache").description("The cache that all murre processes share");
  addGlobalOptions(cache);
  addCacheDir(cache, run);
  addCacheClean(cache, run);
  addCachePrune(cache, run);
  addCacheSize(cache, run);
  addCacheList(cache, run);
  addCacheVerify(cache, run);
}

function addCacheDir(parent: Command, run: Runner): void {
  const command = parent.command("dir").description("Print the cache folder");
  addGlobalOptions(command).action((flags: GlobalFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const { cacheFolder } = operations;
      printReport(cacheFolder, flags, terminal, () => terminal.out(say`${cacheFolder}\n`));
    }),
  );
}

function addCacheClean(parent: Command, run: Runner): void {
  const command = parent
    .command("clean")
    .description("Remove everything, or what belongs to some projects; running installations keep what they use")
    .argument("[projects...]", "the projects; all without any");
  addGlobalOptions(command).action((projects: string[], flags: GlobalFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const report = await operations.cache.clean(projects.length === 0 ? {} : { projects });
      printReport(report, flags, terminal, presentCleaned);
    }),
  );
}

type PruneFlags = GlobalFlags & { readonly olderThan?: number; readonly maxSize?: number };

function addCachePrune(parent: Command, run: Runner): void {
  const command = parent
    .command("prune")
    .description("Remove what nothing leads to any more, and what ended processes left behind")
    .option("--older-than <age>", "also what was last used longer ago: 30d, 12h", parseAge)
    .option("--max-size <size>", "also what was not used for longest, until the rest is no larger: 10GB", parseSize);
  addGlobalOptions(command).action((flags: PruneFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const report = await operations.cache.prune(defined({ olderThanMs: flags.olderThan, maxBytes: flags.maxSize }));
      printReport(report, flags, terminal, presentCleaned);
    }),
  );
}

function addCacheSize(parent: Command, run: Runner): void {
  const command = parent
    .command("size")
    .description("Say how large the cache is, and how much of it environments share");
  addGlobalOptions(command).action((flags: GlobalFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const report = await operations.cache.size();
      printReport(report, flags, terminal, presentCacheSize);
    }),
  );
}

function addCacheList(parent: Command, run: Runner): void {
  const command = parent.command("list").alias("ls").description("List the archives in the cache");
  addGlobalOptions(command).action((flags: GlobalFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const entries = await operations.cache.list();
      printReport(entries, flags, terminal, presentCacheList);
    }),
  );
}

function addCacheVerify(parent: Command, run: Runner): void {
  const command = parent
    .command("verify")
    .description("Compare every file in the cache with what was unpacked")
    .option("--repair", "remove damaged archives, to be fetched again when they are needed");
  addGlobalOptions(command).action((flags: GlobalFlags & { readonly repair?: boolean }) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      const report = await operations.cache.verify(defined({ repair: flags.repair, signal: context.signal }));
      printReport(report, flags, terminal, presentVerified);
      if (report.problems.length > report.repaired && flags.repair !== true) fail();
    }),
  );
}

const agesMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30d`, `12h`, `90m`, `2w` in milliseconds; a bare number is days. */
export function parseAge(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdw]?)$/i.exec(text.trim());
  const unit = agesMs[match?.[2]?.toLowerCase() === "" ? "d" : (match?.[2]?.toLowerCase() ?? "")];
  if (match === null || unit === undefined)
    throw new InvalidArgumentError("An age is a number and s, m, h, d or w, as in 30d.");
  return Number(match[1]) * unit;
}

const scales = ["", "k", "m", "g", "t"];

/** `10GB`, `500M`, `1.5 GiB` in bytes: powers of 1000, with an i of 1024. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("A size is a number and a unit, as in 10GB or 500MiB.");
  const base = match[3] === "" ? 1000 : 1024;
  return Number(match[1]) * base ** scales.indexOf((match[2] ?? "").toLowerCase());
}
