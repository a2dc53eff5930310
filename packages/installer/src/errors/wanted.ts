import { redactUrl } from "@murre/pep508";
import { InstallerError } from "./installer-error.ts";
import { RequirementRefused } from "./requirement-refused.ts";

/**
 * A requirement that this version of murre cannot install: an archive of a kind that it cannot read, an editable that is neither a folder nor a repository.
 * To do: name an index's release, an archive or a folder in its place.
 */
export class UnsupportedRequirement extends RequirementRefused {
  override readonly name = "UnsupportedRequirement";
  readonly code = "MURRE_UNSUPPORTED_REQUIREMENT";
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
 * Nothing was named: an empty file would remove everything from the environment.
 * To do: name something, or check the file; to remove all, `murre venv --clear` makes the environment anew.
 */
export class NothingRequired extends InstallerError {
  override readonly name = "NothingRequired";
  readonly code = "MURRE_NOTHING_REQUIRED";
  readonly files: readonly string[];
  constructor(files: readonly string[]) {
    super(
      `${files.join(", ")}: no requirement is in there, and a sync would remove everything; ` +
        "give --allow-empty-requirements if that is meant",
    );
    this.files = files;
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
