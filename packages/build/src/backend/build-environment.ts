/** Where a backend runs. */
export interface BuildEnvironment {
  /** The interpreter's executable. */
  readonly python: string;
  /** All variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes these requirements (PEP 508), which a hook answered, be met in it, besides those that it was made with. */
  add(requirements: readonly string[], hook: string): Promise<void>;
}

/**
 * Makes the environments that builds run in. Resolving, fetching and installing are not done here: the caller hands them in.
 * What it does may wait for flights, so it must be called while nothing is held (rule D).
 */
export interface BuildEnvironments {
  /**
   * @param requirements of `build-system.requires`
   * @param folder a path of the build's own at which nothing is yet; removed with the build
   * @param chain the projects that are being built because of each other, the innermost last
   * @param source what is built, for messages
   * @param isRemote it came over HTTP: what it requires names nothing of this machine
   */
  make(
    requirements: readonly string[],
    folder: string,
    chain: readonly string[],
    source: string,
    isRemote: boolean,
  ): Promise<BuildEnvironment>;
}
