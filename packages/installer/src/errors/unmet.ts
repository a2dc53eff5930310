import type { Proof } from "@murre/resolver";
import { errorCode } from "@murre/files";
import { InstallerError } from "./installer-error.ts";
import { shorten } from "./shorten.ts";

export interface NoMatchingVersionFacts {
  readonly project: string;
  /** `demo>=2`, everything that is required of it together. */
  readonly required: string;
  /** Which versions there are: a whole clause without a full stop. */
  readonly reason: string;
  readonly available: readonly string[];
  /** Who asked: `requirements.txt:3`, `the command line`. */
  readonly origin: string;
}

/**
 * No version of a project satisfies what is required of it. Nothing was changed.
 * To do: loosen the requirement or the constraint, or allow pre-releases (`--pre`).
 */
export class NoMatchingVersion extends InstallerError {
  override readonly name = "NoMatchingVersion";
  readonly code = "MURRE_NO_MATCHING_VERSION";
  readonly project: string;
  /** The versions that exist. */
  readonly available: readonly string[];
  constructor({ project, required, reason, available, origin }: NoMatchingVersionFacts) {
    super(`${origin}: ${required} cannot be met: ${reason}`);
    this.project = project;
    this.available = available;
  }
}

export interface NoUsableWheelFacts {
  readonly project: string;
  /** What was asked for: `demo>=2`, or the one file that was named or chosen. */
  readonly required: string;
  /** `CPython 3.11.7 on linux x86_64`. */
  readonly interpreter: string;
  readonly files: readonly string[];
  /** Why: a whole clause without a full stop. */
  readonly reason: string;
  /** Who asked: `requirements.txt:3`, `the command line`. */
  readonly origin: string;
}

/**
 * The version exists, but none of its files can be installed for this interpreter. Nothing was changed.
 * To do: take another version or another Python, or allow building.
 */
export class NoUsableFile extends InstallerError {
  override readonly name = "NoUsableFile";
  readonly code = "MURRE_NO_USABLE_WHEEL";
  readonly project: string;
  readonly files: readonly string[];
  constructor({ project, required, interpreter, files, reason, origin }: NoUsableWheelFacts) {
    // What has one file is that file; what is required has several.
    const itself = files.length === 1 && files[0] === required;
    const known = files.length === 0 || itself ? "" : `; its files are ${shorten(files)}`;
    const cannot = itself ? `cannot be used with ${interpreter}` : `has no usable file for ${interpreter}`;
    super(`${origin}: ${required} ${cannot}: ${reason}${known}`);
    this.project = project;
    this.files = files;
  }
}

/**
 * Two requirements, or a requirement and a constraint, cannot both hold. Nothing was changed.
 * To do: change one of the two that are named.
 */
export class ConflictingRequirements extends InstallerError {
  override readonly name = "ConflictingRequirements";
  readonly code = "MURRE_CONFLICTING_REQUIREMENTS";
  readonly project: string;
  constructor(project: string, one: string, other: string) {
    super(`${project} is required in two ways that do not go together: ${one}, and ${other}`);
    this.project = project;
  }
}

export type NoSolutionFacts = ErrorOptions & { readonly tree?: Proof; readonly hints?: readonly string[] };

/**
 * No set of versions satisfies all requirements together. Nothing was changed.
 * To do: loosen one of the requirements in the explanation.
 */
export class NoSolution extends InstallerError {
  override readonly name = "NoSolution";
  readonly code = "MURRE_NO_SOLUTION";
  /** The derivation, as plain data. */
  readonly tree: Proof | undefined;
  /** What may help; the message has it too. */
  readonly hints: readonly string[];
  constructor(message: string, { tree, hints = [], ...options }: NoSolutionFacts = {}) {
    super(message, options);
    this.tree = tree;
    this.hints = hints;
  }
}

/**
 * What was told of distributions before they were there is not what they require: an index says something else than its wheels hold. Nothing
 * was changed. Where it can be, everything is resolved again with what they hold. To do: run it again; tell whoever runs the index.
 */
export class MetadataRefuted extends InstallerError {
  override readonly name = "MetadataRefuted";
  readonly code = "MURRE_METADATA_MISMATCH";
  readonly files: readonly string[];
  constructor(files: readonly string[]) {
    super(
      `${shorten(files)}: the metadata that was published beside is not what the file holds, and requires something else; ` +
        "only what files hold counts; tell whoever runs the index",
    );
    this.files = files;
  }
}

/**
 * More than one requirement cannot be met; each has an error of its own. Nothing was changed.
 * To do: see each of `errors`.
 */
export class SeveralProblems extends InstallerError {
  override readonly name = "SeveralProblems";
  readonly code = "MURRE_SEVERAL_PROBLEMS";
  readonly errors: readonly Error[];
  constructor(errors: readonly Error[]) {
    const lines = errors.map((error) => {
      const code = errorCode(error);
      return `  ${error.message}${code === undefined ? "" : ` (${code})`}`;
    });
    super(`${errors.length} requirements cannot be met:\n${lines.join("\n")}`);
    this.errors = errors;
  }
}
