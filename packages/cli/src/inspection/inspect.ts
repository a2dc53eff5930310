import { addGlobalOptions, addPythonOptions, collect, defined, pythonOptions } from "../options.ts";
import type { GlobalFlags, PythonFlags } from "../options.ts";
import { say, sayJson } from "../present/printable.ts";
import type { Complete } from "./lazy-commands.ts";

type InspectFlags = GlobalFlags & PythonFlags & { readonly local?: boolean; readonly path?: string[] };

/** `murre pip inspect`. */
export const completeInspect: Complete = (command, run) => {
  command
    .option("-l, --local", "leave out what an environment sees of the interpreter below")
    .option("--path <folder>", "inspect what lies in this folder", collect);
  addGlobalOptions(addPythonOptions(command)).action((flags: InspectFlags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const places = defined({ local: flags.local, paths: flags.path });
      const report = await operations.inspect({ ...context, ...pythonOptions(flags), ...places });
      terminal.out(say`${sayJson(report)}\n`);
    }),
  );
};
