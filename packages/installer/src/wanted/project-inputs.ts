import { normalizeName, type NormalizedName } from "@murre/pep508";
import {
  InvalidScript,
  openProjectFile,
  parseScript,
  readNamedFile,
  type Constraint,
  type ProjectFile,
  type RequirementEntry,
  type RequirementsContext,
  type RequirementSource,
} from "@murre/requirements";
import { pathOfFileUrl } from "@murre/index-client";
import { basename, dirname, resolve } from "node:path";
import type { ProjectSources } from "../projects/project-sources.ts";
import type { Standing } from "../projects/follow-sources.ts";
import type { ProjectIndex } from "../projects/local-project.ts";
import { pathToFileURL } from "node:url";
import { DynamicRequirements, UnknownExtra } from "../errors.ts";
import { uvRules, type ProjectRules } from "./overrides.ts";
import type { ProjectSelection } from "./selection.ts";

/** Requirements that stand in no requirements file, with what is said of their origin; undefined: nothing. */
export interface ProjectInput extends ProjectRules {
  readonly entries: readonly RequirementEntry[];
  readonly sources: ReadonlyMap<RequirementEntry | Constraint, RequirementSource | undefined>;
  readonly indexes: readonly ProjectIndex[];
  readonly warnings: readonly string[];
  readonly constraints?: readonly Constraint[];
  /** The URL of the project's folder, of which only what it needs is wanted, and the file that was named. */
  readonly askedFolder?: readonly [url: string, file: string];
}

/**
 * Reads what projects and scripts need (pyproject.toml, PEP 735, PEP 723).
 * @throws {UnknownExtra} {DynamicRequirements}, and what the readers throw
 */
export async function readProjectInputs(
  files: readonly string[],
  selection: ProjectSelection,
  context: RequirementsContext,
  sources?: ProjectSources,
): Promise<ReadonlyMap<string, ProjectInput>> {
  const inputs = new Map<string, ProjectInput>();
  const projects = new Map<string, ProjectFile>();
  const open = async (file: string) => {
    const path = resolve(context.cwd, file);
    const known = projects.get(path) ?? openProjectFile(await readNamedFile(file, context), file);
    projects.set(path, known);
    return known;
  };
  const follow: Follow = async (file, entries, standing) =>
    sources?.isFollowed() === true
      ? followEntries(file, entries, standing, context, sources)
      : { entries, indexes: [] };
  const unknown = new Set(selection.extras === "all" ? [] : selection.extras.map(normalizeName));
  const projectOf = async (file: ProjectFile) => {
    const input = await project(file, selection, unknown, { follow, context });
    return selection.hasSettings === true ? withSettings(input, file) : input;
  };
  for (const file of files)
    inputs.set(file, file.endsWith(".py") ? await script(file, selection, context) : await projectOf(await open(file)));
  if (unknown.size > 0) throw new UnknownExtra([...unknown], files);
  const ownFiles = files.filter((file) => !file.endsWith(".py"));
  for (const { file, name } of await wantedGroups(selection, ownFiles, open))
    inputs.set(`${file}:${name}`, await group(await open(file), name, follow));
  return inputs;
}

/** A `setup.py` is the project of its folder, of which its backend alone knows what it needs (uv). */
async function script(
  file: string,
  { extras, asksBackends }: ProjectSelection,
  context: RequirementsContext,
): Promise<ProjectInput> {
  const found = parseScript(await readNamedFile(file, context), file);
  if (found === undefined && basename(file) === "setup.py") {
    if (asksBackends !== true) throw new DynamicRequirements(file, dirname(file));
    return folder(file, extras, context);
  }
  if (found === undefined) throw new InvalidScript(file, ['it has no block "# /// script" that says what it needs']);
  // As in uv: a script is no file that anybody would look for a requirement in.
  return {
    entries: found.entries,
    sources: new Map(found.entries.map((entry) => [entry, undefined])),
    indexes: [],
    warnings: [],
  };
}

/** @param unknown the extras that no project so far has; those of this one are taken out of it */
async function project(
  file: ProjectFile,
  selection: ProjectSelection,
  unknown: Set<NormalizedName>,
  { follow, context }: { readonly follow: Follow; readonly context: RequirementsContext },
): Promise<ProjectInput> {
  const { extras } = selection;
  const needed = file.requirements(extras);
  if (needed === undefined) {
    if (selection.asksBackends !== true) throw new DynamicRequirements(file.source, dirname(file.source));
    unknown.clear(); // who builds it warns of those that it does not have
    return folder(file.source, extras, context);
  }
  const missing = new Set(needed.unknownExtras);
  for (const extra of unknown) if (!missing.has(extra)) unknown.delete(extra);
  const asked = new Set(extras === "all" ? [] : extras.map(normalizeName));
  const warnings = [...missing]
    .filter((extra) => !asked.has(extra))
    .map((extra) => `${file.source}: an extra asks for the extra ${extra}, which the project does not have`);
  const { entries, indexes } = await follow(file, needed.entries, (entry) => ({ extra: needed.extraOf.get(entry) }));
  return { entries, sources: sourcesOf(entries, file), indexes, warnings };
}

/** The folder takes the place of what its backend alone knows. @throws {DynamicRequirements} where its extras are not known either */
function folder(source: string, extras: ProjectSelection["extras"], context: RequirementsContext): ProjectInput {
  const place = dirname(resolve(context.cwd, source));
  if (extras === "all") throw new DynamicRequirements(source, dirname(source));
  const url = pathToFileURL(place).href;
  const reference = { url, extras: extras.map(normalizeName) };
  const common = { hashes: {}, fragmentHashes: {}, configSettings: {}, globalOptions: [] };
  const entry: RequirementEntry = {
    ...common,
    kind: "direct",
    text: source,
    origin: { file: source, line: 1 },
    reference,
  };
  return {
    entries: [entry],
    sources: new Map([[entry, undefined]]),
    indexes: [],
    warnings: [],
    askedFolder: [url, source],
  };
}

/** What `[tool.uv]` says of requirements. uv calls its origin the workspace, wherever the file lies. */
function withSettings(input: ProjectInput, file: ProjectFile): ProjectInput {
  const { warnings, ...rules } = uvRules(file);
  const place = "(workspace)";
  return {
    ...input,
    ...rules,
    settings: file.uv(),
    sources: new Map<RequirementEntry | Constraint, RequirementSource | undefined>([
      ...input.sources,
      ...rules.constraints.map((one) => [one, { kind: "constraints" as const, file: place }] as const),
      ...rules.overrides.map((one) => [one, { kind: "overrides" as const, file: place }] as const),
    ]),
    warnings: [...input.warnings, ...warnings],
  };
}

async function group(file: ProjectFile, written: string, follow: Follow): Promise<ProjectInput> {
  const name = normalizeName(written);
  const { entries, indexes } = await follow(file, file.group(written), () => ({ group: name }));
  return { entries, sources: sourcesOf(entries, file, name), indexes, warnings: [] };
}

type Follow = (
  file: ProjectFile,
  entries: readonly RequirementEntry[],
  standing: (entry: RequirementEntry) => Standing,
) => Promise<Pick<ProjectInput, "entries" | "indexes">>;

/** What a file that came over HTTP says of other places is about folders of the machine that it lies on. */
async function followEntries(
  file: ProjectFile,
  entries: readonly RequirementEntry[],
  standing: (entry: RequirementEntry) => Standing,
  { cwd }: RequirementsContext,
  sources: ProjectSources,
): Promise<Pick<ProjectInput, "entries" | "indexes">> {
  if (/^https?:/i.test(file.source)) return { entries, indexes: [] };
  const folder = dirname(resolve(cwd, pathOfFileUrl(file.source) ?? file.source));
  return (await sources.follower()).followEntries(entries, { folder, file }, standing);
}

function sourcesOf(
  entries: readonly RequirementEntry[],
  { name, source }: ProjectFile,
  group?: NormalizedName,
): ProjectInput["sources"] {
  const own: RequirementSource = {
    kind: "requirements",
    file: source,
    ...(name === undefined ? {} : { project: name }),
    ...(group === undefined ? {} : { group }),
  };
  return new Map(entries.map((entry) => [entry, own]));
}

/** `NAME` is a group of the project that is meant, `PATH:NAME` one of another. */
async function wantedGroups(
  { groups, groupFile }: ProjectSelection,
  files: readonly string[],
  open: (file: string) => Promise<ProjectFile>,
): Promise<readonly { readonly file: string; readonly name: string }[]> {
  if (groups !== "all")
    return groups.map((group) => {
      const colon = group.lastIndexOf(":");
      return colon < 0
        ? { file: groupFile ?? "pyproject.toml", name: group }
        : { file: group.slice(0, colon), name: group.slice(colon + 1) };
    });
  const found: { file: string; name: string }[] = [];
  const named = files.length === 0 ? ["pyproject.toml"] : files;
  for (const file of groupFile === undefined ? named : [groupFile])
    for (const name of (await open(file)).groups) found.push({ file, name });
  return found;
}
