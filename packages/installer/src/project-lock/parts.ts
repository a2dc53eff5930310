import { parseSpecifierSet } from "@murre/pep440";
import { Requirement, type NormalizedName } from "@murre/pep508";
import { legacyBuildSystem, type RequirementEntry } from "@murre/requirements";
import { pathToFileURL } from "node:url";
import { DynamicRequirements } from "../errors.ts";
import type { Standing } from "../projects/follow-sources.ts";
import type { LocalProject } from "../projects/local-project.ts";
import type { ProjectSources } from "../projects/project-sources.ts";
import type { Workspace } from "../projects/workspace.ts";

/** What can be wanted of a workspace by itself: a member, one of its extras, one of its groups. */
export interface Part {
  /** `api`, `api[extra]`, `api:group`; of a root that is no project `:group`. */
  readonly key: string;
  /** Empty for a root that is no project. */
  readonly member: NormalizedName | "";
  readonly kind: "member" | "extra" | "group";
  /** Of the extra or group. */
  readonly name?: NormalizedName;
  readonly entries: readonly RequirementEntry[];
}

/** A member's parts: who wants one of them names its key. */
export const partKeys = {
  member: (member: string) => member,
  extra: (member: string, extra: string) => `${member}[${extra}]`,
  group: (member: string, group: string) => `${member}:${group}`,
};

/** Whether a project is installed itself, and not only what it needs (uv). */
export function isPackage({ file }: LocalProject): boolean {
  return file.uv().isPackage ?? file.pyproject().buildSystem !== legacyBuildSystem;
}

/** The groups that are installed where none is asked for: `dev`, where there is one and nothing else is said (uv). */
export function defaultGroups({ file }: LocalProject): readonly NormalizedName[] {
  const said = file.uv().defaultGroups ?? file.groups.filter((group) => group === "dev");
  return said === "all" ? file.groups : said;
}

export function extrasOf({ file }: LocalProject): readonly NormalizedName[] {
  return (file.pyproject().project?.providesExtra ?? []) as readonly NormalizedName[];
}

/** The parts of all members, with what they ask for. @throws what reading the projects throws */
export async function partsOf({ root, members }: Workspace, sources: ProjectSources): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const [name, project] of members) parts.push(...(await partsOfMember(name, project, sources)));
  if (root.file.name === undefined) parts.push(...(await groupsOf("", root, sources)));
  return parts;
}

async function partsOfMember(name: NormalizedName, project: LocalProject, sources: ProjectSources): Promise<Part[]> {
  const extras = extrasOf(project);
  const asked = async (chosen: readonly NormalizedName[]): Promise<readonly RequirementEntry[]> => {
    if (isPackage(project)) return [itself(name, project, chosen, sources)];
    const needed = project.file.requirements(chosen);
    if (needed === undefined) throw new DynamicRequirements(project.file.source, project.folder);
    return followed(needed.entries, project, (entry) => ({ extra: needed.extraOf.get(entry) }), sources);
  };
  const parts: Part[] = [{ key: partKeys.member(name), member: name, kind: "member", entries: await asked([]) }];
  for (const extra of extras)
    parts.push({
      key: partKeys.extra(name, extra),
      member: name,
      kind: "extra",
      name: extra,
      entries: await asked([extra]),
    });
  return [...parts, ...(await groupsOf(name, project, sources))];
}

async function groupsOf(member: Part["member"], project: LocalProject, sources: ProjectSources): Promise<Part[]> {
  const parts: Part[] = [];
  for (const name of project.file.groups) {
    const entries = await followed(project.file.group(name), project, () => ({ group: name }), sources);
    parts.push({ key: partKeys.group(member, name), member, kind: "group", name, entries });
  }
  return parts;
}

function itself(
  name: NormalizedName,
  { folder, file }: LocalProject,
  extras: readonly NormalizedName[],
  sources: ProjectSources,
): RequirementEntry {
  const url = pathToFileURL(folder).href;
  const isEditable = sources.isEditable(name);
  if (isEditable) sources.editables.add(url);
  return {
    kind: "named",
    text: file.source,
    origin: { file: file.source, line: 1 },
    requirement: new Requirement(name, extras, parseSpecifierSet(""), url),
    hashes: {},
    fragmentHashes: {},
    configSettings: {},
    globalOptions: [],
    ...(isEditable ? { isEditable } : {}),
  };
}

async function followed(
  entries: readonly RequirementEntry[],
  project: LocalProject,
  standing: (entry: RequirementEntry) => Standing,
  sources: ProjectSources,
): Promise<readonly RequirementEntry[]> {
  if (!sources.isFollowed()) return entries;
  return (await (await sources.follower()).followEntries(entries, project, standing)).entries;
}
