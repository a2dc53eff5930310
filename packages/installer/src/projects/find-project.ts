import { NoProject } from "../errors.ts";
import { nearestProject, type LocalProject } from "./local-project.ts";

/** The project that a command in this folder is for. @throws {NoProject} {InvalidPyproject} */
export function findProject(start: string): LocalProject {
  const project = nearestProject(start);
  if (project === undefined) throw new NoProject(start);
  if (project.file.uv().isManaged) return project;
  throw new NoProject(project.folder, "tool.uv.managed of its pyproject.toml is false");
}
