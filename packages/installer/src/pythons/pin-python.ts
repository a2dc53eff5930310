import { acceptsPython, parseSpecifierSet } from "@murre/pep440";
import {
  findInterpreter,
  findPythonVersionFile,
  NoInterpreter,
  parsePythonRequest,
  withoutWaiting,
  writtenRequest,
  type Interpreter,
  type PythonContext,
} from "@murre/python";
import { unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { PinPythonOptions } from "../api/inspection-options.ts";
import type { PinPythonReport } from "../api/inspection-reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { PinRefused } from "../errors.ts";
import { projectPython, type ProjectPython } from "../operation/base-python.ts";
import { withPythons } from "./probes.ts";

/** What is needed to judge a pin. */
interface Judging {
  readonly context: PythonContext;
  readonly options: PinPythonOptions;
  readonly project: ProjectPython | undefined;
  readonly warn: (message: string) => void;
}

/** `murre python pin`. @throws {PinRefused} */
export function pinPython(settings: InstallerSettings, options: PinPythonOptions): Promise<PinPythonReport> {
  const warn = (message: string) => options.onEvent?.({ type: "warning", code: "MURRE_WARNING_PYTHON", message });
  return withPythons(settings, options, async (context) => {
    if (options.remove === true) return removed(context);
    const project = options.ignoreProject === true ? undefined : await projectPython(context.cwd, warn);
    const judging = { context, options, project, warn };
    return options.python === undefined ? readPins(judging) : writePin(options.python, judging);
  });
}

function removed(context: PythonContext): PinPythonReport {
  const { path, names } = nearestFile(context, "there is nothing to remove");
  unlinkSync(path);
  return { ...placeOf(path, context), pins: [], previous: names, change: "removed" };
}

/** What conflicts with the project is told, and no error: it is there already. */
async function readPins(judging: Judging): Promise<PinPythonReport> {
  const { context, project, warn } = judging;
  const { path, names } = nearestFile(context, "name a version, and one is written");
  // Nobody has to be asked where nothing can conflict.
  for (const name of project === undefined ? [] : names) {
    const interpreter = hasVersion(name) ? undefined : await meant(name, judging, false);
    const conflict = conflictOf(name, interpreter, judging);
    if (conflict !== undefined) warn(`${path}: ${conflict}`);
  }
  return { ...placeOf(path, context), pins: names, previous: names, change: "none" };
}

async function writePin(asked: string, judging: Judging): Promise<PinPythonReport> {
  const { context, options, warn } = judging;
  const written = writtenRequest(asked);
  if (written === undefined)
    throw new PinRefused(
      `${asked} is the name of a program, which may be any Python elsewhere; name a version or a path`,
    );
  const isPath = options.resolved === true;
  const interpreter = await meant(asked, judging, isPath);
  const conflict = conflictOf(asked, interpreter, judging);
  if (conflict !== undefined && (hasVersion(asked) || isPath))
    throw new PinRefused(`${conflict}; --no-project pins it all the same`);
  if (conflict !== undefined) warn(conflict);
  const path = join(context.cwd, ".python-version");
  const there = findPythonVersionFile(context);
  const previous = there?.path === path ? there.names : [];
  const pin = isPath && interpreter !== undefined ? interpreter.executable : written;
  if (previous.length !== 1 || previous[0] !== pin) await writeFileAtomic(path, `${pin}\n`);
  return { ...placeOf(path, context), pins: [pin], previous, change: "written" };
}

/** The interpreter that a pin leads to; that there is none yet is told. @throws {NoInterpreter} where one is needed */
async function meant(
  request: string,
  { context, options, warn }: Judging,
  isNeeded: boolean,
): Promise<Interpreter | undefined> {
  try {
    return await withoutWaiting(context, options.signal, (full) =>
      findInterpreter(request, full, { preference: "system" }),
    );
  } catch (error) {
    if (!(error instanceof NoInterpreter) || isNeeded) throw error;
    warn(`found no ${error.wanted}`);
    return undefined;
  }
}

/** Why a pin is none for the project: by the version that it says, else by that of the interpreter that it leads to. */
function conflictOf(request: string, interpreter: Interpreter | undefined, { project }: Judging): string | undefined {
  const said = versionOf(request);
  const version = said ?? interpreter?.version;
  if (project === undefined || version === undefined) return undefined;
  if (acceptsPython(parseSpecifierSet(project.requires), version)) return undefined;
  const leads = said === undefined ? ` leads to Python ${version}, which` : "";
  return `${request}${leads} is no Python for ${project.path}, which requires ${project.requires}`;
}

const hasVersion = (request: string): boolean => versionOf(request) !== undefined;

/** `3.12` of `3.12`, `cpython@3.12` and `python3.12`. */
function versionOf(request: string): string | undefined {
  const parsed = parsePythonRequest(request);
  if (parsed.kind !== "version" && parsed.kind !== "name") return undefined;
  return parsed.release?.join(".") || undefined;
}

/** @throws {PinRefused} */
function nearestFile(context: PythonContext, advice: string): { path: string; names: readonly string[] } {
  const file = findPythonVersionFile(context);
  if (file === undefined) throw new PinRefused(`no .python-version is there, or in a folder above; ${advice}`);
  return file;
}

function placeOf(path: string, { cwd }: PythonContext): Pick<PinPythonReport, "path" | "shownPath"> {
  return { path, shownPath: dirname(path) === cwd ? basename(path) : path };
}
