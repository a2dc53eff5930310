import { normalizeName, type NormalizedName } from "@murre/pep508";
import {
  InvalidScript,
  openProjectFile,
  parseScript,
  type ProjectFile,
  type RequirementEntry,
  type RequirementsContext,
  type RequirementSource,
} from "@murre/requirements";
import { pathOfFileUrl } from "@murre/index-client";
import { dirname, resolve } from "node:path";
import type { ProjectSources } from "../projects/project-sources.ts";
import type { Standing } from "../projects/follow-sources.ts";
import type { ProjectIndex } from "../projects/local-project.ts";
import { DynamicRequirements, UnknownExtra } from "../errors.ts";
import type { ProjectSelection } from "./selection.ts";

/** Requirements that stand in no requirements file, with what is said of their origin; undefined: nothing. */
export interface ProjectInput {
  readonly entries: readonly RequirementEntry[];
  readonly sources: ReadonlyMap<RequirementEntry, RequirementSource | undefined>;
  readonly indexes: readonly ProjectIndex[];
  readonly warnings: readonly string[];
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
    const known = projects.get(path) ?? openProjectFile(await textOf(file, context), file);
    projects.set(path, known);
    return known;
  };
  const follow: Follow = async (file, entries, standing) =>
    sources?.isFollowed() === true
      ? followEntries(file, entries, standing, context, sources)
      : { entries, indexes: [] };
  const unknown = new Set(selection.extras === "all" ? [] : selection.extras.map(normalizeName));
  for (const file of files)
    inputs.set(
      file,
      file.endsWith(".py") ? await script(file, context) : await project(await open(file), selection, unknown, follow),
    );
  if (unknown.size > 0) throw new UnknownExtra([...unknown], files);
  const ownFiles = files.filter((file) => !file.endsWith(".py"));
  for (const { file, name } of await wantedGroups(selection.groups, ownFiles, open))
    inputs.set(`${file}:${name}`, await group(await open(file), name, follow));
  return inputs;
}

async function textOf(file: string, { read }: RequirementsContext): Promise<string> {
  const content = await read(file);
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

async function script(file: string, context: RequirementsContext): Promise<ProjectInput> {
  const found = parseScript(await textOf(file, context), file);
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
  { extras }: ProjectSelection,
  unknown: Set<NormalizedName>,
  follow: Follow,
): Promise<ProjectInput> {
  const needed = file.requirements(extras);
  if (needed === undefined) throw new DynamicRequirements(file.source, dirname(file.source));
  const missing = new Set(needed.unknownExtras);
  for (const extra of unknown) if (!missing.has(extra)) unknown.delete(extra);
  const asked = new Set(extras === "all" ? [] : extras.map(normalizeName));
  const warnings = [...missing]
    .filter((extra) => !asked.has(extra))
    .map((extra) => `${file.source}: an extra asks for the extra ${extra}, which the project does not have`);
  const { entries, indexes } = await follow(file, needed.entries, (entry) => ({ extra: needed.extraOf.get(entry) }));
  return { entries, sources: sourcesOf(entries, file), indexes, warnings };
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

/** `NAME` is a group of the pyproject.toml here, `PATH:NAME` one of another. */
async function wantedGroups(
  groups: ProjectSelection["groups"],
  files: readonly string[],
  open: (file: string) => Promise<ProjectFile>,
): Promise<readonly { readonly file: string; readonly name: string }[]> {
  if (groups !== "all")
    return groups.map((group) => {
      const colon = group.lastIndexOf(":");
      return colon < 0
        ? { file: "pyproject.toml", name: group }
        : { file: group.slice(0, colon), name: group.slice(colon + 1) };
    });
  const found: { file: string; name: string }[] = [];
  for (const file of files.length === 0 ? ["pyproject.toml"] : files)
    for (const name of (await open(file)).groups) found.push({ file, name });
  return found;
}
