import {
  addGlobalOptions,
  addIndexOptions,
  addPythonOptions,
  indexOptions,
  pythonOptions,
  type IndexFlags,
  type PythonFlags,
} from "../options.ts";
import { say } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import { addSelectionOptions, selectionOptions, type SelectionFlags } from "../resolution-options.ts";
import type { Complete } from "./lazy-commands.ts";

/** So many tags are shown without -v (pip). */
const fewTags = 10;

/** `murre pip debug`. */
export const completeDebug: Complete = (command, run) => {
  addSelectionOptions(addIndexOptions(addPythonOptions(command)));
  addGlobalOptions(command).action((flags: IndexFlags & PythonFlags & SelectionFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.describe({
        ...context,
        ...pythonOptions(flags),
        ...indexOptions(flags),
        ...selectionOptions(flags),
      });
      printReport(report, flags, terminal, ({ tags, places, ...one }) => {
        terminal.out(say`murre version: ${one.murre}\npython version: ${one.pythonVersion}\n`);
        terminal.out(say`python executable: ${one.executable}\nimplementation: ${one.implementation}\n`);
        terminal.out(say`platform: ${one.platform}\nenvironment: ${one.environment}\n`);
        terminal.out(say`virtual environment: ${one.isVirtual ? "True" : "False"}\ncache: ${one.cacheFolder}\n`);
        for (const { url, kind, origin } of places)
          terminal.out(
            say`${kind === "simple" ? "index" : "find-links"}: ${url}${origin === undefined ? "" : ` (${origin})`}\n`,
          );
        terminal.out(say`Compatible tags: ${tags.length}\n`);
        const shown = flags.verbose === true ? tags : tags.slice(0, fewTags);
        for (const tag of shown) terminal.out(say`  ${tag}\n`);
        if (shown.length < tags.length)
          terminal.out(say`  ...\n  [First ${fewTags} tags shown. Pass --verbose to show all.]\n`);
      });
    }),
  );
};
