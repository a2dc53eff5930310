import type { HashOptions } from "@murre/installer";
import { Option } from "commander";
import { addGlobalOptions, type GlobalFlags } from "../options.ts";
import { say } from "../present/printable.ts";
import { printReport } from "../present/print-report.ts";
import type { Complete } from "./lazy-commands.ts";

/** `murre pip hash`. */
export const completeHash: Complete = (command, run) => {
  command
    .argument("<files...>", "wheels and sdists")
    .addOption(
      new Option("-a, --algorithm <name>", "the kind of hash")
        .choices(["sha256", "sha384", "sha512"])
        .default("sha256"),
    );
  type Flags = GlobalFlags & { readonly algorithm: NonNullable<HashOptions["algorithm"]> };
  addGlobalOptions(command).action((files: string[], flags: Flags) =>
    run(flags, async ({ operations, terminal, context }) => {
      const report = await operations.hash({ ...context, files, algorithm: flags.algorithm });
      printReport(report, flags, terminal, ({ algorithm, files: hashed }) => {
        for (const { file, digest } of hashed) terminal.out(say`${file}:\n--hash=${algorithm}:${digest}\n`);
      });
    }),
  );
};
