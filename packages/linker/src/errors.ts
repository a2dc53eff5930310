/** Files that no installed distribution owns stand where new ones belong. Nothing was changed. */
export class UnownedFileInTheWay extends Error {
  override readonly name = "UnownedFileInTheWay";
  readonly code = "MURRE_UNOWNED_FILE";
  readonly paths: readonly string[];
  constructor(paths: readonly string[]) {
    const shown = paths.slice(0, 10).map((path) => `  ${path}`);
    if (paths.length > shown.length) shown.push(`  and ${paths.length - shown.length} more`);
    super(
      `these files belong to no installed distribution and stand where new ones belong:\n${shown.join("\n")}\n` +
        "move them away and run the command again; the environment is as it was",
    );
    this.paths = paths;
  }
}

/** A distribution would place a file where another one needs a folder. Nothing was changed. */
export class FileAgainstDirectory extends Error {
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

/** A wheel's path, or an installed RECORD's, leads out of the environment. Nothing was changed. */
export class PathLeavesEnvironment extends Error {
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

/** The file system refused in the middle of a change; what had been placed by this change was taken back. */
export class LinkFailed extends Error {
  override readonly name = "LinkFailed";
  readonly code = "MURRE_LINK_FAILED";
  readonly path: string;
  constructor(path: string, reason: string, state: string, options?: ErrorOptions) {
    super(`${path}: ${reason}; ${state}`, options);
    this.path = path;
  }
}

/** A distribution's dist-info has no RECORD, so nobody knows which files are its own. Nothing was changed. */
export class NoRecord extends Error {
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
