import { Argument } from "commander";
import { rootOf } from "../foreign/unknown-command.ts";
import { addGlobalOptions, type GlobalFlags } from "../options.ts";
import { sayHelp } from "../present/printable.ts";
import { commandPaths } from "./command-paths.ts";
import { completionScript, shells, type Shell } from "./completion-scripts.ts";
import type { Complete } from "./lazy-commands.ts";

/** `murre completion bash`. */
export const completeCompletion: Complete = (command, run) => {
  command.addArgument(new Argument("<shell>", "the shell").choices(shells));
  addGlobalOptions(command).action((shell: Shell, flags: GlobalFlags) =>
    run(flags, async ({ terminal }) => {
      const paths = await commandPaths(rootOf(command), run);
      terminal.out(sayHelp(completionScript(shell, paths)));
    }),
  );
};
