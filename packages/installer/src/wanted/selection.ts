import { join } from "node:path";

/** Which optional parts of projects are wanted. */
export interface ProjectSelection {
  readonly extras: "all" | readonly string[];
  /** Dependency groups (PEP 735): `NAME`, or `PATH:NAME` for those of another pyproject.toml. */
  readonly groups: "all" | readonly string[];
  /** Has the groups that name no file. Default: the pyproject.toml here. */
  readonly groupFile?: string;
  /** What `[tool.uv]` of the projects says of requirements counts as well. */
  readonly hasSettings?: boolean;
  /** What a project needs is asked of its build backend where it does not say that itself; otherwise it is refused. */
  readonly asksBackends?: boolean;
}

export const noSelection: ProjectSelection = { extras: [], groups: [] };

/** What options say of it. */
export function selectionOf(options: {
  readonly extras?: readonly string[];
  readonly allExtras?: boolean;
  readonly groups?: readonly string[];
  readonly allGroups?: boolean;
  readonly projectFolder?: string;
}): ProjectSelection {
  return {
    extras: options.allExtras === true ? "all" : (options.extras ?? []),
    groups: options.allGroups === true ? "all" : (options.groups ?? []),
    ...(options.projectFolder === undefined ? {} : { groupFile: join(options.projectFolder, "pyproject.toml") }),
  };
}
