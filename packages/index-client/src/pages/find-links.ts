import { fileURLToPath } from "node:url";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { parseSdistFilename } from "@murre/platform-tags";
import { IndexUnreachable } from "../errors.ts";
import { listFolder, readText, statOf } from "./file-index.ts";
import { filenameOfUrl, hashesOfFragment, judgeLinks, kindOfFilename, type ParsedPage } from "../location/page-link.ts";
import { pageOf } from "./page-releases.ts";
import type { DistributionFile, ProjectPage } from "../location/types.ts";

/** What a find-links place holds, by project: read once, then asked for each project. */
export type FindLinksPlace = ReadonlyMap<string, ProjectPage>;

/**
 * Reads a find-links place on disk: a folder of distributions, an HTML page, or one distribution.
 * @throws {IndexUnreachable} when nothing is there.
 */
export async function readFindLinks(url: string): Promise<ParsedPage> {
  const path = fileURLToPath(url);
  const stats = statOf(path, url);
  if (stats === undefined) throw new IndexUnreachable(url, "there is no such file or folder");
  if (stats.isDirectory()) return listFolder(url.endsWith("/") ? url : `${url}/`, url) ?? { files: [], skipped: [] };
  const single = singleDistribution(url, url);
  if (single !== undefined) return single;
  const { parseSimpleHtml } = await import("./simple-html.ts");
  return parseSimpleHtml(readText(path, url), url, url);
}

/** A page of one link, when the address itself is a distribution's. */
export function singleDistribution(url: string, index: string): ParsedPage | undefined {
  const filename = filenameOfUrl(url);
  if (filename === undefined || kindOfFilename(filename) === undefined) return undefined;
  const [plain = url, fragment = ""] = url.split("#");
  return judgeLinks([{ filename, url: plain, hashes: hashesOfFragment(fragment), yanked: false }], index);
}

/** Sorts a place's files by the project that their names state; a name that states none is left out. */
export function groupByProject(page: Pick<ParsedPage, "files">, index: string): FindLinksPlace {
  const projects = new Map<NormalizedName, DistributionFile[]>();
  for (const file of page.files) {
    const project = projectOf(file);
    if (project === undefined) continue;
    const files = projects.get(project) ?? [];
    files.push(file);
    projects.set(project, files);
  }
  return new Map([...projects].map(([project, files]) => [project, pageOf({ files, skipped: [] }, project, index)]));
}

/** PEP 427: a wheel's name ends at its first dash. PEP 625: an sdist's ends at its last. */
export function projectOf(file: DistributionFile): NormalizedName | undefined {
  try {
    if (file.kind === "sdist") return parseSdistFilename(file.filename).name;
    const dash = file.filename.indexOf("-");
    return dash <= 0 ? undefined : normalizeName(file.filename.slice(0, dash));
  } catch {
    return undefined;
  }
}
