import { normalizeName } from "@murre/pep508";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { addGlobalOptions, type GlobalFlags } from "../options.ts";
import { presentCacheList, presentCacheSize, presentCleaned } from "../present/cache.ts";
import { say } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import type { CommandRun, Runner } from "../runner.ts";
import type { Complete } from "./lazy-commands.ts";

/** `murre pip cache …`: pip's words for what `murre cache …` does. */
export const completePipCache: Complete = (group, run) => {
  addGlobalOptions(group);
  const add = (command: Command, body: (given: CommandRun, flags: GlobalFlags, pattern?: string) => Promise<void>) =>
    group.addCommand(withBody(command, run, body));
  add(new Command("dir").description("Print the cache folder"), async ({ operations, terminal }, flags) => {
    printReport(operations.cacheFolder, flags, terminal, (folder) => terminal.out(say`${folder}\n`));
  });
  add(new Command("info").description("Say how large the cache is"), async ({ operations, terminal }, flags) => {
    printReport(await operations.cache.size(), flags, terminal, presentCacheSize);
  });
  const list = new Command("list")
    .description("List the archives in the cache")
    .argument("[pattern]", "of which names");
  list.addOption(new Option("--format <format>").choices(["human", "abspath"]).hideHelp());
  add(list, async ({ operations, terminal }, flags, pattern = "*") => {
    const entries = (await operations.cache.list()).filter(({ project }) => matches(project, pattern));
    printReport(entries, flags, terminal, presentCacheList);
  });
  const remove = new Command("remove")
    .description("Remove what belongs to the projects whose name matches")
    .argument("<pattern>", "a name, in which * and ? stand for others");
  add(remove, async ({ operations, terminal }, flags, pattern = "") => {
    const names = new Set(
      (await operations.cache.list()).map(({ project }) => project).filter((name) => matches(name, pattern)),
    );
    if (names.size === 0) throw new UsageError(`nothing in the cache matches ${pattern}`);
    printReport(await operations.cache.clean({ projects: [...names] }), flags, terminal, presentCleaned);
  });
  add(new Command("purge").description("Remove everything from the cache"), async ({ operations, terminal }, flags) => {
    printReport(await operations.cache.clean({}), flags, terminal, presentCleaned);
  });
};

function withBody(
  command: Command,
  run: Runner,
  body: (given: CommandRun, flags: GlobalFlags, pattern?: string) => Promise<void>,
): Command {
  return addGlobalOptions(command).action(async (...given: unknown[]) => {
    const [pattern, flags] = command.registeredArguments.length > 0 ? given : [undefined, given[0]];
    await run(flags as GlobalFlags, (one) => body(one, flags as GlobalFlags, pattern as string | undefined));
  });
}

/** Shell patterns of pip: `*` and `?`; a word without them is the beginning of a file's name, which is the whole name of a project. */
function matches(name: string, pattern: string): boolean {
  const parts = normalizeName(pattern).split(/([*?])/);
  const source = parts.map((part) => (part === "*" ? ".*" : part === "?" ? "." : part.replaceAll(/[^\w-]/g, "\\$&")));
  return new RegExp(`^${source.join("")}$`).test(normalizeName(name));
}
