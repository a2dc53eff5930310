import { resolve } from "node:path";
import type { LockOptions } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { decideSources } from "../operation/decide.ts";
import { findProject } from "../projects/find-project.ts";
import type { LocalProject } from "../projects/local-project.ts";
import { projectSources, type ProjectSources } from "../projects/project-sources.ts";
import { workspaceOf, type Workspace } from "../projects/workspace.ts";

/** The project that a command is for, and the workspace whose lock file and environment it shares. */
export interface OpenProject {
  readonly project: LocalProject;
  readonly workspace: Workspace;
  readonly lockFile: string;
}

/** @throws {NoProject} {InvalidWorkspace} {InvalidPyproject} */
export async function openProject(
  { cwd }: InstallerSettings,
  { project: folder = "." }: LockOptions,
): Promise<OpenProject> {
  const project = findProject(resolve(cwd, folder));
  const workspace = await workspaceOf(project);
  return { project, workspace, lockFile: resolve(workspace.root.folder, "pylock.toml") };
}

/** How sources are followed where it is only asked whether a lock file is up to date. */
export function sourcesFor({ cwd, home, platform, env }: InstallerSettings, options: LockOptions): ProjectSources {
  return projectSources({
    isFollowed: decideSources({ options, variables: env }),
    // A lock file says of every project of its own that it may be an editable one.
    isEditable: () => true,
    places: { cwd, home, platform },
    variables: env,
  });
}
