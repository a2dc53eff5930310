import { hasCode, NotAFile, readSmallText } from "@murre/files";
import type { IndexLocation, LocationContext } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import { openProjectFile, type ProjectFile } from "@murre/requirements";
import { dirname, isAbsolute, join, relative, sep } from "node:path";

/** A folder of this machine with a pyproject.toml. */
export interface LocalProject {
  /** Absolute. */
  readonly folder: string;
  readonly file: ProjectFile;
  /** Of what was checked out: the folder is a copy for this operation, and nobody may be led to it. */
  readonly checkout?: ProjectCheckout | undefined;
}

/** The files of one commit, in which projects name each other by their folders. */
export interface ProjectCheckout {
  /** Its real path. */
  readonly root: string;
  /** What messages call the repository. */
  readonly shown: string;
  /** Of a folder in it, for whoever resolves: the repository at this commit. */
  readonly urlOf: (subdirectory: string) => string;
}

/** How `[tool.uv.sources]` is followed in one operation, and what came of it that no requirement says. */
export interface SourceRules {
  /** Whether a source of this project is followed; without a name, whether any is. */
  readonly isFollowed: (project?: NormalizedName) => boolean;
  /** Whether this project may be an editable one. */
  readonly isEditable: (project: NormalizedName) => boolean;
  /** By which paths become URLs. */
  readonly places: LocationContext;
  /** Of the environment, for the credentials of indexes with a name. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The URLs of folders that are to be imported from where they lie. */
  readonly editables: Set<string>;
  /** The one index for each of these projects, whatever other indexes there are. */
  readonly indexes: Map<NormalizedName, IndexLocation>;
}

/** An index that a project names for all that it needs. */
export interface ProjectIndex {
  readonly location: IndexLocation;
  /** It is asked last, in the place of the built-in one. */
  readonly isDefault: boolean;
}

/**
 * Undefined where there is no pyproject.toml.
 * @throws {InvalidPyproject} for what is no TOML
 */
export function openLocalProject(folder: string, checkout?: ProjectCheckout): LocalProject | undefined {
  const path = join(folder, "pyproject.toml");
  try {
    return { folder, file: openProjectFile(readSmallText(path), shownPath(path, checkout)), checkout };
  } catch (error) {
    if (error instanceof NotAFile && error.kind !== "folder") throw error;
    if (hasCode<"ENOENT" | "ENOTDIR">(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The project of a folder, or that of the nearest folder above, in a checkout up to its root. @throws {InvalidPyproject} */
export function nearestProject(start: string, checkout?: ProjectCheckout): LocalProject | undefined {
  for (let folder = start, last = ""; folder !== last; last = folder, folder = dirname(folder)) {
    if (checkout !== undefined && pathInside(folder, checkout) === undefined) return undefined;
    const found = openLocalProject(folder, checkout);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The path below a checkout's root, empty for the root itself; undefined for what lies outside. */
export function pathInside(path: string, { root }: ProjectCheckout): string | undefined {
  const inner = relative(root, path);
  return inner === ".." || inner.startsWith(`..${sep}`) || isAbsolute(inner) ? undefined : inner.replaceAll(sep, "/");
}

/** A path for messages: the folder of a checkout is nobody's business. */
export function shownPath(path: string, checkout: ProjectCheckout | undefined): string {
  const inner = checkout && pathInside(path, checkout);
  return inner === undefined ? path : `${checkout?.shown ?? ""}: ${inner === "" ? "." : inner}`;
}
