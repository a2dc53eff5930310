import type { NormalizedName } from "@murre/pep508";
import { jsonCountsAboveCharacters, mostJsonSigns, mostLinks } from "../location/answer-limits.ts";
import { InvalidIndexPage } from "../errors.ts";
import { isCount, isObject, type JsonObject } from "../location/json-values.ts";
import {
  filenameOfUrl,
  hashesOfObject,
  judgeApiVersion,
  judgeLinks,
  type PageLink,
  type ParsedPage,
} from "../location/page-link.ts";
import { relationsOfJson } from "./namespaces.ts";
import { findPageText, writePageText, type PageText } from "./page-text.ts";
import { provenanceOf, resolveUrl } from "./resolve-url.ts";
import type { ProjectRelations } from "../location/types.ts";

/** What a page says, of which the files are text. */
export interface ReadPage {
  readonly text: PageText;
  /** Of the API, as the page states it (PEP 629); absent where it states none. */
  readonly version?: string | undefined;
}

/**
 * Reads a project page of the simple API in JSON: PEP 691 with PEP 592 (`yanked`), PEP 658 and 714 (`core-metadata`,
 * and its first name `dist-info-metadata`), PEP 700 (`size`, `upload-time`), PEP 740 (`provenance`), PEP 708 (`tracks`, `alternate-locations`). What is wrong with a file of a page whose files are only found may
 * be seen no earlier than the file is looked at.
 * @param content in UTF-8
 * @param url the page's address after redirects, without credentials.
 * @throws {InvalidIndexPage} when it is no JSON, no project page, or of a version of the API that murre does not know.
 */
export function readSimpleJson(content: Buffer, url: string, index: string, project: NormalizedName): ReadPage {
  const found = findPageText(content, url, project);
  if (found === undefined) {
    const { version, ...parsed } = parseSimpleJson(new TextDecoder().decode(content), url, index);
    return { text: writePageText(parsed, url, project), version };
  }
  const { version, relations } = pageOfJson(found.rest, url);
  return { text: { ...found.text, relations }, version };
}

/** The page with all of its files. @throws as {@link readSimpleJson} */
export function parseSimpleJson(json: string, url: string, index: string): ParsedPage {
  const { files, version, relations } = pageOfJson(json, url);
  if (files.length > mostLinks) throw new InvalidIndexPage(url, `it has more than ${mostLinks} files`);
  const judged = { ...judgeLinks(linksOfJson(files, url), index), ...(version === undefined ? {} : { version }) };
  return relations === undefined ? judged : { ...judged, relations };
}

interface SimplePage {
  readonly files: readonly unknown[];
  readonly version: string | undefined;
  readonly relations: ProjectRelations | undefined;
}

function pageOfJson(json: string, url: string): SimplePage {
  refuseManyValues(json, url);
  const page = parseJson(json, url);
  const version = versionOf(page, url);
  if (!Array.isArray(page["files"])) throw new InvalidIndexPage(url, `it has no list of "files"`);
  return { files: page["files"], version, relations: relationsOfJson(page, url) };
}

/** The links that the files of a page are; what has no address that murre downloads from is none. */
export function linksOfJson(files: readonly unknown[], url: string, hashesOf = hashesOfObject): PageLink[] {
  const links: PageLink[] = [];
  for (const file of files) {
    const link = isObject(file) ? linkOfFile(file, url, hashesOf) : undefined;
    if (link !== undefined) links.push(link);
  }
  return links;
}

/** A byte or two of JSON can be an object, which takes fifty in memory: counted before there are any. */
function refuseManyValues(json: string, url: string): void {
  if (json.length <= jsonCountsAboveCharacters) return;
  let signs = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x2c || code === 0x5b || code === 0x7b) signs++;
  }
  if (signs > mostJsonSigns) throw new InvalidIndexPage(url, "it has more values than a page of files has");
}

function parseJson(json: string, url: string): JsonObject {
  let page: unknown;
  try {
    page = JSON.parse(json);
  } catch (cause) {
    throw new InvalidIndexPage(url, "it is announced as JSON, but is none", { cause });
  }
  if (!isObject(page)) throw new InvalidIndexPage(url, "its JSON is no object");
  return page;
}

/** Pages that state no version are those of servers that only copy what pip reads; pip and uv read them. */
function versionOf(page: JsonObject, url: string): string | undefined {
  const meta = page["meta"];
  const stated = isObject(meta) ? meta["api-version"] : undefined;
  if (stated === undefined || stated === null) return undefined;
  const version = typeof stated === "number" ? stated.toFixed(1) : String(stated);
  if (judgeApiVersion(version) === "unsupported")
    throw new InvalidIndexPage(url, `it has version ${version} of the API, murre knows 1.x`);
  return version;
}

function linkOfFile(file: JsonObject, pageUrl: string, hashesOf: typeof hashesOfObject): PageLink | undefined {
  const resolved = typeof file["url"] === "string" ? resolveUrl(file["url"], pageUrl) : undefined;
  if (resolved === undefined) return undefined;
  const fragment = resolved.indexOf("#");
  const url = fragment < 0 ? resolved : resolved.slice(0, fragment);
  const named = file["filename"];
  const filename = typeof named === "string" && !/[/\\\0]/.test(named) && named !== "" ? named : filenameOfUrl(url);
  if (filename === undefined) return undefined;
  return {
    filename,
    url,
    hashes: isObject(file["hashes"]) ? hashesOf(file["hashes"]) : {},
    requiresPython: textOf(file["requires-python"]),
    yanked: yankedOf(file["yanked"]),
    coreMetadata: coreMetadataOf(file["core-metadata"] ?? file["dist-info-metadata"]),
    sizeBytes: sizeOf(file["size"]),
    uploadTime: textOf(file["upload-time"]),
    provenance: provenanceOf(file["provenance"], pageUrl),
  };
}

/** What is no size is as if nothing had been said. */
const sizeOf = (value: unknown): number | undefined => (isCount(value) ? value : undefined);

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** PEP 691: yanked is what has a truthy value here, so an empty reason is none, as null is. */
function yankedOf(value: unknown): false | string {
  if (typeof value === "string" && value !== "") return value;
  return value === true ? "" : false;
}

function coreMetadataOf(value: unknown): PageLink["coreMetadata"] {
  if (value === true) return true;
  if (!isObject(value)) return undefined;
  const hashes = hashesOfObject(value);
  return Object.keys(hashes).length === 0 ? true : hashes;
}
