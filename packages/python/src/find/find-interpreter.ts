import { existsSync, statSync } from "node:fs";
import { brokenEnvironment, isThere, looksLikeEnvironment } from "../interpreter/broken-environment.ts";
import { interpreterIn, pathOf, type Candidate, type Surroundings } from "../interpreter/candidate.ts";
import { environmentFolders, systemCandidates } from "./candidates.ts";
import { recoverEnvironment } from "../environment/environment-swap.ts";
import { InterpreterFailed, NoInterpreter, UnsupportedPython, type RejectedCandidate } from "../errors.ts";
import type { Interpreter, PythonContext } from "../interpreter/interpreter.ts";
import { realPath } from "../interpreter/links.ts";
import { probeInterpreter, runProgram } from "../interpreter/probe.ts";
import { describeRequest, mismatch, parsePythonRequest, ruledOut, type PythonRequest } from "./python-request.ts";

export interface FindOptions {
  /**
   * What may be taken: `environment` (default) is for commands that change one, so a system's interpreter must be named by
   * path or executable name; `any` prefers environments and takes the system's otherwise, for commands that only read;
   * `system` never takes a virtual environment that was not named by path: for making environments, and for `--system`.
   */
  readonly preference?: "environment" | "any" | "system";
  /** What asks for it instead of the user, for messages: a file. */
  readonly askedBy?: string;
}

type Preference = NonNullable<FindOptions["preference"]>;

/**
 * Finds the interpreter that a `-p` argument (or its absence) means, in uv's order: VIRTUAL_ENV, CONDA_PREFIX, `.venv` here
 * or above, then PATH, pyenv, conda's base and the Windows launcher. The first one that fits is taken.
 * @param request `3.12`, `>=3.9`, `pypy@3.10`, `python3.11`, or a path
 * @throws {NoInterpreter} when nothing fits; it lists where it looked.
 * @throws {InvalidPythonRequest}
 * @throws {InterpreterFailed} or {UnsupportedPython} when the path that was given does not work.
 */
export function findInterpreter(
  request: string | undefined,
  context: PythonContext,
  { preference = "environment", askedBy }: FindOptions = {},
): Interpreter {
  const full = { run: runProgram, ...context };
  const parsed = existingFolder(request, full) ?? parsePythonRequest(request);
  if (parsed.kind === "path") return interpreterAt(parsed.path, full);
  const looked: RejectedCandidate[] = [];
  const found =
    (preference === "system" ? undefined : firstEnvironment(parsed, full, looked)) ??
    (preference === "environment" && parsed.kind !== "name"
      ? undefined
      : firstFitting(parsed, preference, full, looked));
  if (found) return found;
  const asking = askedBy === undefined ? "" : `, which ${askedBy} asks for`;
  throw new NoInterpreter(describe(parsed, preference) + asking, looked, advice(parsed, preference));
}

/** A bare name is a path when an environment's folder has it: `murre pip install -p env`. */
export function existingFolder(
  request: string | undefined,
  { cwd, platform }: Surroundings,
): PythonRequest | undefined {
  if (request === undefined || !/^[A-Za-z_]/.test(request)) return undefined;
  const path = pathOf(platform).resolve(cwd, request);
  return looksLikeEnvironment(path, platform) ? { kind: "path", path } : undefined;
}

function interpreterAt(path: string, context: PythonContext): Interpreter {
  const { resolve, join } = pathOf(context.platform);
  const expanded = /^~(?=[\\/]|$)/.test(path) ? join(context.home, path.slice(1)) : path;
  const absolute = resolve(context.cwd, expanded);
  recoverEnvironment(absolute);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (!stats && isThere(absolute)) return probeInterpreter(absolute, context);
  if (!stats) throw new NoInterpreter(`interpreter at ${path}`, [{ path: absolute, reason: "there is nothing" }], "");
  const executable = stats.isDirectory() ? interpreterIn(absolute, context.platform) : absolute;
  if (executable !== undefined) return probeInterpreter(executable, context);
  if (looksLikeEnvironment(absolute, context.platform)) throw brokenEnvironment(absolute, undefined, context.platform);
  const reason = "the folder holds no interpreter";
  throw new NoInterpreter(
    `interpreter at ${path}`,
    [{ path: absolute, reason }],
    "pass an environment or an executable",
  );
}

/** @throws {BrokenEnvironment} or {InterpreterFailed}: with an environment named or near, neither another one nor the system's is taken instead. */
function firstEnvironment(
  request: PythonRequest,
  context: PythonContext,
  looked: RejectedCandidate[],
): Interpreter | undefined {
  if (request.kind === "name") return undefined;
  for (const { folder, source } of environmentFolders(context)) {
    recoverEnvironment(folder);
    const path = interpreterIn(folder, context.platform);
    if (path !== undefined) {
      const interpreter = tryEnvironment({ path, source }, request, context, looked);
      if (interpreter) return interpreter;
    } else if (isMeant(folder, source, context.platform)) throw brokenEnvironment(folder, source, context.platform);
    else looked.push({ path: folder, reason: `${source}: there is no interpreter` });
  }
  return undefined;
}

/** An environment of conda may have no Python, and in the working folder there need not be a `.venv`. */
function isMeant(folder: string, source: string, platform: NodeJS.Platform): boolean {
  if (source === "CONDA_PREFIX") return looksLikeEnvironment(folder, platform);
  return source === "VIRTUAL_ENV" || isThere(folder);
}

/** Only one of another version than the one that is asked for is passed over. */
function tryEnvironment(
  { path, source }: Candidate,
  request: PythonRequest,
  context: PythonContext,
  looked: RejectedCandidate[],
): Interpreter | undefined {
  let reason: string | undefined;
  try {
    const interpreter = probeInterpreter(path, context);
    reason = mismatch(request, interpreter);
    if (reason === undefined) return interpreter;
  } catch (error) {
    if (!(error instanceof UnsupportedPython) || request.kind === "any") throw error;
    reason = tooOld(error);
  }
  looked.push({ path, reason: `${source}: ${reason}` });
  return undefined;
}

function firstFitting(
  request: PythonRequest,
  preference: Preference,
  context: PythonContext,
  looked: RejectedCandidate[],
): Interpreter | undefined {
  const seen = new Set<string>();
  for (const candidate of systemCandidates(request, context)) {
    const isEnvironment = hasPyvenvConfig(candidate.path, context.platform);
    // Two names of one system interpreter are one; in environments the name decides which one it is.
    const identity = isEnvironment ? candidate.path : realPath(candidate.path);
    if (seen.has(identity)) continue;
    seen.add(identity);
    if (ruledOut(request, candidate)) {
      looked.push({ path: candidate.path, reason: `${candidate.source}: by its name it is another one` });
      continue;
    }
    if (isEnvironment && preference === "system") {
      looked.push(ofEnvironment(candidate));
      continue;
    }
    const interpreter = tryCandidate(candidate, request, context, looked);
    if (!interpreter) continue;
    if (!interpreter.isVirtual || preference !== "system") return interpreter;
    // A wrapper may start one as well.
    looked.push(ofEnvironment(candidate));
  }
  return undefined;
}

function ofEnvironment({ path, source }: Candidate): RejectedCandidate {
  return { path, reason: `${source}: it belongs to a virtual environment` };
}

function hasPyvenvConfig(executable: string, platform: NodeJS.Platform): boolean {
  const { dirname, join } = pathOf(platform);
  const here = dirname(executable);
  return existsSync(join(dirname(here), "pyvenv.cfg")) || existsSync(join(here, "pyvenv.cfg"));
}

/** One broken interpreter on PATH does not hide the next. */
function tryCandidate(
  candidate: Candidate,
  request: PythonRequest,
  context: PythonContext,
  looked: RejectedCandidate[],
): Interpreter | undefined {
  const reject = (reason: string) => {
    looked.push({ path: candidate.path, reason: `${candidate.source}: ${reason}` });
    return undefined;
  };
  try {
    const interpreter = probeInterpreter(candidate.path, context);
    const reason = mismatch(request, interpreter);
    return reason === undefined ? interpreter : reject(reason);
  } catch (error) {
    if (error instanceof UnsupportedPython) return reject(tooOld(error));
    if (error instanceof InterpreterFailed) return reject(error.reason);
    throw error;
  }
}

function tooOld({ version }: UnsupportedPython): string {
  return `it is Python ${version}, too old`;
}

function describe(request: PythonRequest, preference: Preference): string {
  const wanted = describeRequest(request);
  return preference === "environment" && request.kind !== "name" ? `virtual environment with ${wanted}` : wanted;
}

function advice(request: PythonRequest, preference: Preference): string {
  if (preference === "environment" && request.kind !== "name")
    return "make one with `murre venv`, or name an interpreter by its path with -p";
  return "install one, or name one by its path with -p";
}
