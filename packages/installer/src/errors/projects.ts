import { InstallerError } from "./installer-error.ts";

/**
 * What `[tool.uv.sources]` says of a project cannot be followed. Nothing was changed.
 * To do: correct the key that is named, or pass the table over with `--no-sources`.
 */
export class UnusableProjectSource extends InstallerError {
  override readonly name = "UnusableProjectSource";
  readonly code = "MURRE_PROJECT_SOURCE";
  readonly path: string;
  readonly key: string;
  constructor(path: string, key: string, problem: string) {
    super(`${path}: ${key} ${problem}`);
    this.path = path;
    this.key = key;
  }
}

/**
 * A command for projects runs in a folder that belongs to none. Nothing was changed.
 * To do: run it in a folder with a pyproject.toml, or below one.
 */
export class NoProject extends InstallerError {
  override readonly name = "NoProject";
  readonly code = "MURRE_NO_PROJECT";
  readonly folder: string;
  constructor(folder: string, problem = "no pyproject.toml is there, or in a folder above") {
    super(`${folder}: ${problem}`);
    this.folder = folder;
  }
}

/**
 * A project's lock file is not there, cannot be read, or is not what its pyproject.toml leads to. Nothing was changed.
 * To do: run `murre lock`, and keep the file that it writes.
 */
export class OutdatedLock extends InstallerError {
  override readonly name = "OutdatedLock";
  readonly code = "MURRE_OUTDATED_LOCK";
  readonly path: string;
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}; murre lock writes it anew`, options);
    this.path = path;
  }
}

/**
 * The members of a workspace are not what `[tool.uv.workspace]` says, or two of them have one name. Nothing was changed.
 * To do: correct the place that is named.
 */
export class InvalidWorkspace extends InstallerError {
  override readonly name = "InvalidWorkspace";
  readonly code = "MURRE_WORKSPACE";
  readonly path: string;
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}

/**
 * A `.python-version` is to be read or removed and there is none, or to be written and what is asked for is no Python of the project's, or the name of
 * a program, which means another one elsewhere. Nothing was changed.
 * To do: what the message says.
 */
export class PinRefused extends InstallerError {
  override readonly name = "PinRefused";
  readonly code = "MURRE_PIN_REFUSED";
}
