/** What an installer knows of the world it runs in: values, so that tests give their own. */
export interface InstallerSettings {
  /** Absolute. */
  readonly cacheFolder: string;
  /**
   * `named` (the default): a user chose the folder, and one that cannot be used is an error. `default`: then the operations go without, with a
   * warning. `temporary`: as `default`, and it lies among temporary files because there is no home folder, which is a warning as well.
   */
  readonly cachePlace?: "named" | "default" | "temporary";
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** murre's version, for pyvenv.cfg and the user agent. */
  readonly version: string;
  /** The content of standard input, for `-r -`. */
  readonly readStandardInput: (signal?: AbortSignal) => Promise<string>;
  /** Where the logs of failed builds stay. Default: the system's folder for temporary files. */
  readonly buildLogFolder?: string;
  /** Threads for unpacking, and for linking. Default: one for each processor, at most 8; a few files are linked without one. */
  readonly threads?: number;
}
