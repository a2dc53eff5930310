import { InstallerError } from "./installer-error.ts";

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

/**
 * The user wants nothing done outside of virtual environments (`--require-virtualenv`, PIP_REQUIRE_VIRTUALENV), and the interpreter is none's.
 * Nothing was changed.
 * To do: make an environment (`murre venv`) or activate one, or name it (`-p`).
 */
export class VirtualenvRequired extends InstallerError {
  override readonly name = "VirtualenvRequired";
  readonly code = "MURRE_VIRTUALENV_REQUIRED";
  readonly executable: string;
  constructor(executable: string) {
    super(
      `${executable}: this is no virtual environment's interpreter, and only such ones are wanted (--require-virtualenv, ` +
        "PIP_REQUIRE_VIRTUALENV). Make one with `murre venv`, activate it, or name it with -p",
    );
    this.executable = executable;
  }
}

/**
 * Something is wanted in the user's own folder (`--user`), and the environment that it is wanted for never looks there. Nothing was changed.
 * To do: leave `--user` out, so that it goes into the environment; or name another interpreter (`-p`), or deactivate the environment.
 */
export class UserSiteInvisible extends InstallerError {
  override readonly name = "UserSiteInvisible";
  readonly code = "MURRE_USER_SITE";
  readonly environment: string;
  constructor(environment: string) {
    super(
      `${environment}: this virtual environment does not see what is installed with --user. Leave --user out, or name ` +
        "another interpreter with -p",
    );
    this.environment = environment;
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
    super(`the file system refused: ${path === undefined ? "" : `${path}: `}${reason}`, options);
    this.path = path;
  }
}
