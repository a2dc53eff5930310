export { parseRequirementsFile } from "./requirements-file.ts";
export { parseEditableArgument, parseRequirementArgument, type TextContext } from "./requirement-text.ts";
export type {
  AcceptedHashes,
  Constraint,
  DirectReference,
  FileOptions,
  FileSetting,
  Origin,
  RequirementEntry,
  RequirementsContext,
  RequirementsFile,
} from "./types.ts";
export {
  legacyBuildSystem,
  parsePyproject,
  type BuildSystem,
  type Pyproject,
  type StaticProject,
} from "./pyproject.ts";
export { InvalidPyproject, InvalidRequirementArgument, InvalidRequirementsFile, type FileProblem } from "./errors.ts";
