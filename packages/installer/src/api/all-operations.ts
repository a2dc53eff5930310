import type {
  DescribeOptions,
  FindPythonOptions,
  HashOptions,
  IndexVersionsOptions,
  InspectOptions,
  ListPythonsOptions,
  PinPythonOptions,
  RecoverOptions,
  TreeOptions,
} from "./inspection-options.ts";
import type {
  ConfigurationReport,
  DescribeReport,
  FindPythonReport,
  HashReport,
  IndexVersionsReport,
  InspectReport,
  ListPythonsReport,
  PinPythonReport,
  TreeReport,
} from "./inspection-reports.ts";
import type { CacheOperations } from "./cache-operations.ts";
import type {
  BuildProjectOptions,
  CollectOptions,
  CompileOptions,
  InstallManyOptions,
  InstallOptions,
  LockOptions,
  SyncOptions,
  SyncProjectOptions,
  UninstallOptions,
  VenvOptions,
} from "./operations.ts";
import type { CheckOptions, ListOptions, ShowOptions } from "./inspection-options.ts";
import type {
  BuildReport,
  ChangeReport,
  CheckReport,
  CollectReport,
  CompileReport,
  InstalledReport,
  InstallManyReport,
  LockReport,
  RecoverReport,
  ShowReport,
  SyncProjectReport,
  VenvReport,
} from "./reports.ts";
import type { ResolveOptions, ResolveReport } from "./resolution.ts";

/** What murre can do; the command line and the library are both written against this. */
export interface Operations {
  /** Makes a virtual environment. */
  venv(options?: VenvOptions): Promise<VenvReport>;
  /** Makes an environment hold exactly the given pinned distributions. */
  sync(options: SyncOptions): Promise<ChangeReport>;
  /** Adds distributions to an environment. */
  install(options: InstallOptions): Promise<ChangeReport>;
  /** Adds the newest version with a usable wheel of each project of a list; what fails is reported and left out. Each batch is a change of its own. */
  installMany(options: InstallManyOptions): Promise<InstallManyReport>;
  /** Builds the distributions of a source tree. */
  build(options?: BuildProjectOptions): Promise<BuildReport>;
  /** Resolves, and pins the result in a file. */
  compile(options: CompileOptions): Promise<CompileReport>;
  /** Resolves, and tells which files it comes to and who needs whom. Nothing is installed or written. */
  resolve(options: ResolveOptions): Promise<ResolveReport>;
  /** Resolves what a project and its workspace need, for all platforms, into its `pylock.toml`. */
  lockProject(options?: LockOptions): Promise<LockReport>;
  /** Makes the environment of a project, `.venv` beside its lock file, hold what that file says; it is written first where it is not up to date. */
  syncProject(options?: SyncProjectOptions): Promise<SyncProjectReport>;
  /** Resolves, and leaves a wheel of each distribution in a folder: fetched, or built. */
  wheel(options: CollectOptions): Promise<CollectReport>;
  /** Resolves, and leaves the file of each distribution in a folder, wheel or sdist, as the index has it. */
  download(options: CollectOptions): Promise<CollectReport>;
  /** Removes distributions by their RECORD. */
  uninstall(options: UninstallOptions): Promise<ChangeReport>;
  /** What is installed. Writes nothing. */
  list(options?: ListOptions): Promise<InstalledReport>;
  /** What the metadata of installed distributions says. Writes nothing. */
  show(options: ShowOptions): Promise<ShowReport>;
  /** Whether all requirements of what is installed are met, and with `files` whether every file is as its RECORD has it. Writes nothing. */
  check(options?: CheckOptions): Promise<CheckReport>;
  /** Brings a change that was interrupted to its end, which every changing operation does first. Does nothing else. */
  recover(options?: RecoverOptions): Promise<RecoverReport>;
  /** What is installed, with what each of it requires. Writes nothing. */
  tree(options?: TreeOptions): Promise<TreeReport>;
  /** What is installed, with all of its metadata, as `pip inspect` prints it. Writes nothing. */
  inspect(options?: InspectOptions): Promise<InspectReport>;
  /** The versions of a project that indexes have for this Python. */
  indexVersions(options: IndexVersionsOptions): Promise<IndexVersionsReport>;
  /** The hashes of files, for requirements files. */
  hash(options: HashOptions): Promise<HashReport>;
  /** The interpreter that is used, its tags and where is looked. */
  describe(options?: DescribeOptions): Promise<DescribeReport>;
  /** What of pip's configuration files and of variables counts, and where it is from. */
  configuration(options?: DescribeOptions): Promise<ConfigurationReport>;
  /** The interpreters that are on this machine, where they are looked for. */
  listPythons(options?: ListPythonsOptions): Promise<ListPythonsReport>;
  /** The interpreter that a request, a `.python-version` or a project means. */
  findPython(options?: FindPythonOptions): Promise<FindPythonReport>;
  /** Writes, reads or removes a `.python-version`. */
  pinPython(options?: PinPythonOptions): Promise<PinPythonReport>;
  /** The cache folder in use. */
  readonly cacheFolder: string;
  /** Looking after the cache, beside any number of processes that use it; nothing of it waits for them. */
  readonly cache: CacheOperations;
  /**
   * Ends what still runs, each as its signal would (the error is {@link OperationsClosed}), waits for it, and refuses what is called afterwards.
   * `await using murre = createMurre()` does the same at the end of its block. Without it nothing is left behind either: no operation leaves
   * anything running.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
