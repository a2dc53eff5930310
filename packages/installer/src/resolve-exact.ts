import type { DistributionFile, IndexClient, ProjectFiles } from "@murre/index-client";
import { tryParseVersion, type SpecifierSet } from "@murre/pep440";
import { parseWheelFilename } from "@murre/platform-tags";
import { chooseFile, isPinned, type WheelTarget } from "./choose-file.ts";
import { hashMissing } from "./accepted-hashes.ts";
import { throwProblems } from "./errors.ts";
import { directSource, refuseVersion, type WantedProject } from "./gather-requirements.ts";
import { versionOfSource } from "./name-sources.ts";
import type { ResolvedDistribution } from "./resolved.ts";
import { urlKind } from "./source-url.ts";
import { refuseOtherTags } from "./wheel-tags.ts";
import type { Sources } from "./with-sources.ts";

/**
 * Chooses one file for each wanted project and looks at no dependencies: what `sync` and `install --no-deps` do.
 * @throws {SeveralProblems} when more than one cannot be met, otherwise the one error.
 */
export async function resolveExact(
  wanted: readonly WantedProject[],
  client: IndexClient,
  target: WheelTarget,
  requireHashes: boolean,
  sources: Sources,
): Promise<ResolvedDistribution[]> {
  const outcomes = await Promise.allSettled(
    wanted.map((project) => resolveOne(project, client, target, requireHashes, sources)),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as Error] : []));
  throwProblems(errors);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

async function resolveOne(
  project: WantedProject,
  client: IndexClient,
  target: WheelTarget,
  requireHashes: boolean,
  sources: Sources,
): Promise<ResolvedDistribution> {
  if (requireHashes && project.hashes.length === 0) throw hashMissing(project.name, project.origin);
  if (project.url !== undefined)
    return urlKind(project.url) === "wheel"
      ? fromWheelUrl(project, project.url, target)
      : fromSourceUrl(project, project.url, sources);
  const found = await client.findFiles(project.name);
  const { version, file } = chooseFile(project, filesToChooseFrom(project, found), target);
  return {
    name: project.name,
    version: version.toString(),
    source: file,
    hashes: project.hashes,
    requested: true,
  };
}

/** Of a pinned project only the files of that version, unless there are none, which takes all to explain. */
function filesToChooseFrom({ specifiers }: WantedProject, { releases }: ProjectFiles): readonly DistributionFile[] {
  const all = releases.filter(({ version }) => version !== undefined);
  const pinned = isPinned(specifiers) ? all.filter(({ version = "" }) => isSatisfying(specifiers, version)) : [];
  return (pinned.length > 0 ? pinned : all).flatMap(({ files }) => files);
}

function isSatisfying(specifiers: SpecifierSet, version: string): boolean {
  const parsed = tryParseVersion(version);
  return parsed !== undefined && specifiers.contains(parsed, { prereleases: true });
}

async function fromSourceUrl(project: WantedProject, url: string, sources: Sources): Promise<ResolvedDistribution> {
  const { name, hashes } = project;
  const source = directSource(url, hashes);
  const version = await versionOfSource(sources, { name, source, hashes });
  refuseVersion(project, version);
  return { name, version, source, hashes, requested: true, directUrl: url };
}

function fromWheelUrl(project: WantedProject, url: string, target: WheelTarget): ResolvedDistribution {
  const source = directSource(url, project.hashes);
  refuseOtherTags(project, source.filename, target);
  const { version } = parseWheelFilename(source.filename);
  return {
    name: project.name,
    version: version.toString(),
    source,
    hashes: project.hashes,
    requested: true,
    directUrl: url,
  };
}
