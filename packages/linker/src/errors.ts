/** The permanent codes of this package's errors. */
export type LinkerErrorCode =
  | "MURRE_UNOWNED_FILE"
  | "MURRE_FILE_AGAINST_DIRECTORY"
  | "MURRE_CASE_COLLISION"
  | "MURRE_RESERVED_PATH"
  | "MURRE_PATH_LEAVES_ENVIRONMENT"
  | "MURRE_LINK_FAILED"
  | "MURRE_CHANGE_INTERRUPTED"
  | "MURRE_UNREADABLE_JOURNAL"
  | "MURRE_FOREIGN_STATE"
  | "MURRE_NO_RECORD";

/** What all errors of this package are. */
export abstract class LinkerError extends Error {
  abstract readonly code: LinkerErrorCode;
}

/**
 * Files that no installed distribution owns stand where new ones belong. Nothing was changed.
 * To do: move them away, or keep them beside (`--overwrite`).
 */
export class UnownedFileInTheWay extends LinkerError {
  override readonly name = "UnownedFileInTheWay";
  readonly code = "MURRE_UNOWNED_FILE";
  readonly paths: readonly string[];
  constructor(paths: readonly string[]) {
    const shown = paths.slice(0, 10).map((path) => `  ${path}`);
    if (paths.length > shown.length) shown.push(`  and ${paths.length - shown.length} more`);
    super(
      `these files belong to no installed distribution and stand where new ones belong:\n${shown.join("\n")}\n` +
        "move them away, or run the command again with --overwrite, which keeps them beside; the environment is as it was",
    );
    this.paths = paths;
  }
}

/**
 * A distribution would place a file where another one needs a folder. Nothing was changed.
 * To do: leave one of the two distributions out.
 */
export class FileAgainstDirectory extends LinkerError {
  override readonly name = "FileAgainstDirectory";
  readonly code = "MURRE_FILE_AGAINST_DIRECTORY";
  readonly path: string;
  readonly distributions: readonly string[];
  constructor(path: string, distributions: readonly string[]) {
    super(
      `${path}: ${distributions.join(" and ")} cannot be installed together, because it is a file in one and a folder in ` +
        "another; the environment is as it was",
    );
    this.path = path;
    this.distributions = distributions;
  }
}

/**
 * Two paths differ by case only, and the file system takes them for one. Nothing was changed.
 * To do: leave one of the two out, or use a file system that tells case apart.
 */
export class CaseCollision extends LinkerError {
  override readonly name = "CaseCollision";
  readonly code = "MURRE_CASE_COLLISION";
  readonly paths: readonly string[];
  readonly distributions: readonly string[];
  constructor(paths: readonly string[], distributions: readonly string[]) {
    super(
      `${paths.join(" and ")} (${distributions.join(" and ")}) differ by case only, and are one file on this file system; ` +
        "the environment is as it was",
    );
    this.paths = paths;
    this.distributions = distributions;
  }
}

/**
 * A wheel would replace what the environment itself is made of, or write what installers write. Nothing was changed.
 * To do: do not trust the wheel; tell its author.
 */
export class ReservedPath extends LinkerError {
  override readonly name = "ReservedPath";
  readonly code = "MURRE_RESERVED_PATH";
  readonly distribution: string;
  readonly paths: readonly string[];
  constructor(distribution: string, paths: readonly string[]) {
    const more = paths.length > 10 ? ` and ${paths.length - 10} more` : "";
    super(
      `${distribution}: ${paths.slice(0, 10).join(", ")}${more} would take the place of a part of the environment itself (its interpreter, ` +
        "pyvenv.cfg, murre's state) or of what installers write (a dist-info), and is refused; the environment is as it was",
    );
    this.distribution = distribution;
    this.paths = paths;
  }
}

/**
 * A wheel's path leads out of the environment. Nothing was changed.
 * To do: do not trust the wheel.
 */
export class PathLeavesEnvironment extends LinkerError {
  override readonly name = "PathLeavesEnvironment";
  readonly code = "MURRE_PATH_LEAVES_ENVIRONMENT";
  readonly distribution: string;
  readonly path: string;
  constructor(distribution: string, path: string) {
    super(`${distribution}: ${path} lies outside the environment, and is refused; the environment is as it was`);
    this.distribution = distribution;
    this.path = path;
  }
}

/**
 * The file system refused while a change was made ready or carried out; the environment is as it was.
 * To do: make room or allow writing, and run the command again.
 */
export class LinkFailed extends LinkerError {
  override readonly name = "LinkFailed";
  readonly code = "MURRE_LINK_FAILED";
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}; the environment is as it was`, options);
    this.path = path;
  }
}

/**
 * A committed change could be neither finished nor taken back by this process; the next murre command that changes the environment does it.
 * To do: `murre pip check --recover`, when the reason is gone.
 */
export class ChangeInterrupted extends LinkerError {
  override readonly name = "ChangeInterrupted";
  readonly code = "MURRE_CHANGE_INTERRUPTED";
  readonly environment: string;
  constructor(environment: string, reason: string, options?: ErrorOptions) {
    super(
      `${environment}: ${reason}; the next command that changes this environment completes it, ` +
        "or `murre pip check --recover`, which does nothing else",
      options,
    );
    this.environment = environment;
  }
}

/**
 * A transaction that another version of murre left, that a power loss damaged, or that somebody else made, is not obeyed. Nothing was changed.
 * To do: use the version that left it; after a power loss, make the environment anew (`murre venv --clear`); otherwise find out who put it there.
 */
export class UnreadableJournal extends LinkerError {
  override readonly name = "UnreadableJournal";
  readonly code = "MURRE_UNREADABLE_JOURNAL";
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(
      `${path}: the journal of an interrupted change cannot be read (${reason}): another version of murre made it, it is damaged, or ` +
        "something else than murre put it there; nothing was done; complete it with the murre that began it, or make the environment anew",
      options,
    );
    this.path = path;
  }
}

/**
 * A part of murre's state in an environment is a link, or another user's, and is not followed. Nothing was changed.
 * To do: look at what lies there; remove it if no murre is at work, and the next command makes its own.
 */
export class ForeignState extends LinkerError {
  override readonly name = "ForeignState";
  readonly code = "MURRE_FOREIGN_STATE";
  readonly path: string;
  constructor(path: string, reason: string) {
    super(
      `${path} ${reason}: murre's state in an environment is made by murre, for this user or the environment's owner, and anything else is ` +
        "not followed; nothing was done; look at it, and remove it if no murre works there",
    );
    this.path = path;
  }
}

/**
 * A distribution's dist-info has no RECORD, so nobody knows which files are its own. Nothing was changed.
 * To do: remove its files by hand, or reinstall it with the tool that installed it.
 */
export class NoRecord extends LinkerError {
  override readonly name = "NoRecord";
  readonly code = "MURRE_NO_RECORD";
  readonly distribution: string;
  constructor(distribution: string, folder: string) {
    super(
      `${distribution}: ${folder} has no RECORD, so its files are not known; it was not installed by murre, uv or pip ` +
        "from a wheel: remove it with the tool that installed it",
    );
    this.distribution = distribution;
  }
}
