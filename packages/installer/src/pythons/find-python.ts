import { readSmallText } from "@murre/files";
import { findInterpreter, withoutWaiting, type Interpreter, type PythonContext } from "@murre/python";
import { InvalidScript, parseScript } from "@murre/requirements";
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { FindPythonOptions } from "../api/inspection-options.ts";
import type { FindPythonReport } from "../api/inspection-reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { PathNotFound } from "../errors.ts";
import { basePython } from "../operation/base-python.ts";
import { withPythons } from "./probes.ts";

/** `murre python find`: by the rules of `-p`, and where it is not given by those of a new environment. */
export function findPython(settings: InstallerSettings, options: FindPythonOptions): Promise<FindPythonReport> {
  return withPythons(settings, options, async (context) => {
    const { executable, version, implementation, isVirtual } =
      options.script === undefined ? await asked(context, options) : await ofScript(context, options.script, options);
    return { executable, realExecutable: realpathSync(executable), version, implementation, isVirtual };
  });
}

function asked(context: PythonContext, options: FindPythonOptions): Promise<Interpreter> {
  const preference = options.system === true ? "system" : "any";
  return basePython(context, options, { preference, ignoreProject: options.ignoreProject === true });
}

/** @throws {InvalidScript} where it says nothing */
function ofScript(context: PythonContext, script: string, { signal, system }: FindPythonOptions): Promise<Interpreter> {
  const path = resolve(context.cwd, script);
  if (!existsSync(path)) throw new PathNotFound("--script", path);
  const metadata = parseScript(readSmallText(path), path);
  if (metadata === undefined) throw new InvalidScript(path, ['it has no block "# /// script" that says what it needs']);
  const { requiresPython } = metadata;
  const preference = system === true ? "system" : "any";
  return withoutWaiting(context, signal, (full) =>
    findInterpreter(requiresPython, full, { preference, ...(requiresPython === undefined ? {} : { askedBy: path }) }),
  );
}
