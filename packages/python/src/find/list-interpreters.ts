import { statSync } from "node:fs";
import { BrokenEnvironment, InterpreterFailed, UnsupportedPython, type RejectedCandidate } from "../errors.ts";
import { interpreterIn, pathOf, type Candidate } from "../interpreter/candidate.ts";
import type { Interpreter, PythonContext } from "../interpreter/interpreter.ts";
import { realPath } from "../interpreter/links.ts";
import { probeInterpreter } from "../interpreter/probe.ts";
import { everyCandidate, systemCandidates } from "./candidates.ts";
import { existingFolder } from "./find-interpreter.ts";
import { mismatch, parsePythonRequest, ruledOut, type PythonRequest } from "./python-request.ts";
import { withoutWaiting } from "./without-waiting.ts";

/** An interpreter under one of its names. */
export interface ListedInterpreter {
  /** Absolute, links not resolved. */
  readonly path: string;
  readonly interpreter: Interpreter;
}

export interface InterpreterList {
  readonly found: readonly ListedInterpreter[];
  /** What looks like one and is none, is too old, or gives no answer. */
  readonly leftOut: readonly RejectedCandidate[];
}

export interface ListInterpretersOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long each may take to answer. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 10_000;
/** So many are asked at a time. */
const mostAtOnce = 16;

/**
 * Every interpreter that there is under every name that it has, or those that a request means. They are asked side by side, and none that is broken
 * or hangs keeps the others from being listed.
 * @param request as `findInterpreter` takes it; without one free-threaded builds are listed too
 * @throws {InvalidPythonRequest} or the reason of the signal
 */
export async function listInterpreters(
  request: string | undefined,
  context: PythonContext,
  { signal, patienceMs = defaultPatienceMs }: ListInterpretersOptions = {},
): Promise<InterpreterList> {
  const parsed = existingFolder(request, context) ?? parsePythonRequest(request);
  const candidates = await withoutWaiting(context, signal, (full) => candidatesFor(parsed, full));
  const found: ListedInterpreter[] = [];
  const leftOut: RejectedCandidate[] = [];
  const ask = async (candidate: Candidate): Promise<void> => {
    const answer = await askInTime(candidate.path, context, signal, patienceMs);
    if (typeof answer === "string") leftOut.push({ path: candidate.path, reason: `${candidate.source}: ${answer}` });
    else if (request === undefined || mismatch(parsed, answer) === undefined)
      found.push({ path: candidate.path, interpreter: answer });
  };
  const waiting = sameFile(candidates).values();
  const work = async (): Promise<void> => {
    for (const names of waiting) for (const candidate of names) await ask(candidate);
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return { found, leftOut };
}

function candidatesFor(request: PythonRequest, context: PythonContext): Candidate[] {
  if (request.kind === "path") return candidatesAt(request.path, context);
  const isVersion = request.kind !== "name" || (request.release ?? []).length > 0;
  const candidates = isVersion ? everyCandidate(context) : systemCandidates(request, context);
  return [...candidates].filter((candidate) => !ruledOut(request, candidate));
}

function candidatesAt(path: string, { cwd, platform }: PythonContext): Candidate[] {
  const absolute = pathOf(platform).resolve(cwd, path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  const file = stats?.isDirectory() === true ? interpreterIn(absolute, platform) : absolute;
  return stats === undefined || file === undefined ? [] : [{ path: file, source: "the request" }];
}

/** Several names of one file are asked one after another: what the first said is remembered. */
function sameFile(candidates: readonly Candidate[]): Candidate[][] {
  const files = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const file = realPath(candidate.path);
    files.set(file, [...(files.get(file) ?? []), candidate]);
  }
  return [...files.values()];
}

/** The interpreter, or why it is none. @throws the reason of the signal */
async function askInTime(
  path: string,
  context: PythonContext,
  signal: AbortSignal | undefined,
  patienceMs: number,
): Promise<Interpreter | string> {
  const patience = AbortSignal.timeout(patienceMs);
  const end = signal === undefined ? patience : AbortSignal.any([signal, patience]);
  try {
    return await withoutWaiting(context, end, (full) => probeInterpreter(path, full));
  } catch (error) {
    signal?.throwIfAborted();
    if (patience.aborted) return `it gave no answer within ${patienceMs / 1000} seconds`;
    if (error instanceof UnsupportedPython) return `it is Python ${error.version}, too old`;
    if (error instanceof InterpreterFailed || error instanceof BrokenEnvironment) return error.reason;
    throw error;
  }
}
