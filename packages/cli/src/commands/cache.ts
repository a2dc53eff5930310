import { printReport } from "../present/print-report.ts";
import { say } from "../present/printable.ts";
import { Command } from "commander";
import { parseAge, parseSize } from "../amounts.ts";
import { addGlobalOptions, defined, type GlobalFlags } from "../options.ts";
import { presentCacheList, presentCacheSize, presentCleaned, presentVerified } from "../present/cache.ts";
import type { Runner } from "../runner.ts";

/** `murre cache …`: none of it waits for the processes that use the cache. */
export function cacheCommand(run: Runner): Command {
  const cache = new Command("cache").description("The cache that all murre processes share");
  addGlobalOptions(cache);
  addCacheDir(cache, run);
  addCacheClean(cache, run);
  addCachePrune(cache, run);
  addCacheSize(cache, run);
  addCacheList(cache, run);
  addCacheVerify(cache, run);
  return cache;
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

type PruneFlags = GlobalFlags & { readonly olderThan?: number; readonly maxSize?: number; readonly ci?: boolean };

function addCachePrune(parent: Command, run: Runner): void {
  const command = parent
    .command("prune")
    .description("Remove what nothing leads to any more, and what ended processes left behind")
    .option("--older-than <age>", "also what was last used longer ago: 30d, 12h", parseAge)
    .option("--max-size <size>", "also what was not used for longest, until the rest is no larger: 10GB", parseSize)
    .option("--ci", "all that can be fetched again, and leave what was built: for a cache that a CI keeps");
  addGlobalOptions(command).action((flags: PruneFlags) =>
    run(flags, async ({ operations, terminal }) => {
      const { olderThan, maxSize, ci } = flags;
      const limits = defined({ olderThanMs: olderThan, maxBytes: maxSize, keepsOnlyBuilt: ci });
      const report = await operations.cache.prune(limits);
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
      const report = await operations.cache.verify(defined({ repair: flags.repair, ...context }));
      printReport(report, flags, terminal, presentVerified);
      if (report.problems.length > report.repaired && flags.repair !== true) fail();
    }),
  );
}
