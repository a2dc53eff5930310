import { Command } from "commander";
import { addGlobalOptions, addPythonOptions, defined, pythonOptions } from "../options.ts";
import type { GlobalFlags, PythonFlags } from "../options.ts";
import { say } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import { UsageError } from "../errors.ts";
import type { Runner } from "../runner.ts";
import type { Complete } from "./lazy-commands.ts";

/** `murre config` and `murre pip config`. */
export const completeConfig: Complete = (group, run) => {
  addGlobalOptions(group);
  const list = new Command("list").description("List what counts, and where it is written");
  group.addCommand(reading(list, run, () => true));
  const get = new Command("get").description("Print the value of one setting").argument("<name>", "such as index-url");
  group.addCommand(reading(get, run, (name, asked) => name === asked.replace(/^(?:global|install|:env:)\./, "")));
  const debug = new Command("debug").description("List the configuration files of pip that are read");
  group.addCommand(
    addGlobalOptions(addPythonOptions(debug, false)).action((flags: GlobalFlags & PythonFlags) =>
      run(flags, async ({ operations, terminal, context }) => {
        const report = await operations.configuration({ ...context, ...pythonOptions(flags), ...ignored(flags) });
        printReport(report.files, flags, terminal, (files) => {
          for (const { kind, path, exists } of files)
            terminal.out(say`${kind}: ${path}, exists: ${exists ? "True" : "False"}\n`);
        });
      }),
    ),
  );
};

/** Prints the settings that are asked for: all with where they are written, one as it is. */
function reading(command: Command, run: Runner, isAsked: (name: string, asked: string) => boolean): Command {
  return addGlobalOptions(addPythonOptions(command, false)).action(async (...given: unknown[]) => {
    const asked = typeof given[0] === "string" ? given[0] : undefined;
    const flags = (asked === undefined ? given[0] : given[1]) as GlobalFlags & PythonFlags;
    await run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.configuration({ ...context, ...pythonOptions(flags), ...ignored(flags) });
      const found = report.settings.filter(({ name }) => isAsked(name, asked ?? ""));
      if (asked !== undefined && found.length === 0) throw new UsageError(`nothing is configured for ${asked}`);
      printReport(found, flags, terminal, (settings) => {
        for (const { name, value, origin } of settings)
          terminal.out(asked === undefined ? say`${name}='${value}'  # ${origin}\n` : say`${value}\n`);
      });
    });
  });
}

function ignored({ config, isolated, configFile }: GlobalFlags) {
  return defined({ ignoreConfiguration: config ? undefined : true, isolated, configFile });
}
