import type { NormalizedName } from "@murre/pep508";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, posix, resolve, sep } from "node:path";
import { InvalidWorkspace } from "../errors.ts";
import { nearestProject, openLocalProject, shownPath, type LocalProject } from "./local-project.ts";

/** Projects that are developed, locked and installed together (`[tool.uv.workspace]`). */
export interface Workspace {
  readonly root: LocalProject;
  /** By their names, the root among them where it is a project itself. */
  readonly members: ReadonlyMap<NormalizedName, LocalProject>;
}

/**
 * The workspace that a project belongs to: its own, or that of the nearest folder above with a pyproject.toml, where that one counts it among its
 * members (uv). A project that belongs to none is alone.
 * @throws {InvalidWorkspace} {InvalidPyproject}
 */
export async function workspaceOf(project: LocalProject): Promise<Workspace> {
  const own = project.file.uv();
  if (own.workspace !== undefined) return { root: project, members: await membersOf(project, own.workspace) };
  const above = own.isManaged ? projectAbove(project) : undefined;
  const settings = above?.file.uv();
  if (above === undefined || settings?.workspace === undefined || !settings.isManaged) return alone(project);
  const folders = await memberFolders(above.folder, settings.workspace);
  if (!folders.includes(project.folder)) return alone(project);
  return { root: above, members: await membersOf(above, settings.workspace) };
}

function alone(project: LocalProject): Workspace {
  const { name } = project.file;
  return { root: project, members: new Map(name === undefined ? [] : [[name, project]]) };
}

function projectAbove({ folder, checkout }: LocalProject): LocalProject | undefined {
  const above = dirname(folder);
  return above === folder ? undefined : nearestProject(above, checkout);
}

type Table = NonNullable<ReturnType<LocalProject["file"]["uv"]>["workspace"]>;

async function membersOf(root: LocalProject, table: Table): Promise<Workspace["members"]> {
  const members = new Map<NormalizedName, LocalProject>();
  const shown = (folder: string) => shownPath(folder, root.checkout);
  if (root.file.name !== undefined) members.set(root.file.name, root);
  for (const folder of await memberFolders(root.folder, table)) {
    if (folder === root.folder) continue;
    const member = openLocalProject(folder, root.checkout);
    if (member === undefined) {
      if (isLeftover(folder)) continue;
      throw new InvalidWorkspace(root.file.source, `tool.uv.workspace.members: ${shown(folder)} has no pyproject.toml`);
    }
    const { name } = member.file;
    if (!member.file.uv().isManaged) continue;
    if (name === undefined)
      throw new InvalidWorkspace(
        member.file.source,
        "it is a member of a workspace, and project.name does not say which",
      );
    const same = members.get(name);
    if (same !== undefined)
      throw new InvalidWorkspace(
        root.file.source,
        `${shown(same.folder)} and ${shown(folder)} are two members with the name ${name}`,
      );
    members.set(name, member);
  }
  return members;
}

/** What git leaves behind when a member goes, and what belongs to an editor: nobody meant a project by it. */
function isLeftover(folder: string): boolean {
  if (basename(folder).startsWith(".")) return true;
  return readdirSync(folder).every(
    (name) => name.startsWith(".") || /^(?:__pycache__|node_modules|.*\.egg-info)$/.test(name),
  );
}

/** Folders that match one of the patterns and none of the exclusions, sorted. */
async function memberFolders(root: string, { members, exclude }: Table): Promise<readonly string[]> {
  if (members.length === 0) return [];
  const { glob } = await import("tinyglobby");
  const found = await glob(members.map(plain), {
    cwd: root,
    onlyDirectories: true,
    expandDirectories: false,
    ignore: [...exclude.map(plain), "**/.git/**", "**/node_modules/**", "**/.venv/**"],
  });
  return found
    .map((path) => resolve(root, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    .toSorted();
}

/** `./packages/*` and `packages/*` are one pattern; a path in the words of this platform becomes one in the words of patterns. */
function plain(pattern: string): string {
  const normal = posix.normalize(sep === "\\" ? pattern.replaceAll("\\", "/") : pattern);
  return normal === "." ? "." : normal.replace(/\/$/, "");
}
