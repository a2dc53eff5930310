import { readOtherPipOptions, type PipConfigContext } from "@murre/index-client";
import { environmentFolders } from "@murre/python";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { InstallerSettings } from "../api/settings.ts";
import { NoProject } from "../errors.ts";
import { uvVariables } from "../operation/said.ts";
import { pipCommand, spellings } from "./options-of-pip.ts";
import { readUvFiles } from "./uv-files.ts";
import { heardByOperations, uvVariablesOfWords } from "./variables.ts";

/** Which command asks what is configured, and what of it is to be heard. */
export interface ConfiguredRequest {
  /** `["pip", "install"]`; all of them unless one is named. */
  readonly command?: readonly string[];
  /** Nothing is read. */
  readonly ignoreConfiguration?: boolean;
  /** No variables, and no files of the user's. */
  readonly isolated?: boolean;
  /** A `uv.toml` that is read in the place of all others of uv's. */
  readonly configFile?: string;
  /** Whose files are read in the place of those of the working directory (uv's `--project`). */
  readonly projectFolder?: string;
}

/** The value of one option that is not given by words. */
export interface ConfiguredOption {
  /** As the option is written, without its dashes. */
  readonly name: string;
  /** Of a flag one that says yes or no; what pip and variables give in one text is not divided. */
  readonly values: readonly string[];
  /** `PIP_TARGET`, `/etc/pip.conf [install]`, `/srv/uv.toml [pip]`. */
  readonly origin: string;
  /** Whose words they are. */
  readonly by: "murre" | "uv" | "pip";
  /** What the command line says of a list comes before this (uv); otherwise after it (pip). */
  readonly isAfterWords: boolean;
}

type Settings = Pick<InstallerSettings, "env" | "platform" | "home" | "cwd">;

/**
 * What is configured of a command's options, for whoever has the options: of several places that say it the first counts, of MURRE_*, UV_*, uv's
 * files, PIP_*, pip's files. What operations decide themselves is left out.
 * @throws {InvalidPipConfiguration} @throws {InvalidPyproject} @throws {NoProject}
 */
export function findConfiguredOptions(settings: Settings, request: ConfiguredRequest): readonly ConfiguredOption[] {
  const found = new Map<string, ConfiguredOption | undefined>();
  for (const option of everything(settings, request)) {
    const known = found.get(option.name);
    if (!found.has(option.name)) found.set(option.name, isDecided(option) ? undefined : option);
    else if (byProject.has(option.name) && known?.by === "uv" && option.by === "uv")
      found.set(option.name, { ...known, values: [...option.values, ...known.values] });
    else if (known?.isAfterWords === true && option.isAfterWords)
      found.set(option.name, { ...known, values: [...known.values, ...option.values] });
  }
  return [...found.values()].filter((option) => option !== undefined);
}

/** Tables of uv's files that say something of each project: of what is said of one, the last counts, which are the words. */
const byProject: ReadonlySet<string> = new Set(["exclude-newer-package", "prerelease-package"]);

/** Variables of these names are for the operations. */
function isDecided({ name, origin }: ConfiguredOption): boolean {
  if (/^(?:MURRE|UV)_/.test(origin)) return heardByOperations.has(name);
  return heardOfPip.has(origin);
}

/** Of pip's these are read there as well. */
const heardOfPip: ReadonlySet<string> = new Set([
  "PIP_BUILD_CONSTRAINT",
  "PIP_CACHE_DIR",
  "PIP_CONFIG_SETTINGS",
  "PIP_NO_BUILD_ISOLATION",
]);

/** All that is said, the first of one name counts. */
export function* everything(settings: Settings, request: ConfiguredRequest): Iterable<ConfiguredOption> {
  const { env, cwd, platform, home } = settings;
  const isIsolated = request.isolated === true;
  if (request.ignoreConfiguration === true) return;
  const places = { env, cwd, platform, home, ...(isIsolated ? { isolated: true } : {}) };
  if (!isIsolated) yield* variablesOf(env);
  const [group] = request.command ?? [];
  const isPip = group === "pip" || group === "venv" || group === undefined;
  const { configFile } = request;
  const ofProject = { ...places, cwd: projectFolder(settings, request) };
  for (const setting of readUvFiles({ ...ofProject, ...(configFile === undefined ? {} : { configFile }) })) {
    const { name, values, table, file, isList } = setting;
    if (table.endsWith("pip") && !isPip) continue;
    // Commands of a project read what its own file says of indexes.
    if ((group === "sync" || group === "lock") && table.startsWith("tool.") && isIndex(name)) continue;
    const origin = table === "" ? file : `${file} [${table}]`;
    yield {
      name,
      values,
      origin,
      by: "uv",
      isAfterWords: (isList && !byProject.has(name)) || name === "default-index",
    };
  }
  yield* ofPip(places, request.command);
}

/** Of the project that is named, as it has to be there (uv), else where the command works. @throws {NoProject} */
function projectFolder({ env, cwd }: Settings, { projectFolder: named, isolated }: ConfiguredRequest): string {
  const folder = named ?? (isolated === true ? undefined : env["MURRE_PROJECT"] || env["UV_PROJECT"]);
  if (folder === undefined) return cwd;
  const path = resolve(cwd, folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new NoProject(path, "there is no such folder");
  return path;
}

const isIndex = (name: string) => name === "index" || name === "default-index";

function* variablesOf(env: Settings["env"]): Iterable<ConfiguredOption> {
  for (const [variable, text = ""] of Object.entries(env))
    if (/^MURRE_[A-Z]/.test(variable) && text.trim() !== "")
      yield ofVariable("murre", nameOf(variable), text, variable);
  const ofOperations = uvVariables.map(([variable, own]) => [variable, nameOf(own)] as const);
  for (const [variable, name] of [...ofOperations, ...Object.entries(uvVariablesOfWords)]) {
    const text = env[variable]?.trim() ?? "";
    if (text !== "") yield ofVariable("uv", name, text, variable);
  }
}

const ofVariable = (by: "murre" | "uv", name: string, text: string, origin: string): ConfiguredOption => ({
  name,
  values: [text.trim()],
  origin,
  by,
  isAfterWords: false,
});

const nameOf = (variable: string) =>
  variable
    .slice(variable.indexOf("_") + 1)
    .toLowerCase()
    .replaceAll("_", "-");

/** Of several sections that say it the one that pip reads last counts: PIP_*, the command's, [global]. */
function* ofPip(places: PipConfigContext, command: readonly string[] | undefined): Iterable<ConfiguredOption> {
  const prefix = environmentOf(places);
  const all = readOtherPipOptions({ ...places, ...(prefix === undefined ? {} : { prefix }) });
  const sections = new Set(all.map((option) => option.section).filter((one) => one !== ":env:" && one !== "global"));
  const { section, takes } = command === undefined ? { section: sections, takes: () => true } : pipCommand(command);
  for (const one of [":env:", ...(typeof section === "string" ? [section] : section), "global"])
    for (const option of all) {
      if (option.section !== one || !takes(option.name) || noOptions.has(option.name)) continue;
      const name = spellings[option.name] ?? option.name;
      yield { name, values: [option.text], origin: option.origin, by: "pip", isAfterWords: false };
    }
}

/** PIP_* variables that pip itself takes for no options. */
const noOptions: ReadonlySet<string> = new Set(["config-file", "help", "version"]);

/** The environment that is used where no interpreter is named, without asking one. */
function environmentOf({ env, cwd, home, platform }: PipConfigContext): string | undefined {
  const surroundings = { env, cwd, home, platform: platform as NodeJS.Platform };
  return environmentFolders(surroundings)
    .map(({ folder }) => folder)
    .find((folder) => existsSync(join(folder, "pyvenv.cfg")));
}
