import { existsSync } from "node:fs";
import { interpreterIn, pathOf } from "../interpreter/candidate.ts";
import { NoInterpreter } from "../errors.ts";
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
 * @param preference `any`: an environment that is used or near goes before, where it is of the Python that is meant
 * @throws {NoInterpreter} when none does; it names the file.
 */
export function findPinnedInterpreter(
  { path, names }: PythonVersionFile,
  context: PythonContext,
  preference: "any" | "system" = "system",
): PinnedInterpreter {
  const ignored: string[] = [];
  for (const name of names) {
    const environment = preference === "any" ? environmentOf(name, context) : undefined;
    if (environment !== undefined) return { interpreter: environment, ignored };
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

/** The environment that is used or near, where it is of this version. */
function environmentOf(name: string, context: PythonContext): Interpreter | undefined {
  const { kind } = parsePythonRequest(name);
  if (kind !== "version" && kind !== "any") return undefined;
  try {
    return findInterpreter(name, context);
  } catch (error) {
    if (error instanceof NoInterpreter) return undefined;
    throw error;
  }
}

function pyenvExecutable(name: string, context: PythonContext): string | undefined {
  const { join, basename } = pathOf(context.platform);
  const folder = join(pyenvRoot(context), "versions", name);
  return basename(folder) === name && existsSync(folder) ? interpreterIn(folder, context.platform) : undefined;
}
