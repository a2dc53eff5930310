import type { TreeDistribution } from "@murre/installer";
import { InvalidArgumentError } from "commander";
import {
  addGlobalOptions,
  addIndexOptions,
  addPythonOptions,
  collect,
  defined,
  indexOptions,
  pythonOptions,
  type IndexFlags,
  type PythonFlags,
} from "../options.ts";
import { joined, say, styled } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import { warnOfProblems } from "../shared/strict.ts";
import { addFreshnessOptions, freshnessOptions, type FreshnessFlags } from "../shared/freshness.ts";
import type { Complete } from "./lazy-commands.ts";
import { dependencyTree } from "./dependency-tree.ts";

interface TreeFlags extends IndexFlags, PythonFlags, FreshnessFlags {
  readonly depth: number;
  readonly prune?: string[];
  readonly package?: string[];
  readonly dedupe: boolean;
  readonly invert?: boolean;
  readonly showVersionSpecifiers?: boolean;
  readonly outdated?: boolean;
  readonly strict?: boolean;
}

/** `murre pip tree`: uv's words, and its picture. */
export const completeTree: Complete = (command, run) => {
  command
    .option("-d, --depth <levels>", "no deeper than so many levels below the top", levels, mostLevels)
    .option("--prune <name>", "leave this project out", collect)
    .option("--package <name>", "begin with this project", collect)
    .option("--no-dedupe", "show what a distribution requires each time that it comes")
    .option("--invert", "show who requires each of them")
    .option("--show-version-specifiers", "show which versions are required")
    .option("--outdated", "show the newest version of what is out of date")
    .option("--strict", "warn of what the environment lacks, as check does");
  addFreshnessOptions(addIndexOptions(addPythonOptions(command)));
  addGlobalOptions(command).action((flags: TreeFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.tree({
        ...context,
        ...pythonOptions(flags),
        ...indexOptions(flags),
        ...freshnessOptions(flags),
        ...defined({ latest: flags.outdated }),
      });
      printReport(report, flags, terminal, ({ distributions }) => {
        const { lines, isShortened } = dependencyTree(distributions as TreeDistribution[], treeOptions(flags));
        terminal.out(joined(lines.map((line) => say`${line}\n`)));
        const note = flags.dedupe
          ? "(*) Package tree already displayed"
          : "(*) Package tree is a cycle and cannot be shown";
        if (isShortened) terminal.out(say`${styled((text) => text, note)}\n`);
      });
      if (flags.strict === true) await warnOfProblems({ operations, terminal, context }, flags);
    }),
  );
};

const mostLevels = 255;

function levels(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > mostLevels) throw new InvalidArgumentError("Expected 0 to 255.");
  return Number(text);
}

function treeOptions(flags: TreeFlags): Parameters<typeof dependencyTree>[1] {
  const { depth, dedupe, prune = [], package: roots = [], invert = false } = flags;
  return { depth, dedupe, prune, roots, invert, specifiers: flags.showVersionSpecifiers === true };
}
