import { normalizeName, type NormalizedName } from "@murre/pep508";
import { parseSdistFilename } from "@murre/platform-tags";
import type { ParsedPage } from "../location/page-link.ts";
import type { DistributionFile, PageRelease, ProjectPage } from "../location/types.ts";

/** A page whose files are all there. */
export function pageOf(parsed: ParsedPage, project: NormalizedName, index: string): ProjectPage {
  const { files, skipped, relations } = parsed;
  const page = { project, index, files, releases: releasesOf(files, project), skipped };
  return relations === undefined ? page : { ...page, relations };
}

/** Cuts a list of files where the version changes. */
export function releasesOf(files: readonly DistributionFile[], project: NormalizedName): PageRelease[] {
  const releases: PageRelease[] = [];
  for (let start = 0, end = 0; start < files.length; start = end) {
    const version = versionOf(files[start]!, project);
    for (end = start + 1; end < files.length && versionOf(files[end]!, project) === version;) end++;
    const members = files.slice(start, end);
    releases.push({ version, yanked: members.every(({ yanked }) => yanked !== false), files: members });
  }
  return releases;
}

/** See {@link versionText}. */
export const versionOf = ({ filename, kind }: DistributionFile, project: NormalizedName): string | undefined =>
  versionText(filename, kind, project);

/**
 * The version in a file's name; undefined where the name states none, or that of another project. Tags and the version itself
 * are not looked at: a project has thousands of files.
 */
export function versionText(
  filename: string,
  kind: DistributionFile["kind"],
  project: NormalizedName,
): string | undefined {
  if (kind === "wheel") {
    const dash = filename.indexOf("-");
    const end = filename.indexOf("-", dash + 1);
    return dash > 0 && end > 0 && isNamed(filename.slice(0, dash), project) ? filename.slice(dash + 1, end) : undefined;
  }
  // Nearly always the name is as long in the file name as normalized, and the version follows it.
  const quick = filename.slice(project.length + 1, filename.endsWith(".zip") ? -4 : -7);
  const isPlain = filename[project.length] === "-" && /^[0-9][0-9a-z.]*$/.test(quick);
  if (isPlain && isNamed(filename.slice(0, project.length), project)) return quick;
  try {
    const { name, version } = parseSdistFilename(filename, project);
    return name === project ? version.toString() : undefined;
  } catch {
    return undefined;
  }
}

/** The files of a project mostly spell its name alike. */
let lastNamed = { written: "", normalized: "" };

function isNamed(written: string, project: NormalizedName): boolean {
  if (written === project) return true;
  if (lastNamed.written !== written) lastNamed = { written, normalized: normalizeName(written) };
  return lastNamed.normalized === project;
}
