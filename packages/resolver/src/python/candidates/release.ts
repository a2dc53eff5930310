import { compareVersions, parseVersion, tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { parseSdistFilename } from "@murre/platform-tags";
import type { DistributionFile, DistributionMetadata, ListedRelease, ListedReleases } from "./source.ts";

/** One version of a project, and where it can be had. */
export interface Release<File extends DistributionFile> {
  readonly version: Version;
  /** The files of the index; none for a direct URL and for what is installed. */
  readonly files: readonly File[];
  /** Every file of it is yanked (PEP 592). */
  readonly yanked: boolean;
  readonly url?: string;
  /** The metadata of what is installed already; such a release needs no file. */
  readonly installed?: DistributionMetadata;
}

interface Group<File> {
  readonly version: Version;
  readonly good: File[];
  readonly yanked: File[];
}

/**
 * The releases of a project in ascending order. Files that are neither wheels nor sdists, or whose version cannot be read,
 * are left out (PEP 440 asks indexes for valid versions; old files have others). Yanked files of a release that has
 * others are left out as well.
 */
export function groupReleases<File extends DistributionFile>(
  project: NormalizedName,
  files: readonly File[],
): Release<File>[] {
  const byText = new Map<string, Group<File> | undefined>();
  const byKey = new Map<string, Group<File>>();
  for (const file of files) {
    const text = versionText(file.filename, project);
    if (text === undefined) continue;
    let group = byText.get(text);
    if (group === undefined && !byText.has(text)) {
      group = groupOf(text, byKey);
      byText.set(text, group);
    }
    (isYanked(file) ? group?.yanked : group?.good)?.push(file);
  }
  return [...byKey.values()]
    .map(({ version, good, yanked }) => ({
      version,
      files: good.length > 0 ? good : yanked,
      yanked: good.length === 0,
    }))
    .sort((a, b) => compareVersions(a.version, b.version));
}

/** The same for a source that tells the versions; no file is looked at, and no version of those that ascend. */
export function mergeReleases<File extends DistributionFile>({
  releases: listed,
  ascending = 0,
}: ListedReleases<File>): Release<File>[] {
  const releases = listed.slice(0, ascending).map((release) => new MergedRelease(release));
  const others = new Map<string, MergedRelease<File>>();
  for (const release of listed.slice(ascending)) {
    const version = release.version === undefined ? undefined : tryParseVersion(release.version);
    if (version === undefined) continue;
    const known = others.get(version.key) ?? releases[placeOf(releases, version) ?? -1];
    if (known === undefined) others.set(version.key, new MergedRelease(release, version));
    else known.add(release);
  }
  if (others.size === 0) return releases;
  return [...releases, ...others.values()].sort((a, b) => compareVersions(a.version, b.version));
}

export interface Versioned {
  readonly version: Version;
}

/** How many of the releases, which are in ascending order, lie before something. Few of their versions are looked at. */
export function countBefore(releases: readonly Versioned[], isBefore: (version: Version) => boolean): number {
  let low = 0;
  let high = releases.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(releases[middle]!.version)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a version stands among releases in ascending order; undefined where it does not. */
export function placeOf(releases: readonly Versioned[], version: Version): number | undefined {
  const place = countBefore(releases, (other) => compareVersions(other, version) < 0);
  const found = releases[place];
  return found !== undefined && compareVersions(found.version, version) === 0 ? place : undefined;
}

class MergedRelease<File extends DistributionFile> implements Release<File> {
  yanked: boolean;
  private read: Version | undefined;
  private readonly first: ListedRelease<File>;
  private others: readonly ListedRelease<File>[] | undefined;

  /** @param version of the release, where it was read */
  constructor(first: ListedRelease<File>, version?: Version) {
    this.yanked = first.yanked;
    this.read = version;
    this.first = first;
    this.others = undefined;
  }

  get version(): Version {
    return (this.read ??= parseVersion(this.first.version ?? ""));
  }

  add(release: ListedRelease<File>): void {
    this.others = [...(this.others ?? []), release];
    this.yanked &&= release.yanked;
  }

  get files(): readonly File[] {
    const files = [this.first, ...(this.others ?? [])].flatMap((release) => release.files);
    return this.yanked ? files : files.filter((file) => !isYanked(file));
  }
}

/** Different spellings of one version are one release. */
function groupOf<File>(text: string, byKey: Map<string, Group<File>>): Group<File> | undefined {
  const version = tryParseVersion(text);
  if (!version) return undefined;
  const known = byKey.get(version.key);
  if (known) return known;
  const group: Group<File> = { version, good: [], yanked: [] };
  byKey.set(version.key, group);
  return group;
}

function isYanked(file: DistributionFile): boolean {
  return file.yanked !== undefined && file.yanked !== false;
}

/** The version as the file name has it. A project has thousands of files, so that tags are read only when a release is looked at. */
function versionText(filename: string, project: NormalizedName): string | undefined {
  if (filename.endsWith(".whl")) {
    const start = filename.indexOf("-") + 1;
    return start === 0 ? undefined : filename.slice(start, filename.indexOf("-", start));
  }
  if (!isSdist(filename)) return undefined;
  // Nearly always the name is as long in the file name as normalized, and the version follows it.
  const quick = filename.slice(project.length + 1, filename.endsWith(".zip") ? -4 : -7);
  if (filename[project.length] === "-" && /^[0-9][0-9a-z.]*$/.test(quick)) return quick;
  try {
    return parseSdistFilename(filename, project).version.toString();
  } catch {
    return undefined;
  }
}

export function isSdist(filename: string): boolean {
  return filename.endsWith(".tar.gz") || filename.endsWith(".zip");
}
