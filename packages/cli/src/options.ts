import type { BuildOptions, ChangeOptions, IndexOptions, PythonOptions } from "@murre/installer";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addNetworkOptions, networkOptions, type NetworkFlags } from "./network-options.ts";
import { alias, collect, means, Unpaired } from "./words.ts";

export interface GlobalFlags {
  readonly cacheDir?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly progress: boolean;
  readonly color: "auto" | "always" | "never";
  readonly json?: boolean;
  readonly offline?: boolean;
  /** False with --no-cache. */
  readonly cache: boolean;
  /** False with --no-config. */
  readonly config: boolean;
  readonly isolated?: boolean;
  /** A `uv.toml`, which counts before the words are read. */
  readonly configFile?: string;
  /** A file to which everything that is done is added, as with --verbose. */
  readonly log?: string;
  /** A file that says what took how long, for a viewer of traces. */
  readonly trace?: string;
  /** The folder in which the command works. */
  readonly directory?: string;
}

/** What says how a command works, not what it does. Given before the command's name as well, where uv and pip take them. */

export function addGlobalOptions(command: Command): Command {
  means(command, "--no-cache-dir", { cache: false });
  means(command, "--no-color", { color: "never" });
  return command
    .option("-q, --quiet", "print warnings, and what was asked for, but not what was changed")
    .option("-v, --verbose", "print what is done and why")
    .option("--json", "print the result as one JSON document")
    .option("--no-progress", "draw no progress line")
    .addOption(new Option("--color <when>", "when to use colours").choices(["auto", "always", "never"]).default("auto"))
    .option("--cache-dir <folder>", "the cache folder (default: MURRE_CACHE_DIR, else the platform's place)")
    .option("-n, --no-cache", "neither read nor fill the cache")
    .option("--offline", "use only what is cached or local")
    .option("--no-config", "read neither pip's configuration files nor PIP_*, UV_* and MURRE_* variables")
    .option("--config-file <path>", "the uv.toml to read in the place of all others of uv's")
    .option("--isolated", "read no PIP_*, UV_* and MURRE_* variables, and not the user's configuration file of pip")
    .option("--log <path>", "add what is done and why to this file, as -v prints it")
    .option("--trace <path>", "write to this file what took how long, as Chrome's trace events (Perfetto shows them)")
    .option("--directory <folder>", "work in this folder, from which paths are taken");
}

/** `murre -q pip list`, `murre pip -q list`: what stands before a command's name is the command's, unless it says otherwise itself. */
export function inheritGlobalOptions(command: Command): void {
  for (let outer = command.parent; outer !== null; outer = outer.parent)
    for (const [name, value] of Object.entries(outer.opts<Record<string, unknown>>()))
      if (outer.getOptionValueSource(name) === "cli" && command.getOptionValueSource(name) !== "cli")
        command.setOptionValueWithSource(name, joined(command, name, value), "cli");
      else if (outer.getOptionValueSource(name) === "cli" && Array.isArray(value))
        command.setOptionValueWithSource(name, [...value, ...(command.getOptionValue(name) as unknown[])], "cli");
}

/** What is configured of a list comes before. */
function joined(command: Command, name: string, value: unknown): unknown {
  const known: unknown = command.getOptionValueSource(name) === "config" ? command.getOptionValue(name) : undefined;
  return Array.isArray(value) && Array.isArray(known) ? [...(known as unknown[]), ...value] : value;
}

export interface IndexFlags extends GlobalFlags, NetworkFlags {
  readonly indexUrl?: string;
  readonly extraIndexUrl?: string[];
  readonly findLinks?: string[];
  /** The values of --index; false with --no-index. */
  readonly index?: string[] | false;
  readonly defaultIndex?: string;
  readonly indexStrategy?: NonNullable<IndexOptions["indexStrategy"]>;
  readonly refresh?: boolean;
  readonly resolveAnew?: boolean;
  readonly refreshPackage?: string[];
}

export function addIndexOptions(command: Command): Command {
  addNetworkOptions(command);
  return command
    .option("-i, --index-url <url>", "the base index, instead of pip's configured or the built-in one")
    .option("--extra-index-url <url>", "a further index, equal to the others", collect)
    .option("-f, --find-links <location>", "a folder or page with archives", collect)
    .option("--index <url>", "an index; the first one that has the project is used", collect)
    .option("--no-index", "use no index, only --find-links")
    .option("--default-index <url>", "the index that is asked last, instead of the built-in one")
    .option("--refresh", "ask the indexes again, although cached pages are fresh")
    .option("--refresh-package <name>", "ask them again for this project", collect)
    .option("--resolve-anew", "resolve, although nothing has changed since it was done last")
    .addOption(
      new Option("--index-strategy <strategy>", "how several indexes are combined").choices([
        "first-index",
        "unsafe-first-match",
        "unsafe-best-match",
      ]),
    );
}

export function indexOptions(flags: IndexFlags): IndexOptions {
  return defined({
    indexUrl: flags.indexUrl,
    extraIndexUrls: flags.extraIndexUrl,
    findLinks: flags.findLinks,
    noIndex: flags.index === false ? true : undefined,
    indexes: flags.index === false ? undefined : flags.index,
    defaultIndex: flags.defaultIndex,
    indexStrategy: flags.indexStrategy,
    offline: flags.offline,
    refresh: flags.refresh === true ? ("all" as const) : flags.refreshPackage,
    resolveAnew: flags.resolveAnew,
    noCache: flags.cache ? undefined : true,
    ignoreConfiguration: flags.config ? undefined : true,
    isolated: flags.isolated,
    ...networkOptions(flags),
  });
}

export interface PythonFlags {
  readonly python?: string;
  readonly system?: boolean;
  readonly breakSystemPackages?: boolean;
  readonly target?: string;
  readonly prefix?: string;
  readonly root?: string;
  readonly user?: boolean;
}

/** @param isElsewhere whether it may be somewhere else than an interpreter's or an environment's own folders */
export function addPythonOptions(command: Command, isElsewhere = true): Command {
  if (isElsewhere)
    command
      .addOption(
        new Option("--user", "work in the user's own folder of the interpreter").conflicts(["target", "prefix"]),
      )
      .option("--root <folder>", "work below this folder, as if it were the root of the file system");
  return command
    .option("-p, --python <request>", "the interpreter or environment: a version, a name or a path")
    .option("--system", "use the first interpreter on the PATH, not a virtual environment")
    .option("--break-system-packages", "change an interpreter that its distributor manages (PEP 668)")
    .addOption(new Option("-t, --target <folder>", "install into this folder instead").conflicts("prefix"))
    .option("--prefix <folder>", "install below this prefix instead");
}

export function pythonOptions(flags: PythonFlags): PythonOptions {
  return defined({
    python: flags.python,
    system: flags.system,
    breakSystemPackages: flags.breakSystemPackages,
    target: flags.target,
    prefix: flags.prefix,
    root: flags.root,
    user: flags.user,
  });
}

export interface BuildFlags {
  /** False with --no-build-isolation. */
  readonly buildIsolation: boolean;
  /** The values of --no-build-isolation-package; see {@link TakingFlags.binary}. */
  readonly buildIsolationPackage: string[] | true;
  readonly configSettings?: string[];
  readonly configSettingsPackage?: string[];
  readonly buildConstraint?: string[];
  readonly buildTimeout?: number;
}

export function addBuildOptions(command: Command): Command {
  return alias(command, "--build-constraints <file>", "buildConstraint", collect)
    .option("--no-build-isolation", "build where it is installed; what the build requires has to be there")
    .option("--no-build-isolation-package <name>", "the same for this project alone", collect)
    .option("-C, --config-settings <KEY=VALUE>", "hand this to the build backend", collect)
    .option("--config-settings-package <NAME:KEY=VALUE>", "hand this to the build backend of one project", collect)
    .option("-b, --build-constraint <file>", "versions that are allowed for what builds require", collect)
    .option("--build-timeout <seconds>", "end a build that takes longer (default: 14400; 0: never)", parseSeconds);
}

function parseSeconds(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new InvalidArgumentError("Expected a number of seconds, or 0 for no limit.");
  return Number(text);
}

export function buildOptions(flags: BuildFlags): BuildOptions {
  return defined({
    buildIsolation: flags.buildIsolation ? undefined : false,
    noBuildIsolationPackages: flags.buildIsolationPackage === true ? undefined : flags.buildIsolationPackage,
    configSettings: flags.configSettings,
    configSettingsPackages: flags.configSettingsPackage,
    buildConstraintFiles: flags.buildConstraint,
    buildTimeoutSeconds: flags.buildTimeout,
  });
}

/** What resolution is told besides. */
export interface TakingFlags {
  /** False with --no-build. */
  readonly build: boolean;
  readonly constraint?: string[];
  /** False with --no-transitive-urls. */
  readonly transitiveUrls: boolean;
  readonly noSources?: boolean;
  /** The values of --no-sources-package; see {@link TakingFlags.binary}. */
  readonly sourcesPackage: string[] | true;
  readonly pre?: boolean;
  readonly onlyBinary?: string[];
  /** The values of --no-binary, which commander reads as the negation of a --binary; true without any. */
  readonly binary: string[] | true;
}

/** What of an index may be taken. */
export function addTakingOptions(command: Command): Command {
  return alias(command, "--constraints <file>", "constraint", collect)
    .option("--no-build", "take only wheels, and build nothing")
    .option("-c, --constraint <file>", "versions that are allowed, without asking for them", collect)
    .option("--pre", "take pre-releases like other releases")
    .option("--only-binary <names>", "take only wheels of these projects, or of :all:", collect)
    .option("--no-binary <names>", "take only source distributions of these projects, or of :all:", collect)
    .option("--no-transitive-urls", "follow no URL that a distribution from an index names, as uv")
    .addOption(new Unpaired("--no-sources", "take nothing from where [tool.uv.sources] of a project says"))
    .option("--no-sources-package <name>", "the same for this project", collect);
}

export function takingOptions(flags: TakingFlags) {
  return defined({
    noBuild: flags.build ? undefined : true,
    constraintFiles: flags.constraint,
    transitiveUrls: flags.transitiveUrls ? undefined : false,
    prereleases: flags.pre,
    onlyBinary: flags.onlyBinary,
    noBinary: flags.binary === true ? undefined : flags.binary,
    noSources:
      flags.noSources === true ? ("all" as const) : flags.sourcesPackage === true ? undefined : flags.sourcesPackage,
  });
}

export interface ChangeFlags extends IndexFlags, PythonFlags, BuildFlags, TakingFlags {
  readonly reinstall?: boolean;
  readonly reinstallPackage?: string[];
  readonly requireVirtualenv?: boolean;
  readonly dryRun?: boolean;
  readonly requireHashes?: boolean;
  readonly strictRecord?: boolean;
  readonly linkMode?: NonNullable<ChangeOptions["linkMode"]>;
  readonly overwrite?: boolean;
  readonly preferBinary?: boolean;
}

export function addChangeOptions(command: Command): Command {
  addPythonOptions(addIndexOptions(command));
  return addTakingOptions(addBuildOptions(command))
    .option("--reinstall", "install again what is there already")
    .option("--reinstall-package <name>", "install this project again", collect)
    .option("--require-virtualenv", "do nothing outside of a virtual environment")
    .addOption(new Option("--force-reinstall", "pip's word for --reinstall").implies({ reinstall: true }))
    .option("--prefer-binary", "take an older release that has a wheel before a newer one that has to be built")
    .option("--ignore-requires-python", "take what says that it is for other versions of Python")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--require-hashes", "refuse a requirement without a hash")
    .option("--strict-record", "refuse a wheel whose RECORD and files disagree, instead of a warning")
    .addOption(linkModeOption())
    .option("--overwrite", "keep a file that nobody owns beside, as NAME.murre-backup, where a new one belongs");
}

export function linkModeOption(): Option {
  const modes: NonNullable<ChangeOptions["linkMode"]>[] = ["auto", "clone", "hardlink", "copy"];
  return new Option("--link-mode <mode>", "how files come out of the cache").choices(modes);
}

export interface EditableFlags {
  readonly noEditable?: boolean;
  /** The values of --no-editable-package; see {@link ChangeFlags.binary}. */
  readonly editablePackage: string[] | true;
  readonly src?: string;
}

export function addEditableOptions(command: Command): Command {
  return command
    .addOption(new Unpaired("--no-editable", "install what is named as an editable project as an ordinary one"))
    .option("--no-editable-package <name>", "install this project as an ordinary one", collect);
}

/** For what can clone. */
export function addCloneOptions(command: Command): Command {
  return addEditableOptions(command).option("--src <folder>", "where to clone repositories that -e names");
}

export function editableOptions({
  noEditable,
  editablePackage,
  src,
}: EditableFlags): Pick<ChangeOptions, "noEditable" | "sourceFolder"> {
  const clones = src === undefined ? {} : { sourceFolder: src };
  if (noEditable === true) return { noEditable: "all", ...clones };
  return editablePackage === true ? clones : { noEditable: editablePackage, ...clones };
}

export interface CompileFlags {
  readonly compileBytecode?: boolean;
}

/** uv's words, and pip's. Unlike pip, and like uv, nothing is compiled unless it is asked for. */
export function addCompileOptions(command: Command): Command {
  return command
    .option("--compile-bytecode", "compile the environment's Python files afterwards, several at a time")
    .option("--no-compile-bytecode", "leave that to whoever imports them (default)")
    .addOption(new Option("--compile", "pip's word for --compile-bytecode").implies({ compileBytecode: true }))
    .addOption(new Option("--no-compile", "pip's word for the default").implies({ compileBytecode: false }));
}

export function compileOptions({ compileBytecode }: CompileFlags): Pick<ChangeOptions, "compileBytecode"> {
  return compileBytecode === true ? { compileBytecode } : {};
}

export function changeOptions(flags: ChangeFlags): ChangeOptions {
  return {
    ...indexOptions(flags),
    ...pythonOptions(flags),
    ...buildOptions(flags),
    ...takingOptions(flags),
    ...defined({
      reinstall: flags.reinstall === true ? true : flags.reinstallPackage,
      requireVirtualenv: flags.requireVirtualenv,
      dryRun: flags.dryRun,
      preferBinary: flags.preferBinary,
      requireHashes: flags.requireHashes,
      strictRecord: flags.strictRecord,
      linkMode: flags.linkMode,
      overwrite: flags.overwrite,
    }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what was not given, so that an operation's own default holds. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

export { alias, collect, Unpaired };
