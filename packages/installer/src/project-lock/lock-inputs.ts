import { hashedName } from "@murre/cache";
import { readSmallFile } from "@murre/files";
import { withoutCredentials } from "@murre/index-client";
import { intersectSpecifierSets, parseSpecifierSet, type SpecifierSet } from "@murre/pep440";
import { redactUrl, type NormalizedName } from "@murre/pep508";
import type { LockFile, RequirementEntry, UvSettings } from "@murre/requirements";
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidWorkspace } from "../errors.ts";
import type { LocalProject } from "../projects/local-project.ts";
import { indexesOf } from "../projects/follow-sources.ts";
import type { ProjectSources } from "../projects/project-sources.ts";
import { pathFrom } from "../projects/path-from.ts";
import type { Workspace } from "../projects/workspace.ts";
import { mergeOptions, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import { uvRules } from "../wanted/overrides.ts";
import { partsOf, type Part } from "./parts.ts";

/** All that a project's lock file is made of. */
export interface LockInputs {
  readonly workspace: Workspace;
  readonly parts: readonly Part[];
  readonly gathered: GatheredRequirements;
  /** What all members accept; undefined: nobody says. */
  readonly requiresPython: SpecifierSet | undefined;
  readonly settings: UvSettings;
}

/** @throws what reading the projects throws */
export async function readLockInputs(workspace: Workspace, sources: ProjectSources): Promise<LockInputs> {
  const { root, members } = workspace;
  const settings = root.file.uv();
  const parts = await partsOf(workspace, sources);
  const pythons = [...members.values()].flatMap(pythonOf);
  const { constraints, warnings, ...replacements } = uvRules(root.file);
  return {
    workspace,
    parts,
    settings,
    requiresPython: pythons.length === 0 ? undefined : pythons.reduce(intersectSpecifierSets),
    gathered: {
      entries: parts.flatMap(({ entries }) => entries),
      constraints,
      replacements,
      sources: new Map(),
      warnings,
      options: { ...mergeOptions([], []), ordered: indexesOf(root, sources) },
    },
  };
}

function pythonOf({ file }: LocalProject): readonly SpecifierSet[] {
  const text = file.pyproject().project?.requiresPython;
  if (text === undefined) return [];
  try {
    return [parseSpecifierSet(text)];
  } catch (error) {
    throw new InvalidWorkspace(file.source, `project.requires-python: ${(error as Error).message}`);
  }
}

/** The members of a lock file's text by which it is known whether it is up to date. */
export function fingerprintOf(
  { parts, gathered, requiresPython, settings, workspace: { root } }: LockInputs,
  folders: readonly string[],
  said: unknown,
  indexes: ReadonlyMap<NormalizedName, { readonly url: string }>,
): string {
  const home = pathToFileURL(root.folder).href;
  // The same wherever the project lies.
  const plain = (text: string) => redactUrl(text).replaceAll(home, ".");
  const textOf = (entry: RequirementEntry) =>
    entry.kind === "named" ? [plain(`${entry.requirement}`), entry.isEditable === true] : plain(entry.text);
  const inputs = [
    parts.map(({ key, entries }) => [key, entries.map(textOf)]),
    gathered.constraints.map(({ requirement }) => plain(`${requirement}`)),
    gathered.replacements.overrides.map(({ requirement }) => plain(`${requirement}`)),
    gathered.replacements.excludes,
    `${requiresPython ?? ""}`,
    settings.environments,
    settings.requiredEnvironments,
    (gathered.options.ordered ?? []).map(({ location, isDefault }) => [
      plain(withoutCredentials(location.url)),
      isDefault,
    ]),
    [...indexes].map(([name, { url }]) => [name, plain(withoutCredentials(url))]),
    folders.map((folder) => [pathFrom(root.folder, folder), stateOf(folder)]),
    said,
  ];
  return hashedName(JSON.stringify(inputs));
}

/** What says what a folder's project needs, where it says that itself. */
function stateOf(folder: string): readonly string[] {
  return ["pyproject.toml", "setup.cfg", "setup.py"].map((name) => {
    try {
      return createHash("sha256")
        .update(readSmallFile(join(folder, name)))
        .digest("hex");
    } catch {
      return "";
    }
  });
}

/** The folders that a lock file names, sorted. */
export function foldersOf(lock: LockFile, file: string): readonly string[] {
  const folders = lock.packages.flatMap(({ source }) =>
    source?.kind === "directory" ? [resolve(dirname(file), source.path, source.subdirectory ?? "")] : [],
  );
  return [...new Set(folders)].toSorted();
}
