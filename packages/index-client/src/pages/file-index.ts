import { NotAFile, readSmallText } from "@murre/files";
import { readdirSync, statSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NormalizedName } from "@murre/pep508";
import { IndexUnreachable } from "../errors.ts";
import { indexKey } from "../location/index-location.ts";
import type { KeptPages } from "./kept-pages.ts";
import { encodePageDocument } from "./page-document.ts";
import { judgeLinks, type PageLink, type ParsedPage } from "../location/page-link.ts";
import { pageOf } from "./page-releases.ts";
import { writePageText } from "./page-text.ts";
import type { ProjectPage } from "../location/types.ts";

/** What decides whether a page that was read from a file still is that file. */
interface FileSource {
  readonly size: string;
  /** Nanoseconds. */
  readonly mtime: string;
  readonly inode: string;
}

/**
 * The project's page in a simple index that is a folder: `<root>/<project>/index.html`, or the listing of
 * `<root>/<project>/`. A page that did not change since it was parsed costs one stat and one read of a cache document.
 * @param root `file:` URL with a slash at its end.
 * @returns undefined when the index does not have the project.
 * @throws {IndexUnreachable} when there is no index at `root`, or the page cannot be read.
 */
export async function readFilePage(
  root: string,
  project: NormalizedName,
  kept: KeptPages,
): Promise<ProjectPage | undefined> {
  const pageUrl = `${root}${project}/`;
  const path = join(fileURLToPath(pageUrl), "index.html");
  const stats = statOf(path, root);
  if (stats === undefined) return readFolderPage(root, pageUrl, project);
  const source: FileSource = { size: `${stats.size}`, mtime: `${stats.mtimeNs}`, inode: `${stats.ino}` };
  const segments = ["index", indexKey(root), project] as const;
  const known = kept.read(segments, { project, index: root, readSource: readFileSource });
  if (known !== undefined && isSameFile(known.source, source)) return known.page;
  // Loaded when it is needed: a run in which no page changed goes without the HTML parser.
  const { parseSimpleHtml } = await import("./simple-html.ts");
  const parsed = parseSimpleHtml(readText(path, root), `${pageUrl}index.html`, root);
  kept.write(segments, encodePageDocument(source, writePageText(parsed, `${pageUrl}index.html`, project)));
  return pageOf(parsed, project, root);
}

function readFileSource(found: unknown): FileSource | undefined {
  const { size, mtime, inode } = (found ?? {}) as Partial<FileSource>;
  return [size, mtime, inode].every((fact) => typeof fact === "string") ? (found as FileSource) : undefined;
}

function isSameFile(a: FileSource, b: FileSource): boolean {
  return a.size === b.size && a.mtime === b.mtime && a.inode === b.inode;
}

function readFolderPage(root: string, pageUrl: string, project: NormalizedName): ProjectPage | undefined {
  const listed = listFolder(pageUrl, root);
  if (listed !== undefined) return pageOf(listed, project, root);
  if (statOf(fileURLToPath(root), root) === undefined) throw new IndexUnreachable(root, "there is no such folder");
  return undefined;
}

/** The distributions in a folder, sorted by name; undefined when it is no folder. */
export function listFolder(folderUrl: string, index: string): ParsedPage | undefined {
  const folder = fileURLToPath(folderUrl);
  let names: string[];
  try {
    // A link is asked when it is opened: what it leads to may be a file.
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new IndexUnreachable(index, `${folder} cannot be read`, { cause: error });
  }
  const links = names.toSorted().map((filename): PageLink => {
    return { filename, url: pathToFileURL(join(folder, filename)).href, hashes: {}, yanked: false };
  });
  return judgeLinks(links, index);
}

/** The stats of a file that may be absent. */
export function statOf(path: string, index: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new IndexUnreachable(index, `${path} cannot be read`, { cause: error });
  }
}

export function readText(path: string, index: string): string {
  try {
    return readSmallText(path);
  } catch (error) {
    const why = error instanceof NotAFile ? `is a ${error.kind}, where a page is needed` : "cannot be read";
    throw new IndexUnreachable(index, `${path} ${why}`, { cause: error });
  }
}

const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
