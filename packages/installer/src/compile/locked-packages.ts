import type { DistributionFile, IndexLocation } from "@murre/index-client";
import { withoutCredentials } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import type { LockedContent, LockedDistribution, LockedPackage, LockedPlace, LockedSource } from "@murre/requirements";
import { parseVcsUrl } from "@murre/vcs";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { pathFrom } from "../projects/path-from.ts";
import type { Attestations, LockedFiles } from "./attestations.ts";
import type { MarkedDistribution } from "./resolve-marked.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { subdirectoryOf, urlKind, withoutFragment } from "../wanted/source-url.ts";
import { releaseHashes, strongHashes } from "./release-hashes.ts";
import { isNeed } from "./rows.ts";

/** What locked packages are made with. */
export interface LockContext {
  readonly request: Request;
  readonly operation: ChangeOperation;
  /** Paths are written relative to this folder, that of the lock file. */
  readonly folder: string;
  readonly locations: readonly IndexLocation[];
  readonly attestations: Attestations;
}

/** The entries of a lock file (PEP 751): every file with a strong hash, of the index where that has one, else of the file itself. */
export async function lockedPackages(
  distributions: readonly MarkedDistribution[],
  context: LockContext,
): Promise<readonly LockedPackage[]> {
  const packages = await Promise.all(distributions.map((one) => lockedPackage(one, distributions, context)));
  context.attestations.tell();
  return packages;
}

async function lockedPackage(
  one: MarkedDistribution,
  all: readonly MarkedDistribution[],
  context: LockContext,
): Promise<LockedPackage> {
  const { distribution, marker } = one;
  const { name, version, directUrl } = distribution;
  const dependencies = all.filter((other) => one.needs.some((need) => isNeed(need, other.distribution)));
  const common = {
    name,
    ...(marker === undefined ? {} : { marker }),
    ...(dependencies.length === 0 ? {} : { dependencies: dependencies.map((other) => reference(other, all)) }),
  };
  if (directUrl !== undefined) {
    const source = await directlyFrom(directUrl, distribution, context);
    // What a folder is called by may change with every build.
    return { ...common, ...(source.kind === "directory" ? {} : { version }), source };
  }
  const { index } = distribution.source as Partial<DistributionFile>;
  const isSimple = context.locations.some(({ kind, url }) => kind === "simple" && withoutCredentials(url) === index);
  const files = oncePerName(one.files, index);
  const source = await filesOf(files, name, context);
  const attestationIdentities = await context.attestations.of({ name, version, source }, files);
  return {
    ...common,
    version,
    ...(isSimple && index !== undefined ? { index } : {}),
    source,
    ...(attestationIdentities === undefined ? {} : { attestationIdentities }),
  };
}

/** As much of an entry as tells it from the others. */
function reference(
  { distribution: { name, version }, marker }: MarkedDistribution,
  all: readonly MarkedDistribution[],
): Readonly<Record<string, string>> {
  const others = all.filter(({ distribution }) => distribution.name === name);
  if (others.length === 1) return { name };
  if (others.filter(({ distribution }) => distribution.version === version).length === 1) return { name, version };
  return { name, version, ...(marker === undefined ? {} : { marker }) };
}

async function filesOf(
  files: readonly DistributionFile[],
  name: NormalizedName,
  context: LockContext,
): Promise<LockedFiles> {
  const locked = await Promise.all(files.map((file) => lockedFile(file, name, context)));
  const of = (kind: DistributionFile["kind"]) => locked.filter((_, i) => files[i]?.kind === kind);
  const [sdist] = of("sdist");
  return { kind: "files", ...(sdist === undefined ? {} : { sdist }), wheels: of("wheel") };
}

/** Of a file that several indexes have, that of the index which the chosen one comes from, else the first. */
function oncePerName(files: readonly DistributionFile[], index: string | undefined): readonly DistributionFile[] {
  const byName = new Map<string, DistributionFile>();
  for (const file of files) {
    const known = byName.get(file.filename);
    if (known === undefined || (known.index !== index && file.index === index)) byName.set(file.filename, file);
  }
  return files.filter((file) => byName.get(file.filename) === file);
}

async function lockedFile(
  file: DistributionFile,
  name: NormalizedName,
  { request, operation, folder }: LockContext,
): Promise<LockedDistribution> {
  const { filename, url, sizeBytes, uploadTime } = file;
  const size = sizeBytes ?? sizeOf(url);
  const hashes = await strongHashes(file, { name }, request, operation);
  return {
    name: filename,
    ...placeOf(url, folder),
    ...(size === undefined ? {} : { size }),
    ...(uploadTime === undefined || Number.isNaN(Date.parse(uploadTime)) ? {} : { uploadTime }),
    hashes,
  };
}

async function directlyFrom(
  directUrl: string,
  distribution: ResolvedDistribution,
  { request, operation, folder }: LockContext,
): Promise<LockedSource> {
  const { source } = distribution;
  const subdirectory = subdirectoryOf(directUrl);
  const inside = subdirectory === undefined ? {} : { subdirectory };
  const kind = urlKind(directUrl);
  if (kind === "version-control") {
    const { recorded: url, revision } = parseVcsUrl(directUrl);
    const requested = revision === undefined ? {} : { requestedRevision: revision };
    return { kind: "vcs", type: "git", url, ...requested, commitId: source.commit ?? "", ...inside };
  }
  if (kind === "directory") {
    const path = relativePath(directUrl, folder);
    return { kind: "directory", path, ...(source.isEditable === true ? { isEditable: true } : {}), ...inside };
  }
  const hashes = await releaseHashes(distribution, request, operation);
  const single: LockedContent["hashes"] = Object.fromEntries(
    Object.entries(hashes).flatMap(([algorithm, [digest]]) => (digest === undefined ? [] : [[algorithm, digest]])),
  );
  const size = sizeOf(directUrl);
  return {
    kind: "archive",
    ...placeOf(directUrl, folder),
    ...(size === undefined ? {} : { size }),
    hashes: single,
    ...inside,
  };
}

/** What lies on this machine is named by its path, so that it is found where the project is moved. */
function placeOf(url: string, folder: string): LockedPlace {
  return url.startsWith("file:") ? { path: relativePath(url, folder) } : { url: withoutFragment(url) };
}

function relativePath(url: string, folder: string): string {
  return pathFrom(folder, fileURLToPath(withoutFragment(url)));
}

function sizeOf(url: string): number | undefined {
  return url.startsWith("file:")
    ? statSync(fileURLToPath(withoutFragment(url)), { throwIfNoEntry: false })?.size
    : undefined;
}
