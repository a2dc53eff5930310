import type { BuildEnvironments, ConfigSettings } from "@murre/build";
import type { RequirementEntry } from "@murre/requirements";
import type { WheelEntry } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import type { OpenSources } from "./build-wheels.ts";
import type { openPreparation } from "../prepare/fetch-all.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import type { UpgradedProjects } from "../operation/decisions.ts";
import type { RepositorySources } from "./repository-sources.ts";
import { ownFolder, urlKind, withoutFragment } from "../wanted/source-url.ts";
import { fileURLToPath } from "node:url";
import { gatherBuildConstraints } from "../operation/read-requirements.ts";
import { nameSources } from "./ask-names.ts";
import { openLocalProject } from "../projects/local-project.ts";
import type { SourceReader } from "../resolve/source-reader.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";

/** What an operation asks of sources. All that it takes to build is loaded when the first of them is met, which in most operations is never. */
export interface Sources extends SourceReader {
  readonly wheel: (distribution: ResolvedDistribution) => Promise<WheelEntry>;
  /** The wheel that was built from the source as it is now, if there is one: nothing is built. */
  readonly built: (distribution: ResolvedDistribution) => Promise<WheelEntry | undefined>;
  /** The wheel as the file that the backend makes now, in a temporary folder that lasts as long as the operation. */
  wheelFile(distribution: ResolvedDistribution): Promise<string>;
  environments(): Promise<BuildEnvironments>;
}

function isEditableRepository(entry: RequirementEntry): boolean {
  const url = entry.kind === "named" ? entry.requirement.url : entry.reference.url;
  const isEditable = entry.kind === "named" ? entry.isEditable === true : entry.kind === "editable";
  return isEditable && urlKind(url ?? "") === "version-control";
}

/** Runs a piece of work with the operation's sources, and with every source that the user named by its place under its name. */
export async function withSources<Result>(
  operation: ChangeOperation,
  request: Request,
  work: (named: Request, sources: Sources) => Promise<Result>,
  /** What of the installed is no reason to keep the commit of a branch; undefined: nothing is installed, and nothing installed is one. */
  upgrade?: UpgradedProjects,
): Promise<Result> {
  const { gathered, client, requireHashes } = request;
  const { constraintFiles } = request.build;
  const constraints =
    constraintFiles.length === 0 ? [] : await gatherBuildConstraints(operation.reading, constraintFiles);
  const configSettings = new Map<NormalizedName, ConfigSettings>();
  let openedPreparation: Promise<ReturnType<typeof openPreparation>> | undefined;
  const preparation = () => (openedPreparation ??= openLate());
  const openLate = async () => {
    const { openPreparation } = await import("../prepare/fetch-all.ts");
    return openPreparation(operation, client);
  };
  const readWheel: Sources["readWhole"] = async (source, name, hashes) => {
    const { readWholeWheel } = await import("../prepare/read-whole-wheel.ts");
    return readWholeWheel(source, name, hashes, (await preparation()).services);
  };
  let opened: Promise<OpenSources> | undefined;
  const open = () => (opened ??= openSources());
  const { ownConfigSettings } = request.build;
  const settingsOf = (project: NormalizedName) => configSettings.get(project) ?? ownConfigSettings.get(project);
  const openSources = async () => {
    const { openSources } = await import("./build-wheels.ts");
    await operation.findTarget();
    return openSources(operation, request, constraints, repositories, settingsOf);
  };
  let openedRepositories: Promise<RepositorySources> | undefined;
  const repositories = () => (openedRepositories ??= openRepositorySources());
  const openRepositorySources = async () => {
    const { RepositorySources } = await import("./repository-sources.ts");
    return new RepositorySources(operation, request.build, upgrade);
  };
  const metadata: Sources["metadata"] = async (request) => {
    const { url } = request.source;
    const kind = urlKind(url);
    const held = kind === "version-control" ? await (await repositories()).heldMetadata(request) : undefined;
    const text = held ?? (await (await open()).metadata(request));
    const { projects } = operation;
    const isProject = kind === "directory" || kind === "version-control";
    if (!isProject || !projects.isFollowed()) return text;
    const { followMetadata } = await import("../projects/follow-metadata.ts");
    const project = async () =>
      kind === "directory"
        ? openLocalProject(fileURLToPath(withoutFragment(ownFolder(url))))
        : (await repositories()).project(url);
    return followMetadata(text, project, () => projects.follower());
  };
  const sources: Sources = {
    metadata,
    wheel: async (distribution) => (await open()).wheel(distribution),
    built: async (distribution) => (await open()).built(distribution),
    wheelFile: async (distribution) => (await open()).wheelFile(distribution),
    environments: async () => (await open()).environments,
    readWhole: async (source, name, hashes) =>
      source.filename.endsWith(".whl") ? readWheel(source, name, hashes) : metadata({ source, name, hashes }),
  };
  const cloning = async ({ entries }: typeof gathered) => {
    if (!entries.some(isEditableRepository)) return undefined;
    const { Clones } = await import("./clones.ts");
    return new Clones(operation, repositories);
  };
  try {
    const { isEditable } = operation.decisions;
    const clones = upgrade === undefined || operation.decisions.change.isDryRun ? undefined : await cloning(gathered);
    const rules = { requireHashes, isEditable, clones };
    const named = await nameSources(gathered, request.environment, sources, rules);
    for (const entry of named.entries)
      if (entry.kind === "named" && Object.keys(entry.configSettings).length > 0)
        configSettings.set(entry.requirement.normalizedName, entry.configSettings);
    return await work({ ...request, gathered: named }, sources);
  } finally {
    await (await openedPreparation)?.close();
    await (await opened)?.close();
    (await openedRepositories)?.close();
  }
}
