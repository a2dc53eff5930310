import { dirname } from "node:path";
import { NoProject } from "../errors.ts";
import { openLocalProject, type LocalProject } from "./local-project.ts";

/** The project of a folder: its own, or that of the nearest folder above. @throws {NoProject} {InvalidPyproject} */
export function findProject(start: string): LocalProject {
  for (let folder = start, last = ""; folder !== last; last = folder, folder = dirname(folder)) {
    const project = openLocalProject(folder);
    if (project === undefined) continue;
    if (!project.file.uv().isManaged) throw new NoProject(folder, "tool.uv.managed of its pyproject.toml is false");
    return project;
  }
  throw new NoProject(start);
}
