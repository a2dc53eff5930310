import type { OnEvent } from "./events.ts";

/** Every operation can be watched and ended. An aborted one rejects with the signal's reason. */
export interface OperationContext {
  /** Ends the operation when it is aborted; an environment is then as it was, or changed as a whole. */
  readonly signal?: AbortSignal;
  /** Is told what happens. What it throws is a warning of the process, and no failure of the operation. */
  readonly onEvent?: OnEvent;
}

/** Which interpreter, or the environment of which. */
export interface PythonOptions {
  /** As `-p` takes it: a version, a name, a path. Default: the active or nearest environment. */
  readonly python?: string;
  /** Installs into an interpreter that is no virtual environment. */
  readonly system?: boolean;
  /** Changes an environment marked EXTERNALLY-MANAGED (PEP 668). */
  readonly breakSystemPackages?: boolean;
  /** Installs into this folder instead of the interpreter's own. */
  readonly target?: string;
  /** Installs below this folder, into the folders that an interpreter with this prefix would have. */
  readonly prefix?: string;
  /** Installs below this folder as if it were the root of the file system, at the paths that the interpreter, or `prefix`, has there. */
  readonly root?: string;
  /** Installs for the user alone: into the folder that Python looks into besides its own (PEP 370). */
  readonly user?: boolean;
}

/** Where distributions come from. What is not given is taken from pip's configuration and the environment variables. */
export interface IndexOptions {
  /** pip's flags, merged with its configuration as pip does. */
  readonly indexUrl?: string;
  /** Further indexes, as good as the first: the best version of all counts. */
  readonly extraIndexUrls?: readonly string[];
  /** Folders, and pages with links to files. */
  readonly findLinks?: readonly string[];
  /** Only `findLinks` counts. */
  readonly noIndex?: boolean;
  /** uv's flags: the first index that has the project. */
  readonly defaultIndex?: string;
  /** Indexes that come before it, in their order; `NAME=URL` gives one a name. */
  readonly indexes?: readonly string[];
  /** Which indexes count for a project: the first that has it, those until one has a version that fits, or all. Default: "first-index", and with pip's flags all. */
  readonly indexStrategy?: "first-index" | "unsafe-first-match" | "unsafe-best-match";
  /** Asks no server: what is not in the cache or on this machine is an error. */
  readonly offline?: boolean;
  /** Asks the indexes again although cached pages are fresh: "all", or for these projects only. */
  readonly refresh?: "all" | readonly string[];
  /** Resolves although what the requirements led to is remembered, and nothing that it rests on has changed. */
  readonly resolveAnew?: boolean;
  /** Neither reads nor fills the cache: a private one takes its place, and is removed at the end. */
  readonly noCache?: boolean;
  /** Neither configuration files of pip nor PIP_* and MURRE_* variables are read. */
  readonly ignoreConfiguration?: boolean;
  /** As pip's `--isolated`: PIP_* and MURRE_* variables and the user's own configuration file are not read; the machine's file is. */
  readonly isolated?: boolean;
  /** The proxy, instead of the one that pip's configuration or the environment names. */
  readonly proxy?: string;
  /** Which keyring is asked for passwords; pip's words. Default: what pip's configuration or a variable says, else "auto". */
  readonly keyringProvider?: "auto" | "disabled" | "import" | "subprocess";
  /** A file or folder with the authorities that are trusted (PEM), instead of any other. */
  readonly cert?: string;
  /** A file with the client's certificate and its key (PEM). */
  readonly clientCert?: string;
  /** Hosts whose certificates are not checked, with a port where it matters; added to those that pip's configuration names. */
  readonly trustedHosts?: readonly string[];
  /** Authorities of the system are trusted instead of those that come with Node.js. */
  readonly systemCerts?: boolean;
  /** Seconds without an answer after which one counts as broken off. */
  readonly timeoutSeconds?: number;
  /** How often a request that failed is sent again. */
  readonly retries?: number;
}

export interface VenvOptions
  extends OperationContext, IndexOptions, Pick<SelectionOptions, "excludeNewer" | "excludeNewerPackages"> {
  /** Default: `.venv` in `projectFolder`. */
  readonly path?: string;
  /** A project's folder, where it has a pyproject.toml. Default: the working directory. */
  readonly projectFolder?: string;
  /** As `-p` takes it. Default: `.python-version`, else what the project requires, else the first that is found. */
  readonly python?: string;
  /** Installs pip (and setuptools and wheel, for a Python older than 3.12) there. */
  readonly seed?: boolean;
  /** What shells show while it is active. Default: the folder's name, or its parent's for `.venv`. */
  readonly prompt?: string;
  /** What is installed for the interpreter below can be imported there. */
  readonly systemSitePackages?: boolean;
  /** Nothing in it names its folder, so that it may be moved: neither activation nor scripts that are installed later. */
  readonly relocatable?: boolean;
  /** What is done where something is already: "refuse" (default) takes only an empty folder, "clear" replaces an environment, "refresh" writes its own files anew and leaves all others. */
  readonly existing?: "refuse" | "refresh" | "clear";
}

/** How wheels are built where there is none. What is not given is taken from MURRE_* and PIP_* variables. */
export interface BuildOptions {
  /** Default true: in an environment of its own. Otherwise where the distribution goes, and what the build needs has to be there. */
  readonly buildIsolation?: boolean;
  /** Projects that are built without, whatever holds for the others. */
  readonly noBuildIsolationPackages?: readonly string[];
  /** Nothing is built: only wheels are taken. */
  readonly noBuild?: boolean;
  /** `KEY=VALUE`, handed to the backend; a key given several times has several values. */
  readonly configSettings?: readonly string[];
  /** `NAME:KEY=VALUE`: what the backend of one project is handed as well. */
  readonly configSettingsPackages?: readonly string[];
  /** Files that limit the versions of what builds require. */
  readonly buildConstraintFiles?: readonly string[];
  /** How long one hook of a backend may take, in seconds; 0: as long as it takes. Default: four hours. */
  readonly buildTimeoutSeconds?: number;
}

/** What of the indexes counts, and for which Python. */
export interface SelectionOptions {
  /** uv's word for what becomes of pre-releases; goes before `prereleases`. */
  readonly prerelease?: "disallow" | "allow" | "if-necessary" | "explicit" | "if-necessary-or-explicit";
  /** The same for single projects, before all others: `NAME=MODE`, such as `numpy=allow`. */
  readonly prereleasePackages?: readonly string[];
  /**
   * Only files that were uploaded before: an RFC 3339 timestamp, a date (the end of that day), a time back from now (`3 days`, `P3D`); `false`
   * for whenever. What an index gives no time for is left out.
   */
  readonly excludeNewer?: string;
  /** The same for single projects: `NAME=WHEN`. */
  readonly excludeNewerPackages?: readonly string[];
  /** The version of Python to choose for: `3.12`, `3.12.4`, or pip's `312`. Default: the interpreter's. */
  readonly pythonVersion?: string;
  /** uv's name of the platform to choose for: `linux`, `windows`, `macos`, `x86_64-manylinux_2_28`. Default: this one. */
  readonly pythonPlatform?: string;
  /** pip's word for the implementation whose wheels are taken: `cp`, `pp`, `py`. Default: the interpreter's. */
  readonly implementation?: string;
  /** The ABIs whose wheels are taken, such as `cp311`, the best first. Default: the interpreter's. */
  readonly abis?: readonly string[];
  /** What distributions say of Requires-Python does not count. */
  readonly ignoreRequiresPython?: boolean;
}

/** Which versions are taken of those that fit. */
export interface ResolutionOptions {
  /** Default "highest"; `lowest-direct`: the lowest of what is named, the highest of what that needs. */
  readonly resolution?: "highest" | "lowest" | "lowest-direct";
  /** Files whose requirements take the place of all others of their projects. */
  readonly overrideFiles?: readonly string[];
  /** Files that name projects which are left out, whoever requires them. */
  readonly excludeFiles?: readonly string[];
}

/** Which optional parts are wanted of projects whose pyproject.toml is named among the requirement files. */
export interface ProjectSelectionOptions {
  /** These optional dependencies. */
  readonly extras?: readonly string[];
  /** All optional dependencies. */
  readonly allExtras?: boolean;
  /** Dependency groups (PEP 735): `NAME` of the pyproject.toml in `projectFolder`, or `PATH:NAME`. */
  readonly groups?: readonly string[];
  /** Every group of the pyproject.toml in `projectFolder` if that is said, else of those that are named, else of the one in the working directory. */
  readonly allGroups?: boolean;
  /** Whose groups are meant. Default: the working directory. */
  readonly projectFolder?: string;
}

export interface ChangeOptions extends OperationContext, PythonOptions, IndexOptions, BuildOptions, SelectionOptions {
  /** Files that limit versions, and require nothing. */
  readonly constraintFiles?: readonly string[];
  /** What is there already is installed again: all of it, or these projects. */
  readonly reinstall?: boolean | readonly string[];
  /** Nothing is done unless the interpreter is a virtual environment's. Default: PIP_REQUIRE_VIRTUALENV, else false. */
  readonly requireVirtualenv?: boolean;
  /** Reports what would be done, and changes nothing. */
  readonly dryRun?: boolean;
  /** Every requirement has to have a hash. */
  readonly requireHashes?: boolean;
  /** Refuses a wheel whose RECORD and members disagree, instead of a warning. Default: MURRE_STRICT_RECORD, else false. */
  readonly strictRecord?: boolean;
  /**
   * False: a distribution that came from an index may not require another by URL, unless the requirements or constraints name that as well.
   * Default true. What came over HTTP never reaches what lies on this machine.
   */
  readonly transitiveUrls?: boolean;
  /** Default "auto": a clone where the file system can, else a hard link, else a copy. */
  readonly linkMode?: "auto" | "clone" | "hardlink" | "copy";
  /** A file that no installed distribution has, where a new one belongs, is kept beside as `NAME.murre-backup`; without it, it is refused. */
  readonly overwrite?: boolean;
  /** All Python files of the environment's distributions are compiled afterwards, by several interpreters. Default: by whoever imports them. */
  readonly compileBytecode?: boolean;
  /** Takes pre-releases like other releases. */
  readonly prereleases?: boolean;
  /** Projects for which only wheels, or only source distributions are taken: names, or `:all:`. */
  readonly onlyBinary?: readonly string[];
  /** The opposite of `onlyBinary`: these are built. */
  readonly noBinary?: readonly string[];
  /** Releases that have a wheel come before newer ones that have none. Default: PIP_PREFER_BINARY and pip's configuration, else false. */
  readonly preferBinary?: boolean;
  /** Installs as ordinary ones what is named as editable: "all", or these projects. Default: MURRE_NO_EDITABLE, else none. */
  readonly noEditable?: "all" | readonly string[];
  /** Where repositories that are named as editable ones are cloned. Default: PIP_SRC and pip's configuration, else `src` in the virtual environment, or here. */
  readonly sourceFolder?: string;
  /** `[tool.uv.sources]` of local projects is not followed: "all", or for these projects. Default: MURRE_NO_SOURCES, else all are. */
  readonly noSources?: "all" | readonly string[];
}

export interface SyncOptions extends ChangeOptions, ProjectSelectionOptions {
  /** requirements.txt files, or one pylock.toml; `-` reads standard input. */
  readonly requirementFiles: readonly string[];
  /** An empty list would remove everything: refused unless this is set. */
  readonly allowEmpty?: boolean;
}

export interface InstallOptions extends ChangeOptions, ResolutionOptions, ProjectSelectionOptions {
  /** PEP 508 requirements, paths and URLs of wheels. */
  readonly requirements?: readonly string[];
  /** Folders of projects that are imported from where they lie (PEP 660), with extras: `.[dev]`. */
  readonly editables?: readonly string[];
  /** requirements.txt files, pyproject.toml files, scripts with metadata, or a pylock.toml; `-` reads standard input. */
  readonly requirementFiles?: readonly string[];
  /** Default "follow". */
  readonly dependencies?: "follow" | "none";
  /** What is installed is no reason to stay at its version: "all", "named" (what is asked for, not what that needs), or for these projects only. */
  readonly upgrade?: "all" | "named" | readonly string[];
  /** Removes everything that the requirements do not lead to. */
  readonly exact?: boolean;
  /**
   * The report has pip's installation report as well. "files": of each distribution where it is from, and only its name and version of its
   * metadata, which costs nothing; "whole": all of its metadata, as pip has it, which may have to be fetched.
   */
  readonly report?: "files" | "whole";
  /** A file into which that report is written, whole. */
  readonly reportFile?: string;
}

/** What a source tree is built into. */
export interface BuildProjectOptions extends OperationContext, IndexOptions, BuildOptions {
  /** The folder of the project, or an sdist. Default: the working directory. */
  readonly source?: string;
  /** `sdist-then-wheel` (default): the wheel is built from the sdist, as `python -m build` does. */
  readonly what?: "sdist" | "wheel" | "sdist-then-wheel";
  /** Default: `dist` in the project's folder; for an sdist, in the working directory. */
  readonly outputFolder?: string;
  /** Builds with this interpreter. Default: as for any other operation. */
  readonly python?: string;
  /** With an interpreter that is no virtual environment. */
  readonly system?: boolean;
}

/** Distributions that are wanted as files, with everything they need. */
export interface CollectOptions extends ChangeOptions, ResolutionOptions, ProjectSelectionOptions {
  /** PEP 508 requirements, paths and URLs of wheels. */
  readonly requirements?: readonly string[];
  /** Become ordinary wheels. */
  readonly editables?: readonly string[];
  /** As for `install`. */
  readonly requirementFiles?: readonly string[];
  /** Default "follow". */
  readonly dependencies?: "follow" | "none";
  /** Default: the working directory. */
  readonly outputFolder?: string;
}

/** Requirements that are resolved to a file of pins, and installed by nobody. */
export interface CompileOptions
  extends
    OperationContext,
    Pick<PythonOptions, "python" | "system">,
    IndexOptions,
    BuildOptions,
    SelectionOptions,
    ResolutionOptions,
    ProjectSelectionOptions,
    Pick<
      ChangeOptions,
      "constraintFiles" | "dryRun" | "prereleases" | "onlyBinary" | "noBinary" | "transitiveUrls" | "noSources"
    > {
  /** PEP 508 requirements, paths and URLs of wheels. */
  readonly requirements?: readonly string[];
  /** requirements.in files; `-` reads standard input. */
  readonly requirementFiles?: readonly string[];
  /** Default "follow". */
  readonly dependencies?: "follow" | "none";
  /** Values of `-e`: folders of projects. */
  readonly editables?: readonly string[];
  /** Default: what the output file's name says, else "requirements.txt". */
  readonly format?: "requirements.txt" | "pylock.toml";
  /** One result for all platforms and for all Pythons from `pythonVersion`, or the interpreter's, on. */
  readonly universal?: boolean;
  /** Of a universal result: what becomes of a version that needs a later Python than the first one. Default "requires-python". */
  readonly forkStrategy?: "fewest" | "requires-python";
  /** Of a universal result: markers, of which one holds wherever it is for. Default: `tool.uv.environments` of the projects, else everywhere. */
  readonly environments?: readonly string[];
  /** Of a universal result: markers; where one holds, a version without an sdist has to have a wheel. */
  readonly requiredEnvironments?: readonly string[];
  /** Markers stay out of a result for one Python. Default true. */
  readonly stripMarkers?: boolean;
  /** Written whole or not at all; what it pins now stays wherever the requirements allow. Default: nothing is written. */
  readonly outputFile?: string;
  /** What the output file pins is no reason to stay at a version: "all", or for these projects only (`NAME`, `NAME<2`). */
  readonly upgrade?: "all" | readonly string[];
  /** The hashes of all files of each release. */
  readonly hashes?: boolean;
  /** Default true: two lines that say how the file was made. */
  readonly header?: boolean;
  /** What the header says the file is made by. Default: the words of the command. */
  readonly command?: string;
  /** The command that makes the file, word by word, the program first; what changes nothing of the file is left out. Default: `murre pip compile`. */
  readonly commandWords?: readonly string[];
  /** Comments that say who asks for a distribution. Default "split". */
  readonly annotations?: "split" | "line" | "none";
  /** Comments that say which index a distribution is from. */
  readonly indexAnnotations?: boolean;
  /** Extras stay out of the result, which pins what they need. Default true. */
  readonly stripExtras?: boolean;
  /** What options say of indexes, find-links places and formats is written into the file. */
  readonly emitIndexUrls?: boolean;
  /** The places of find-links are written into the file. */
  readonly emitFindLinks?: boolean;
  /** `--only-binary` and `--no-binary` are written into the file. */
  readonly emitBuildOptions?: boolean;
  /** Projects that are resolved and not written. */
  readonly omit?: readonly string[];
}

/** What a project, and the workspace that it belongs to, is locked with. */
export interface LockOptions
  extends
    OperationContext,
    Pick<PythonOptions, "python">,
    IndexOptions,
    BuildOptions,
    SelectionOptions,
    Pick<ResolutionOptions, "resolution">,
    Pick<ChangeOptions, "prereleases" | "onlyBinary" | "noBinary" | "noSources"> {
  /** Default: the working directory; the nearest folder from there upwards with a pyproject.toml is taken. */
  readonly project?: string;
  /** What the lock file pins is no reason to stay at a version: "all", or for these projects only (`NAME`, `NAME<2`). */
  readonly upgrade?: "all" | readonly string[];
  /** The file stays as it is, and has to be up to date. */
  readonly locked?: boolean;
  /** Reports whether the file would change, and writes nothing. */
  readonly dryRun?: boolean;
}

/** A project's environment made as its lock file says. */
export interface SyncProjectOptions
  extends
    LockOptions,
    Pick<ChangeOptions, "reinstall" | "linkMode" | "overwrite" | "strictRecord" | "compileBytecode" | "noEditable"> {
  /** The lock file stays as it is, whether or not it is up to date. */
  readonly frozen?: boolean;
  /** Members of the workspace, by name, or "all". Default: the project itself; in a root that is none, "all". */
  readonly packages?: "all" | readonly string[];
  /** Optional dependencies of the project. */
  readonly extras?: "all" | readonly string[];
  /** Besides the default groups. */
  readonly groups?: "all" | readonly string[];
  /** Of "all" extras, not these. */
  readonly withoutExtras?: readonly string[];
  /** Of default and "all" groups, not these. */
  readonly withoutGroups?: readonly string[];
  /** Default true: `tool.uv.default-groups`, else `dev`. */
  readonly defaultGroups?: boolean;
  /** These groups, and nothing of the projects themselves. */
  readonly onlyGroups?: readonly string[];
  /** Whether the project itself, or anything of the workspace, is left out; what it needs is installed. */
  readonly leaveOut?: "project" | "workspace";
  /** Distributions that are not installed; what they need is. */
  readonly leaveOutPackages?: readonly string[];
  /** Keeps what is installed and not in the lock file. */
  readonly inexact?: boolean;
}

/** A list of projects of any length, each installed without what it depends on. */
export interface InstallManyOptions extends ChangeOptions {
  /** One project a line, with or without a specifier; `-` reads standard input. */
  readonly projectsFile: string;
  /** Only so many of its first projects. Default: all. */
  readonly limit?: number;
}

export interface UninstallOptions extends OperationContext, PythonOptions {
  /** Distributions to remove; one that is not installed is a warning. */
  readonly names: readonly string[];
  /** Files whose requirements name further ones. */
  readonly requirementFiles?: readonly string[];
  /** Reports what would be removed, and changes nothing. */
  readonly dryRun?: boolean;
  /** See {@link ChangeOptions.requireVirtualenv}. */
  readonly requireVirtualenv?: boolean;
}
