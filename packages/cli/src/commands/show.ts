import { Command } from "commander";
import { addNetworkOptions } from "../network-options.ts";
import {
  addGlobalOptions,
  addPythonOptions,
  indexOptions,
  pythonOptions,
  type IndexFlags,
  type PythonFlags,
} from "../options.ts";
import { printReport } from "../present/print-report.ts";
import { presentShow } from "../present/reports.ts";
import type { Runner } from "../runner.ts";
import { warnOfProblems } from "../shared/strict.ts";

/** `murre pip show`. */
export function showCommand(run: Runner): Command {
  const command = new Command("show")
    .description("Show what the metadata of installed distributions says")
    .argument("<names...>", "the distributions to show")
    .option("-f, --files", "list the installed files too")
    .option("--attestations", "ask the server that its index named who published it; no signature is verified")
    .option("--strict", "warn of what the environment lacks, as check does");
  type Flags = IndexFlags &
    PythonFlags & { readonly files?: boolean; readonly strict?: boolean; readonly attestations?: boolean };
  return addGlobalOptions(addPythonOptions(addNetworkOptions(command))).action((names: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context, fail }) => {
      const report = await operations.show({
        ...context,
        ...pythonOptions(flags),
        ...indexOptions(flags),
        names,
        files: flags.files === true,
        attestations: flags.attestations === true,
      });
      printReport(report, flags, terminal, presentShow);
      if (flags.strict === true) await warnOfProblems({ operations, terminal, context }, flags);
      if (report.distributions.length === 0) fail();
    }),
  );
}
