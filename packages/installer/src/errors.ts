import { errorCode } from "@murre/files";
import { redactUrl } from "@murre/pep508";

/** The permanent codes of this package's errors. */
export type InstallerErrorCode =
  | "MURRE_NO_MATCHING_VERSION"
  | "MURRE_NO_USABLE_WHEEL"
  | "MURRE_CONFLICTING_REQUIREMENTS"
  | "MURRE_UNSUPPORTED_REQUIREMENT"
  | "MURRE_UNUSABLE_URL"
  | "MURRE_HASH_REQUIRED"
  | "MURRE_HASH_MISMATCH"
  | "MURRE_NOTHING_REQUIRED"
  | "MURRE_EXTERNALLY_MANAGED"
  | "MURRE_SEVERAL_PROBLEMS"
  | "MURRE_NO_SOLUTION"
  | "MURRE_BUILD_REQUIREMENTS"
  | "MURRE_CANNOT_BUILD"
  | "MURRE_BUILD_OPTION"
  | "MURRE_WHEEL_NOT_FOUND"
  | "MURRE_METADATA_MISMATCH"
  | "MURRE_INVALID_OPTION"
  | "MURRE_FILE_SYSTEM"
  | "MURRE_UNKNOWN_EXTRA"
  | "MURRE_DYNAMIC_REQUIREMENTS"
  | "MURRE_RESOLUTION_OPTION";

/** What all errors of this package are. */
export abstract class InstallerError extends Error {
  abstract readonly code: InstallerErrorCode;
}

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

/**
 * A requirement that this version of murre cannot install: an archive of a kind that it cannot read, an editable that is no folder.
 * To do: name an index's release, an archive or a folder in its place.
 */
export class UnsupportedRequirement extends InstallerError {
  override readonly name = "UnsupportedRequirement";
  readonly code = "MURRE_UNSUPPORTED_REQUIREMENT";
  constructor(requirement: string, reason: string, origin: string) {
    super(`${origin}: ${requirement}: ${reason}`);
  }
}

/**
 * A URL that a requirement names, and from which nothing can be had: it is none, or names another machine's file. Nothing was changed.
 * To do: correct the URL, or name the file by its path.
 */
export class UnusableUrl extends InstallerError {
  override readonly name = "UnusableUrl";
  readonly code = "MURRE_UNUSABLE_URL";
  readonly url: string;
  constructor(url: string, problem: string) {
    super(`${redactUrl(url)} ${problem}; name an http:, https: or file: URL, or a path`);
    this.url = redactUrl(url);
  }
}

/**
 * --require-hashes, and a requirement without one; or none of the given hashes is that of the file. Nothing was changed.
 * To do: give each requirement a version and its hashes.
 */
export class HashRequired extends InstallerError {
  override readonly name = "HashRequired";
  readonly code = "MURRE_HASH_REQUIRED";
  constructor(requirement: string, reason: string, origin: string) {
    super(`${origin}: ${requirement}: ${reason}`);
  }
}

export interface HashNotAcceptedFacts {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  /** What the user asks for, and where. */
  readonly demand: { readonly digests: Readonly<Record<string, readonly string[]>>; readonly origin: string };
  /** Algorithm to digest, as far as it is known. */
  readonly found: Readonly<Record<string, string>>;
  /** Who says what was found: the index, or the file's own bytes. */
  readonly holder: "index" | "file";
}

/**
 * A file that would fit has none of the hashes that the user gave for it. Nothing was changed.
 * To do: do not install it before you know why; then correct the hash that is named.
 */
export class HashNotAccepted extends InstallerError {
  override readonly name = "HashNotAccepted";
  readonly code = "MURRE_HASH_MISMATCH";
  readonly project: string;
  readonly filename: string;
  constructor(facts: HashNotAcceptedFacts) {
    super(`${facts.demand.origin}: ${describeRefusedHash(facts)}`);
    this.project = facts.project;
    this.filename = facts.filename;
  }
}

/** `x.whl of x==1.0: the hash is another one: expected sha256:…, the index has sha256:…` */
function describeRefusedHash({ project, version, filename, demand, found, holder }: HashNotAcceptedFacts): string {
  const { digests } = demand;
  const expected = Object.entries(digests).flatMap(([name, accepted]) => accepted.map((digest) => `${name}:${digest}`));
  const known = Object.keys(digests).flatMap((name) => (!Object.hasOwn(found, name) ? [] : [`${name}:${found[name]}`]));
  const what = version === "" ? project : `${project}==${version}`;
  return `${filename} of ${what}: the hash is another one: expected ${shorten(expected, 2).replaceAll(", ", " or ")}, the ${holder} has ${known.join(" and ")}`;
}

/**
 * Nothing was named: an empty file would remove everything from the environment.
 * To do: name something, or check the file; to remove all, `murre venv --clear` makes the environment anew.
 */
export class NothingRequired extends InstallerError {
  override readonly name = "NothingRequired";
  readonly code = "MURRE_NOTHING_REQUIRED";
  constructor(files: readonly string[]) {
    super(
      `${files.join(", ")}: no requirement is in there, and a sync would remove everything; ` +
        "give --allow-empty-requirements if that is meant",
    );
  }
}

/**
 * PEP 668: the interpreter belongs to the system's package manager. Nothing was changed.
 * To do: make an environment (`murre venv`), or insist (`--break-system-packages`).
 */
export class ExternallyManaged extends InstallerError {
  override readonly name = "ExternallyManaged";
  readonly code = "MURRE_EXTERNALLY_MANAGED";
  readonly executable: string;
  constructor(executable: string, explanation: string) {
    super(
      `${executable}: this interpreter is managed from outside, and is left alone (PEP 668).\n${explanation.trim()}\n` +
        "Make a virtual environment with `murre venv`, or give --break-system-packages",
    );
    this.executable = executable;
  }
}

/** Files of an indexed project are many: the first and the last few say enough. */
export function shorten(names: readonly string[], shown = 6): string {
  if (names.length <= shown * 2) return names.join(", ");
  return `${names.slice(0, shown).join(", ")}, …, ${names.slice(-shown).join(", ")} (${names.length} in all)`;
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

/**
 * No set of versions satisfies all requirements together. Nothing was changed.
 * To do: loosen one of the requirements in the explanation.
 */
export class NoSolution extends InstallerError {
  override readonly name = "NoSolution";
  readonly code = "MURRE_NO_SOLUTION";
}

/**
 * What a build requires cannot be had. Nothing was changed.
 * To do: see the reason in it; `--build-constraint` limits them, `--no-build-isolation` takes the environment's own.
 */
export class BuildRequirementsUnmet extends InstallerError {
  override readonly name = "BuildRequirementsUnmet";
  readonly code = "MURRE_BUILD_REQUIREMENTS";
  readonly source: string;
  readonly requirements: readonly string[];
  /** @param origin what says so: `build-system.requires of its pyproject.toml` */
  constructor(source: string, requirements: readonly string[], origin: string, reason: string, options: ErrorOptions) {
    super(
      `the build of ${source} needs ${requirements.join(", ")} (${origin}), which cannot be had:\n${reason}`,
      options,
    );
    this.source = source;
    this.requirements = requirements;
  }
}

/**
 * There is only a source, and building is not allowed (`--no-build`, `--only-binary`). Nothing was changed.
 * To do: allow it, or take a version that has a wheel.
 */
export class CannotBuild extends InstallerError {
  override readonly name = "CannotBuild";
  readonly code = "MURRE_CANNOT_BUILD";
  readonly project: string;
  constructor(project: string) {
    super(`${project}: it would have to be built, and --no-build or --only-binary does not allow that`);
    this.project = project;
  }
}

/**
 * An option of builds, or its variable, has a value that means nothing. Nothing was changed.
 * To do: correct the value.
 */
export class BuildOptionInvalid extends InstallerError {
  override readonly name = "BuildOptionInvalid";
  readonly code = "MURRE_BUILD_OPTION";
  constructor(option: string, problem: string) {
    super(`${option}: ${problem}`);
  }
}

/**
 * An extra that was asked for, and that none of the projects has. Nothing was changed.
 * To do: check the spelling; `optional-dependencies` of the pyproject.toml names what there is.
 */
export class UnknownExtra extends InstallerError {
  override readonly name = "UnknownExtra";
  readonly code = "MURRE_UNKNOWN_EXTRA";
  readonly extras: readonly string[];
  constructor(extras: readonly string[], files: readonly string[]) {
    const where =
      files.length === 0 ? "no pyproject.toml is named that could have it" : `it is not in ${files.join(", ")}`;
    super(`--extra ${extras.join(", ")}: ${where}`);
    this.extras = extras;
  }
}

/**
 * What a project needs is not written in its pyproject.toml: only its build backend knows. Nothing was changed.
 * To do: name the folder of the project in a requirements file, or write the dependencies down.
 */
export class DynamicRequirements extends InstallerError {
  override readonly name = "DynamicRequirements";
  readonly code = "MURRE_DYNAMIC_REQUIREMENTS";
  readonly path: string;
  constructor(path: string, folder: string) {
    super(
      `${path}: it does not say what its project needs, only the build backend knows; require the folder ${folder} itself`,
    );
    this.path = path;
  }
}

/**
 * An option of resolution, or its variable, has a value that means nothing. Nothing was changed.
 * To do: correct the value.
 */
export class ResolutionOptionInvalid extends InstallerError {
  override readonly name = "ResolutionOptionInvalid";
  readonly code = "MURRE_RESOLUTION_OPTION";
  constructor(option: string, problem: string) {
    super(`${option}: ${problem}`);
  }
}

/**
 * A path that the user or an index names leads to no file. Nothing was changed.
 * To do: check the path.
 */
export class PathNotFound extends InstallerError {
  override readonly name = "PathNotFound";
  readonly code = "MURRE_WHEEL_NOT_FOUND";
  readonly path: string;
  constructor(project: string, path: string) {
    super(`${project}: ${path} does not exist, or cannot be read`);
    this.path = path;
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
 * A caller gave an option that there is not, or one that is of another kind, or left out one that there has to be. Nothing was done.
 * To do: correct the call.
 */
export class InvalidOption extends InstallerError {
  override readonly name = "InvalidOption";
  readonly code = "MURRE_INVALID_OPTION";
  /** The function that was called. */
  readonly operation: string;
  readonly option: string | undefined;
  constructor(operation: string, option: string | undefined, problem: string) {
    super(`${operation}: ${problem}`);
    this.operation = operation;
    this.option = option;
  }
}

/**
 * The file system refused something that no other error speaks of: its own error is the cause. Says in which state everything is.
 * To do: what the message says.
 */
export class FileSystemRefused extends InstallerError {
  override readonly name = "FileSystemRefused";
  readonly code = "MURRE_FILE_SYSTEM";
  readonly path: string | undefined;
  constructor(path: string | undefined, reason: string, options: ErrorOptions) {
    super(`the file system refused: ${reason}`, options);
    this.path = path;
  }
}
