import { acceptsPython, parseSpecifierSet } from "@murre/pep440";
import {
  answersRequest,
  BrokenEnvironment,
  deriveEnvironment,
  EnvironmentExists,
  findInterpreter,
  findPythonVersionFile,
  parsePythonRequest,
  type Interpreter,
  type PythonContext,
  UnsupportedPython,
  withoutWaiting,
} from "@murre/python";
import { UnfitLockFile } from "@murre/requirements";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SyncProjectOptions } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { makeVirtualEnvironment } from "../commands/venv.ts";
import { basePython } from "../operation/base-python.ts";
import { openProbeCache } from "../operation/probe-cache.ts";
import { pythonContext } from "../operation/target-environment.ts";
import type { OpenProject } from "../project-lock/open-project.ts";

/** Where a project's distributions go. */
export interface ProjectEnvironment {
  readonly folder: string;
  /** Whether it was made, or would be. */
  readonly made: boolean;
  /** Of what would be made, where nothing is: nothing is installed in it. */
  readonly planned?: Interpreter;
}

/**
 * `.venv` beside the lock file; it is made where there is none, and anew where it is of another Python than is asked for, or broken (uv). What has
 * no `pyvenv.cfg` is nobody's environment and stays.
 * @throws {EnvironmentExists} for that, {UnfitLockFile} where what is asked for is no Python of the project's; nothing was changed
 */
export async function projectEnvironment(
  { workspace: { root } }: OpenProject,
  settings: InstallerSettings,
  options: SyncProjectOptions,
  requiresPython = "",
): Promise<ProjectEnvironment> {
  const folder = join(
    root.folder,
    settings.env["MURRE_PROJECT_ENVIRONMENT"] || settings.env["UV_PROJECT_ENVIRONMENT"] || ".venv",
  );
  const { python, signal, onEvent, noCache, ignoreConfiguration } = options;
  const probes = openProbeCache(settings);
  try {
    // A path is one from where the command runs, a `.python-version` one of the project.
    const context = pythonContext(python === undefined ? { ...settings, cwd: root.folder } : settings, probes);
    const isThere = existsSync(join(folder, "pyvenv.cfg"));
    const pin = python === undefined ? pinned(context) : undefined;
    const asked = python ?? pin;
    const problem = isThere
      ? await withoutWaiting(context, signal, (full) => unfit(folder, asked, requiresPython, full))
      : undefined;
    if (isThere && problem === undefined) return { folder, made: false };
    // A `.python-version` is followed there.
    const request = pin === undefined ? (python ?? requiresPython) : "";
    const base = await basePython(context, {
      ...(request === "" ? {} : { python: request }),
      ...(onEvent === undefined ? {} : { onEvent }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!accepts(requiresPython, base))
      throw new UnfitLockFile(
        "MURRE_LOCK_PYTHON",
        `it is for Python ${requiresPython}, and ${base.executable} is ${base.version}`,
      );
    if (!isThere && existsSync(folder) && readdirSync(folder).length > 0) throw new EnvironmentExists(folder, "folder");
    const isDryRun = options.dryRun === true;
    if (problem !== undefined) {
      const message = `${folder}: ${problem}; it ${isDryRun ? "would be" : "is"} made anew, with Python ${base.version}`;
      onEvent?.({ type: "warning", code: "MURRE_WARNING_PYTHON", message });
    }
    if (isDryRun) {
      // Nothing is there, and nothing ever will be.
      const place = isThere ? `${folder}.${process.pid}.planned` : folder;
      return { folder, made: true, planned: deriveEnvironment(base, place) };
    }
    await makeVirtualEnvironment(settings, {
      path: folder,
      python: base.executable,
      prompt: root.file.name ?? "",
      existing: isThere ? "clear" : "refuse",
      ...(signal === undefined ? {} : { signal }),
      ...(noCache === undefined ? {} : { noCache }),
      ...(ignoreConfiguration === undefined ? {} : { ignoreConfiguration }),
    });
    return { folder, made: true };
  } finally {
    probes.close();
  }
}

/** Why an environment is none for the project; undefined where it is one. */
function unfit(
  folder: string,
  asked: string | undefined,
  requiresPython: string,
  context: PythonContext,
): string | undefined {
  const interpreter = interpreterOf(folder, context);
  if (typeof interpreter === "string") return interpreter;
  const is = `it is of Python ${interpreter.version}`;
  if (asked !== undefined && !answersRequest(interpreter, asked, context)) return `${is}, and ${asked} is asked for`;
  return accepts(requiresPython, interpreter) ? undefined : `${is}, and the project is for ${requiresPython}`;
}

/** The environment's interpreter, or why it has none that can be used. */
function interpreterOf(folder: string, context: PythonContext): Interpreter | string {
  try {
    return findInterpreter(folder, context);
  } catch (error) {
    if (error instanceof BrokenEnvironment) return error.reason;
    if (error instanceof UnsupportedPython) return `it is of Python ${error.version}`;
    throw error;
  }
}

function accepts(requiresPython: string, { version }: Interpreter): boolean {
  return requiresPython === "" || acceptsPython(parseSpecifierSet(requiresPython), version);
}

/** The version that the project's `.python-version` names, where it names one. */
function pinned(context: PythonContext): string | undefined {
  return findPythonVersionFile(context)?.names.find((name) => {
    const request = parsePythonRequest(name);
    return request.kind === "version" || (request.kind === "name" && request.release !== undefined);
  });
}
