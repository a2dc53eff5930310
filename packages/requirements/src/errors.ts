/** The permanent codes of this package's errors. */
export type RequirementsErrorCode =
  | "MURRE_REQUIREMENTS_FILE"
  | "MURRE_INVALID_REQUIREMENT"
  | "MURRE_INVALID_PYPROJECT"
  | "MURRE_UNWRITABLE_REQUIREMENT"
  | "MURRE_INVALID_SCRIPT"
  | "MURRE_UNKNOWN_DEPENDENCY_GROUP"
  | "MURRE_INVALID_LOCK_FILE"
  | "MURRE_LOCK_VERSION"
  | UnfitLockFileCode;

/** What all errors of this package are. */
export abstract class RequirementsError extends Error {
  abstract readonly code: RequirementsErrorCode;
}

/** The permanent codes of what can be wrong with a line or a file, of which {@link InvalidRequirementsFile} has a list. */
export type FileProblemCode =
  /** A line is no requirement, URL or path. To do: correct it at the mark. */
  | "MURRE_INVALID_REQUIREMENT"
  /** A constraint is an editable, has extras, or has no name. To do: write `NAME @ URL`, or leave the rest out. */
  | "MURRE_INVALID_CONSTRAINT"
  /** An option that there is not, or whose value means nothing. To do: correct the line. */
  | "MURRE_REQUIREMENTS_OPTION"
  /** A file that came over HTTP names a file of this machine. To do: do not trust it, or fetch it and name it by its path. */
  | "MURRE_LOCAL_FROM_REMOTE"
  /** A file includes itself. To do: take one of the lines out. */
  | "MURRE_REQUIREMENTS_CYCLE"
  /** A file cannot be read, or fetched. To do: check the path or address. */
  | "MURRE_REQUIREMENTS_UNREADABLE";

/** What is wrong with one line. */
export interface FileProblem {
  readonly code: FileProblemCode;
  /** As it is shown, without credentials. */
  readonly file: string;
  /** From 1; absent when the whole file is concerned. */
  readonly line?: number;
  /** One line, without place and code. */
  readonly problem: string;
  /** The line and the caret under its bad piece, where there is one. */
  readonly drawing?: string;
}

/**
 * A requirements file, or one that it includes, cannot be used. All problems of all files are listed.
 * To do: correct each place that is listed.
 */
export class InvalidRequirementsFile extends RequirementsError {
  override readonly name = "InvalidRequirementsFile";
  readonly code = "MURRE_REQUIREMENTS_FILE";
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.problems = problems;
  }
}

function formatProblem({ code, file, line, problem, drawing }: FileProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${problem} (${code})${drawing === undefined ? "" : `\n${drawing}`}`;
}

/**
 * A word of a command line names no requirement, path or URL.
 * To do: correct the word.
 */
export class InvalidRequirementArgument extends RequirementsError {
  override readonly name = "InvalidRequirementArgument";
  readonly code = "MURRE_INVALID_REQUIREMENT";
  /** What was given, credentials masked. */
  readonly argument: string;
  readonly problem: string;
  constructor(argument: string, problem: string, drawing: string | undefined, options?: ErrorOptions) {
    super(`${argument}: ${problem}${drawing === undefined ? "" : `\n${drawing}`}`, options);
    this.argument = argument;
    this.problem = problem;
  }
}

/**
 * A pyproject.toml is no TOML, or a table in it is not what PEP 518, PEP 621, PEP 735 or uv's documentation say.
 * To do: correct the place that is named.
 */
export class InvalidPyproject extends RequirementsError {
  override readonly name = "InvalidPyproject";
  readonly code = "MURRE_INVALID_PYPROJECT";
  readonly problems: readonly string[];
  constructor(source: string, problems: readonly string[], options?: ErrorOptions) {
    super(problems.map((problem) => `${source}: ${problem}`).join("\n"), options);
    this.problems = problems;
  }
}

/**
 * A path or URL cannot stand in a requirements file: it has a line's end, begins a comment, or ends in a backslash.
 * To do: name the distribution by another path, or by its `file:` URL.
 */
export class UnwritableRequirement extends RequirementsError {
  override readonly name = "UnwritableRequirement";
  readonly code = "MURRE_UNWRITABLE_REQUIREMENT";
  /** Without credentials. */
  readonly place: string;
  constructor(place: string, options?: ErrorOptions) {
    super(`${JSON.stringify(place)} cannot be written into a requirements file`, options);
    this.place = place;
  }
}

/**
 * The block `# /// script` of a Python file (PEP 723) is not closed, stands there twice, is no TOML, or has values that the standard does not allow.
 * To do: correct the place that is named.
 */
export class InvalidScript extends RequirementsError {
  override readonly name = "InvalidScript";
  readonly code = "MURRE_INVALID_SCRIPT";
  readonly problems: readonly string[];
  constructor(source: string, problems: readonly string[], options?: ErrorOptions) {
    super(problems.map((problem) => `${source}: ${problem}`).join("\n"), options);
    this.problems = problems;
  }
}

/**
 * A dependency group is asked for that the pyproject.toml does not have.
 * To do: name one of the groups that are listed, or add it to `[dependency-groups]`.
 */
export class UnknownDependencyGroup extends RequirementsError {
  override readonly name = "UnknownDependencyGroup";
  readonly code = "MURRE_UNKNOWN_DEPENDENCY_GROUP";
  readonly group: string;
  /** Those that there are. */
  readonly groups: readonly string[];
  constructor(group: string, source: string, groups: readonly string[], options?: ErrorOptions) {
    const known = groups.length === 0 ? "it has none" : `it has ${groups.join(", ")}`;
    super(`${source} has no dependency group ${group}; ${known}`, options);
    this.group = group;
    this.groups = groups;
  }
}

/**
 * A lock file is no TOML, or not what PEP 751 says; the key of each problem is named.
 * To do: make it again with the tool that made it, or correct the places that are named.
 */
export class InvalidLockFile extends RequirementsError {
  override readonly name = "InvalidLockFile";
  readonly code = "MURRE_INVALID_LOCK_FILE";
  readonly problems: readonly string[];
  constructor(source: string, problems: readonly string[], options?: ErrorOptions) {
    super(problems.map((problem) => `${source}: ${problem}`).join("\n"), options);
    this.problems = problems;
  }
}

/**
 * A lock file is of a version of the format whose meaning is not known.
 * To do: install a newer murre, or lock with a tool that writes version 1.
 */
export class UnsupportedLockVersion extends RequirementsError {
  override readonly name = "UnsupportedLockVersion";
  readonly code = "MURRE_LOCK_VERSION";
  readonly version: string;
  constructor(source: string, version: string, options?: ErrorOptions) {
    super(`${source}: lock-version is ${JSON.stringify(version)}, and only 1.x is known`, options);
    this.version = version;
  }
}

export type UnfitLockFileCode =
  /** The file, or an entry that is to be installed, is for other Pythons. */
  | "MURRE_LOCK_PYTHON"
  /** None of its environments is this one. */
  | "MURRE_LOCK_ENVIRONMENT"
  /** Several entries of one project are to be installed. */
  | "MURRE_LOCK_AMBIGUOUS"
  /** An entry has no source, or one of a kind that is not known. */
  | "MURRE_LOCK_SOURCE"
  /** An extra or a group is asked for that it does not have. */
  | "MURRE_LOCK_UNKNOWN_NAME";

/**
 * A lock file is right, but cannot be installed here, or not with what is asked for.
 * To do: lock for this environment too, or ask for what the file has.
 */
export class UnfitLockFile extends RequirementsError {
  override readonly name = "UnfitLockFile";
  readonly code: UnfitLockFileCode;
  constructor(code: UnfitLockFileCode, problem: string, options?: ErrorOptions) {
    super(`The lock file cannot be used: ${problem}`, options);
    this.code = code;
  }
}
