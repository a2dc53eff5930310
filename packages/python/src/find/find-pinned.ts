import { existsSync } from "node:fs";
import { interpreterIn, pathOf } from "../interpreter/candidate.ts";
import { findInterpreter } from "./find-interpreter.ts";
import type { Interpreter, PythonContext } from "../interpreter/interpreter.ts";
import { probeInterpreter } from "../interpreter/probe.ts";
import { parsePythonRequest } from "./python-request.ts";
import type { PythonVersionFile } from "./python-version-file.ts";
import { pyenvRoot } from "./version-folders.ts";

export interface PinnedInterpreter {
  /** Absent where the file asks for nothing that can be looked for. */
  readonly interpreter?: Interpreter;
  /** Names that are neither a version nor one of pyenv's folders. */
  readonly ignored: readonly string[];
}

/**
 * The interpreter that the first name of a `.python-version` means: pyenv's folder of this very name, else the first that fits.
 * @throws {NoInterpreter} when none does; it names the file.
 */
export function findPinnedInterpreter({ path, names }: PythonVersionFile, context: PythonContext): PinnedInterpreter {
  const ignored: string[] = [];
  for (const name of names) {
    const executable = pyenvExecutable(name, context);
    if (executable !== undefined) return { interpreter: probeInterpreter(executable, context), ignored };
    const request = parsePythonRequest(name);
    const isUsable = request.kind !== "name" || request.release !== undefined;
    if (isUsable)
      return { interpreter: findInterpreter(name, context, { preference: "system", askedBy: path }), ignored };
    ignored.push(name);
  }
  return { ignored };
}

function pyenvExecutable(name: string, context: PythonContext): string | undefined {
  const { join, basename } = pathOf(context.platform);
  const folder = join(pyenvRoot(context), "versions", name);
  return basename(folder) === name && existsSync(folder) ? interpreterIn(folder, context.platform) : undefined;
}
