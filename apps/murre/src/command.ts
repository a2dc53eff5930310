import { describeCrash, runCli, type CliContext } from "@murre/cli";
import { redactUrl } from "@murre/pep508";
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { WatchedCommand } from "./runs/run.ts";
import { createMurre, readConfigured } from "./create-murre.ts";
import { listenForInterruption } from "./interruption.ts";
import type { Output, Outputs } from "./outputs.ts";
import { version } from "./version.ts";

/**
 * The command: runs the process's own words and sets its exit code.
 * @param run is told what is said, and how long that will be true
 */
export async function main(run: WatchedCommand, outputs: Outputs): Promise<void> {
  const interruption = listenForInterruption(process.platform);
  process.on("uncaughtException", (error) => {
    outputs[2].write(describeCrash(error));
    process.exit(1);
  });
  const refuseSilence = (code: number) => refuseToLookDone(code, outputs[2]);
  process.on("exit", refuseSilence);
  const exitCode = await runCli(process.argv.slice(2), {
    version,
    platform: process.platform,
    stdout: watched(outputs[1], (text) => run.said(1, text)),
    stderr: watched(outputs[2], (text) => run.said(2, text)),
    onEvent: (event) => {
      if (event.type === "fresh-until") run.holdsUntil(event.ms);
    },
    env: process.env,
    signal: interruption.signal,
    createOperations: createMurre,
    readConfigured,
    openLog: openLogFile,
    openTrace: async (path) => (await import("./trace/open-trace.ts")).openTrace(path),
    lastLine: lastLineOf,
  });
  process.off("exit", refuseSilence);
  process.exitCode = interruption.exitCode() ?? exitCode;
}

function watched(output: Output, said: (text: string) => void): CliContext["stderr"] {
  return {
    isTTY: output.isTTY,
    // Asked again when it counts: a window changes its size.
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    write(text) {
      said(text);
      output.write(text);
    },
  };
}

/** What cannot be written later, as on a full disk, is no reason for a command to fail. */
function openLogFile(path: string): { write(text: string): void } {
  const file = openSync(path, "a");
  return {
    write(text) {
      try {
        writeSync(file, text);
      } catch {
        // The log ends here.
      }
    },
  };
}

/** So many bytes at the end of a log hold its last line, as far as a terminal could show it. */
const endOfLog = 2048;

function lastLineOf(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, endOfLog));
    readSync(file, end, 0, end.length, size - end.length);
    return redactUrl(
      end
        .toString("utf8")
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1) ?? "",
    );
  } catch {
    return undefined; // not begun yet, or removed already
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Node's code of a program whose event loop ran empty while it still waited. */
const unsettled = 13;

/** A command that is not done must not look like one that is: nothing is left that could wake it up. */
function refuseToLookDone(exitCode: number, stderr: Output): void {
  if (exitCode !== 0 && exitCode !== unsettled) return;
  const state = "what it changed is whole or is completed by the next command";
  stderr.write(`error: the command ended before its work was done; ${state}. Please report this (MURRE_UNSETTLED)\n`);
  process.exitCode = 1;
}
