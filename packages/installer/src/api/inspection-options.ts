import type { IndexOptions, OperationContext, PythonOptions, SelectionOptions } from "./operations.ts";

/** What counts as the newest version of what is installed. */
export interface FreshnessOptions
  extends
    IndexOptions,
    Pick<SelectionOptions, "prerelease" | "prereleasePackages" | "excludeNewer" | "excludeNewerPackages"> {
  /** Pre-releases count like other releases. */
  readonly prereleases?: boolean;
}

export interface ListOptions extends OperationContext, PythonOptions, FreshnessOptions {
  /** Only that of which indexes have a newer version, or only that of which they have none; they are asked for nothing else. */
  readonly freshness?: "outdated" | "uptodate";
  /** No editable installations. */
  readonly excludeEditable?: boolean;
  /** Only editable installations. */
  readonly onlyEditable?: boolean;
  /** Projects that are left out. */
  readonly exclude?: readonly string[];
  /** Only what nothing else that is installed requires. */
  readonly notRequired?: boolean;
  /** Nothing of what a virtual environment sees of the interpreter below (`--system-site-packages`). */
  readonly local?: boolean;
  /** Only what lies in these folders. */
  readonly paths?: readonly string[];
  /** The report has the lines of these requirements files as well, with what is installed in the place of what they ask for. */
  readonly orderFiles?: readonly string[];
}

export interface CheckOptions
  extends OperationContext, PythonOptions, Pick<SelectionOptions, "pythonVersion" | "pythonPlatform"> {
  /** Compares every file with its RECORD as well. */
  readonly files?: boolean;
}

export interface ShowOptions extends OperationContext, PythonOptions, IndexOptions {
  /** Distributions to look at. */
  readonly names: readonly string[];
  /** The report has the paths of their files. */
  readonly files?: boolean;
  /** Servers are asked who published them, where it is recorded where that is said; else the report has what is known. */
  readonly attestations?: boolean;
}

export interface RecoverOptions extends OperationContext, PythonOptions {}

export interface TreeOptions extends OperationContext, PythonOptions, FreshnessOptions {
  /** Each distribution has its newest version with it. */
  readonly latest?: boolean;
}

export interface InspectOptions extends OperationContext, PythonOptions {
  /** See {@link ListOptions.local}. */
  readonly local?: boolean;
  /** See {@link ListOptions.paths}. */
  readonly paths?: readonly string[];
}

export interface IndexVersionsOptions extends OperationContext, PythonOptions, IndexOptions, SelectionOptions {
  /** The name of the project. */
  readonly project: string;
  /** Pre-releases count like other releases. */
  readonly prereleases?: boolean;
  /** See {@link ChangeOptions.onlyBinary}. */
  readonly onlyBinary?: readonly string[];
  /** See {@link ChangeOptions.noBinary}. */
  readonly noBinary?: readonly string[];
}

export interface HashOptions extends OperationContext {
  /** Paths of files. */
  readonly files: readonly string[];
  /** Default "sha256". */
  readonly algorithm?: "sha256" | "sha384" | "sha512";
}

export interface DescribeOptions extends OperationContext, PythonOptions, IndexOptions, SelectionOptions {
  /** A `uv.toml` that is listed in the place of all others of uv's. */
  readonly configFile?: string;
}

/** Which interpreters are listed. */
export interface ListPythonsOptions extends OperationContext {
  /** As `-p` takes it. Default: all that are found, environments that are used or near among them. */
  readonly python?: string;
  /** Every one is asked again, and nothing is remembered. */
  readonly noCache?: boolean;
}

/** By what an interpreter is found. */
export interface FindPythonOptions extends OperationContext {
  /** As `-p` takes it. Default: `.python-version`, else what the project requires, else the first that is found. */
  readonly python?: string;
  /** No environment that is used or near is taken. */
  readonly system?: boolean;
  /** The folder whose `.python-version` and pyproject.toml count, and from which paths are taken. Default: the working directory. */
  readonly projectFolder?: string;
  /** A script with metadata (PEP 723), whose `requires-python` counts in the place of everything else. */
  readonly script?: string;
  /** What a pyproject.toml requires does not count. */
  readonly ignoreProject?: boolean;
  /** Every one is asked again, and nothing is remembered. */
  readonly noCache?: boolean;
}

/** What becomes of the `.python-version` here; where nothing is asked for, the nearest one is read. */
export interface PinPythonOptions extends OperationContext {
  /** As `-p` takes it, but for the names of programs: what is written. */
  readonly python?: string;
  /** The folder whose `.python-version` and pyproject.toml count, and from which paths are taken. Default: the working directory. */
  readonly projectFolder?: string;
  /** The path of the interpreter is written in the place of what asks for it. */
  readonly resolved?: boolean;
  /** The nearest file is removed. */
  readonly remove?: boolean;
  /** What a pyproject.toml requires does not count. */
  readonly ignoreProject?: boolean;
  /** Every interpreter is asked again, and nothing is remembered. */
  readonly noCache?: boolean;
}
