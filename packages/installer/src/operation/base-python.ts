import { readSmallText } from "@murre/files";
import { acceptsPython, parseSpecifierSet } from "@murre/pep440";
import {
  findInterpreter,
  findPinnedInterpreter,
  findPythonVersionFile,
  withoutWaiting,
  type Interpreter,
  type PythonContext,
} from "@murre/python";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { VenvOptions } from "../api/operations.ts";

/** What a project says of its Python. */
export interface ProjectPython {
  readonly requires: string;
  /** Of its pyproject.toml. */
  readonly path: string;
}

/** What else decides. */
export interface BasePythonRules {
  /** See `FindOptions`. Default "system": environments are made from it. */
  readonly preference?: "any" | "system";
  /** Nothing of a pyproject.toml counts. */
  readonly ignoreProject?: boolean;
}

type Warn = (message: string) => void;

/**
 * The Python of a new environment, by uv's rules: the one that is asked for, else the one of `.python-version`, else the first that the
 * project's requires-python accepts. One that it does not accept is a warning.
 */
export async function basePython(
  context: PythonContext,
  { python, onEvent, signal }: Pick<VenvOptions, "python" | "onEvent" | "signal">,
  { preference = "system", ignoreProject = false }: BasePythonRules = {},
): Promise<Interpreter> {
  const warn: Warn = (message) => onEvent?.({ type: "warning", code: "MURRE_WARNING_PYTHON", message });
  const project = ignoreProject ? undefined : await projectPython(context.cwd, warn);
  const find = (request: string | undefined, askedBy?: string) =>
    withoutWaiting(context, signal, (full) =>
      findInterpreter(request, full, { preference, ...(askedBy === undefined ? {} : { askedBy }) }),
    );
  const asked =
    python === undefined
      ? await pinnedPython(context, preference, warn, signal)
      : { by: "the request", interpreter: await find(python) };
  if (asked === undefined) return find(project?.requires, project?.path);
  const { by, interpreter } = asked;
  if (project !== undefined && !acceptsPython(parseSpecifierSet(project.requires), interpreter.version))
    warn(`${by} leads to Python ${interpreter.version}, but ${project.path} requires ${project.requires}`);
  return interpreter;
}

async function pinnedPython(
  context: PythonContext,
  preference: "any" | "system",
  warn: Warn,
  signal: AbortSignal | undefined,
): Promise<{ by: string; interpreter: Interpreter } | undefined> {
  const file = findPythonVersionFile(context);
  if (file === undefined) return undefined;
  const { interpreter, ignored } = await withoutWaiting(context, signal, (full) =>
    findPinnedInterpreter(file, full, preference),
  );
  for (const name of ignored)
    warn(`${file.path}: ${name} is neither a version nor one that is installed, and is ignored`);
  return interpreter && { by: file.path, interpreter };
}

/** `requires-python` of the nearest pyproject.toml. What cannot be read is a warning: it says nothing about Python. */
export async function projectPython(cwd: string, warn: Warn): Promise<ProjectPython | undefined> {
  let folder = cwd;
  while (!existsSync(join(folder, "pyproject.toml"))) {
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
  const path = join(folder, "pyproject.toml");
  try {
    // Most environments are made where there is none.
    const { parsePyproject } = await import("@murre/requirements");
    const requires = parsePyproject(readSmallText(path), path).project?.requiresPython?.trim();
    return requires ? { requires: parseSpecifierSet(requires).toString(), path } : undefined;
  } catch (error) {
    warn(`its requires-python is not known: ${(error as Error).message}`);
    return undefined;
  }
}
