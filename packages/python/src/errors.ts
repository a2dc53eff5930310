/** The permanent codes of this package's errors. */
export type PythonErrorCode =
  | "MURRE_NO_INTERPRETER"
  | "MURRE_INVALID_PYTHON_REQUEST"
  | "MURRE_INTERPRETER_FAILED"
  | "MURRE_BROKEN_ENVIRONMENT"
  | "MURRE_UNSUPPORTED_PYTHON"
  | "MURRE_ENVIRONMENT_EXISTS"
  | "MURRE_ENVIRONMENT_NOT_CREATED"
  | "MURRE_BYTECODE_NOT_COMPILED"
  | "MURRE_UNREADABLE_DISTRIBUTION";

/** What all errors of this package are. */
export abstract class PythonError extends Error {
  abstract readonly code: PythonErrorCode;
}

/** A place where an interpreter was looked for, and why it was not taken. */
export interface RejectedCandidate {
  readonly path: string;
  readonly reason: string;
}

const SHOWN_CANDIDATES = 12;

/**
 * No interpreter satisfies the request.
 * To do: install such a Python, or name one (`-p`).
 */
export class NoInterpreter extends PythonError {
  override readonly name = "NoInterpreter";
  readonly code = "MURRE_NO_INTERPRETER";
  /** What was asked for, in words: `Python 3.12`. */
  readonly wanted: string;
  readonly looked: readonly RejectedCandidate[];
  constructor(wanted: string, looked: readonly RejectedCandidate[], advice: string) {
    const lines = looked.slice(0, SHOWN_CANDIDATES).map(({ path, reason }) => `  ${path}: ${reason}`);
    if (looked.length > SHOWN_CANDIDATES) lines.push(`  and ${looked.length - SHOWN_CANDIDATES} more`);
    super(
      [
        `found no ${wanted}; looked at:`,
        ...(lines.length > 0 ? lines : ["  nothing"]),
        ...(advice ? [advice] : []),
      ].join("\n"),
    );
    this.wanted = wanted;
    this.looked = looked;
  }
}

/**
 * `-p` has a form that means nothing.
 * To do: give a version, a name or a path.
 */
export class InvalidPythonRequest extends PythonError {
  override readonly name = "InvalidPythonRequest";
  readonly code = "MURRE_INVALID_PYTHON_REQUEST";
  readonly request: string;
  constructor(request: string, options?: ErrorOptions) {
    super(
      `cannot read ${JSON.stringify(request)} as a Python; expected a version (3.12, 3.12.1, >=3.9), a name (python3.11, pypy) or a path`,
      options,
    );
    this.request = request;
  }
}

/**
 * A program that should be an interpreter did not answer as one.
 * To do: run it by hand, and see what it says.
 */
export class InterpreterFailed extends PythonError {
  override readonly name = "InterpreterFailed";
  readonly code = "MURRE_INTERPRETER_FAILED";
  readonly executable: string;
  readonly reason: string;
  constructor(executable: string, reason: string, options?: ErrorOptions) {
    super(`${executable} does not work as a Python interpreter: ${reason}`, options);
    this.executable = executable;
    this.reason = reason;
  }
}

/**
 * An environment that was named, or that is the nearest, has no interpreter; another one is not taken in its place.
 * To do: make it anew (`murre venv --clear`), or name another one (`-p`).
 */
export class BrokenEnvironment extends PythonError {
  override readonly name = "BrokenEnvironment";
  readonly code = "MURRE_BROKEN_ENVIRONMENT";
  readonly folder: string;
  /** What named it: `VIRTUAL_ENV`, `.venv`; undefined for `-p`. */
  readonly source: string | undefined;
  readonly reason: string;
  constructor(folder: string, source: string | undefined, reason: string, advice: string) {
    const named = source === undefined ? "" : ` (${source})`;
    super(`the environment ${folder}${named} cannot be used: ${reason}; ${advice}`);
    this.folder = folder;
    this.source = source;
    this.reason = reason;
  }
}

/**
 * An interpreter older than the oldest murre installs for.
 * To do: take a newer one.
 */
export class UnsupportedPython extends PythonError {
  override readonly name = "UnsupportedPython";
  readonly code = "MURRE_UNSUPPORTED_PYTHON";
  readonly executable: string;
  readonly version: string;
  constructor(executable: string, version: string) {
    super(`${executable} is Python ${version}; murre needs 3.8 or later`);
    this.executable = executable;
    this.version = version;
  }
}

/**
 * There is something at the path where an environment was to be made.
 * To do: take another path, or replace it (`--clear`) or keep it (`--allow-existing`).
 */
export class EnvironmentExists extends PythonError {
  override readonly name = "EnvironmentExists";
  readonly code = "MURRE_ENVIRONMENT_EXISTS";
  readonly path: string;
  /** Whether what is there is a virtual environment. */
  readonly isEnvironment: boolean;
  constructor(path: string, found: "environment" | "folder" | "file") {
    super(
      {
        environment: `${path} is a virtual environment already; pass --clear to replace it or --allow-existing to refresh it`,
        folder: `${path} is not empty and holds no pyvenv.cfg, so it is left alone; choose another path, or pass --allow-existing to add an environment to it`,
        file: `${path} is not a folder; choose another path`,
      }[found],
    );
    this.path = path;
    this.isEnvironment = found === "environment";
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "there is no permission",
  EDQUOT: "the quota is used up",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "the folder takes no new ones",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
  EPERM: "there is no permission",
  EROFS: "the file system is read-only",
};

/**
 * The file system refused a step of making an environment; what was at the path before is there still.
 * To do: make room or allow writing, and run the command again.
 */
export class EnvironmentNotCreated extends PythonError {
  override readonly name = "EnvironmentNotCreated";
  readonly code = "MURRE_ENVIRONMENT_NOT_CREATED";
  readonly path: string;
  constructor(path: string, options: ErrorOptions) {
    const { cause } = options;
    const said = cause instanceof Error ? cause.message : String(cause);
    const reason = REFUSALS[(cause as NodeJS.ErrnoException).code ?? ""];
    super(`cannot make an environment at ${path}: ${reason === undefined ? said : `${reason} (${said})`}`, options);
    this.path = path;
  }
}

/**
 * An interpreter that compiled bytecode ended or hung. Everything is installed; what has no bytecode is compiled when it is imported.
 * To do: nothing, or compile again with another Python.
 */
export class BytecodeNotCompiled extends PythonError {
  override readonly name = "BytecodeNotCompiled";
  readonly code = "MURRE_BYTECODE_NOT_COMPILED";
  /** The file that it was at, as far as that is known. */
  readonly path: string | undefined;
  /** How many files were not come to. */
  readonly left: number;
  constructor(executable: string, path: string | undefined, reason: string, left: number, options?: ErrorOptions) {
    super(
      `${executable} compiled bytecode${path === undefined ? "" : `, and was at ${path}`}: ${reason}; everything is installed, ` +
        `${left} files without bytecode are compiled when they are imported, or by the same command again`,
      options,
    );
    this.path = path;
    this.left = left;
  }
}

/**
 * A file of an installed distribution cannot be read or understood.
 * To do: reinstall it.
 */
export class UnreadableDistribution extends PythonError {
  override readonly name = "UnreadableDistribution";
  readonly code = "MURRE_UNREADABLE_DISTRIBUTION";
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}
