import { hasCode, reasonOf } from "@murre/files";
import type { LinkerErrorCode } from "@murre/linker";
import { FileSystemRefused } from "../errors.ts";

/** In which state each kind of operation leaves what it was to change, when the file system refuses. */
const states = {
  change: "the environment is as it was, and the cache holds only what is whole",
  compile: "the environment is changed as a whole, only bytecode of it is missing",
  batches: "the batches before it are installed as a whole, and the cache holds only what is whole",
  venv: "an environment that is there already is as it was, or is completed by the same command",
  files: "no environment was changed, and the cache holds only what is whole",
  cache: "what is in the cache is whole",
  read: "nothing was changed",
} as const;

export type StateKind = keyof typeof states;

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "make room there, and run the command again",
  EDQUOT: "make room there, and run the command again",
  EACCES: "let it be written to or choose another folder, and run the command again",
  EPERM: "let it be written to or choose another folder, and run the command again",
  EROFS: "let it be written to or choose another folder, and run the command again",
  EMFILE: "let more files be open at once, and run the command again",
  ENFILE: "let more files be open at once, and run the command again",
  ESTALE: "run the command again when the file system answers",
  EIO: "run the command again when the file system answers",
};

/**
 * Runs an operation. Where it ends because the file system refused something, whatever that was and wherever, its error says in which state
 * everything is and what to do; and an error of Node's own becomes one with a code of murre's.
 */
export async function sayingState<Result>(kind: StateKind, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw withState(error, kind);
  }
}

export function withState(error: unknown, kind: StateKind): unknown {
  const refusal = systemErrorIn(error);
  // A change that is half done says so itself, and how it ends.
  if (!(error instanceof Error) || refusal === undefined || hasCode<LinkerErrorCode>(error, "MURRE_CHANGE_INTERRUPTED"))
    return error;
  const told = error === refusal ? new FileSystemRefused(refusal.path, reasonOf(error), { cause: error }) : error;
  // Several waited for one, or a part of the operation has said more.
  if (Object.values(states).some((state) => told.message.includes(state))) return told;
  const state = told.message.includes("the environment is as it was") ? "" : `; ${states[kind]}`;
  told.message += `${state}; ${advice[refusal.code] ?? "run the command again"}`;
  return told;
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

/** The file system's own error that an error is, or comes from. Those of the network have other codes, and no path. */
function systemErrorIn(error: unknown): SystemError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (isSystemError(cause) && (cause.code in advice || (cause === error && cause.path !== undefined))) return cause;
  return undefined;
}

function isSystemError(error: Error): error is SystemError {
  return "syscall" in error && "code" in error && typeof error.code === "string";
}
