import { readInput, reasonOf } from "@murre/files";
import { pathOfFileUrl } from "@murre/index-client";
import type { Constraint, RequirementsContext } from "@murre/requirements";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { OnEvent } from "../api/events.ts";
import type { InstallOptions, ProjectSelectionOptions } from "../api/operations.ts";
import { gatherRequirements, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import { selectionOf, type ProjectSelection } from "../wanted/selection.ts";
import type { ProjectSources } from "../projects/project-sources.ts";
import type { Decisions, IndexDecision } from "./decisions.ts";
import { openIndexClient, type ClientContext } from "./open-client.ts";

/** Where it stands what is asked for: files, arguments, and files with constraints. */
export interface Asked {
  readonly files?: readonly string[] | undefined;
  readonly words?: readonly string[] | undefined;
  readonly editables?: readonly string[] | undefined;
  readonly constraintFiles: readonly string[];
  readonly overrideFiles?: readonly string[] | undefined;
  readonly excludeFiles?: readonly string[] | undefined;
  readonly selection?: ProjectSelection | undefined;
}

/** What options ask for, with the files that have a say in it. */
export function askedBy(
  options: Pick<InstallOptions, "requirements" | "requirementFiles" | "editables"> & ProjectSelectionOptions,
  { constraintFiles, resolution: { overrideFiles, excludeFiles } }: Pick<Decisions, "constraintFiles" | "resolution">,
): Asked {
  const { requirementFiles: files, requirements: words, editables } = options;
  return { files, words, editables, constraintFiles, overrideFiles, excludeFiles, selection: selectionOf(options) };
}

/** Reads requirements files and arguments; those at `http:` URLs through a client of their own. */
export async function gather(
  {
    reading,
    onEvent,
    projects,
  }: {
    readonly reading: RequirementsContext;
    readonly onEvent: OnEvent;
    /** Undefined: `[tool.uv.sources]` is not looked at. */
    readonly projects?: ProjectSources;
  },
  { files = [], words = [], ...others }: Asked,
): Promise<GatheredRequirements> {
  const gathered = await gatherRequirements({ ...others, files, words, projects }, reading);
  for (const message of gathered.warnings) onEvent({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
  return gathered;
}

/** Reads files with constraints for what builds require. */
export async function gatherBuildConstraints(
  reading: RequirementsContext,
  constraintFiles: readonly string[],
): Promise<readonly Constraint[]> {
  return (await gatherRequirements({ files: [], constraintFiles, words: [] }, reading)).constraints;
}

/** No index: for what is read from URLs, and where nothing is looked up. */
export const nowhere: IndexDecision = { locations: [], findLinks: [], strategy: "first-index" };

/** How requirements are read: files, standard input, `http:` URLs. */
export function requirementsContext(context: ClientContext): RequirementsContext {
  const { settings, signal } = context;
  const { cwd, home, env, platform } = settings;
  const read = async (location: string): Promise<Uint8Array | string> => {
    if (location === "-") return settings.readStandardInput(signal);
    if (!/^https?:/i.test(location)) return readInput(resolve(cwd, localPath(location)), { signal });
    const client = openIndexClient(nowhere, context);
    try {
      return await client.text(location);
    } finally {
      await client.close();
    }
  };
  return { read, explain: reasonOf, env, cwd, home, platform, exists: (path) => existsSync(resolve(cwd, path)) };
}

function localPath(location: string): string {
  const path = /^file:/i.test(location) ? pathOfFileUrl(location) : location;
  if (path === undefined) throw new Error("it names no file of this machine");
  return path;
}
