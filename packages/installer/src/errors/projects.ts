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
