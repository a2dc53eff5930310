import { Tokenizer } from "htmlparser2";
import { longestAttribute, mostLinks } from "../location/answer-limits.ts";
import { InvalidIndexPage } from "../errors.ts";
import {
  filenameOfUrl,
  hashesOfFragment,
  hashesOfObject,
  judgeApiVersion,
  judgeLinks,
  type PageLink,
  type ParsedPage,
} from "../location/page-link.ts";
import { relationsOf } from "./namespaces.ts";
import { provenanceOf, resolveUrl } from "./resolve-url.ts";

type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * Reads a project page of the simple API in HTML, or any page with links to distributions (find-links, the listing of
 * a plain web server): PEP 503 with PEP 592 (`data-yanked`), PEP 629 (version), PEP 658 and 714 (core metadata), PEP 740 (provenance), PEP 708 (tracks, alternate locations).
 * @param url the page's address after redirects, without credentials; links are relative to it, or to `<base>`.
 * @throws {InvalidIndexPage} when the page states a version of the API that murre does not know, or is no list but a login.
 */
export function parseSimpleHtml(html: string, url: string, index: string): ParsedPage {
  const { anchors, baseHref, version, asks, tracks, alternates } = readAnchors(html, url);
  if (version !== undefined && judgeApiVersion(version) === "unsupported")
    throw new InvalidIndexPage(url, `it has version ${version} of the API, murre knows 1.x`);
  const base = resolveUrl(baseHref ?? "", url) ?? url;
  const links: PageLink[] = [];
  for (const anchor of anchors) {
    const link = linkOfAnchor(anchor, base);
    if (link !== undefined) links.push(link);
  }
  // A login that was answered in place of the page must not be taken for "there are no files".
  if (anchors.length === 0 && asks)
    throw new InvalidIndexPage(url, "it lists nothing and asks for input, as a login does");
  const { files, skipped } = judgeLinks(links, index);
  // A page that leads elsewhere is not the empty one by which an index says that it does not have the project.
  const [first] = anchors;
  if (links.length === 0 && first !== undefined)
    skipped.push({ filename: first["href"] ?? "", reason: "the link leads to no file" });
  const relations = relationsOf(tracks, alternates, url);
  return {
    files,
    skipped,
    ...(version === undefined ? {} : { version }),
    ...(relations === undefined ? {} : { relations }),
  };
}

/** What a list of files has no use for, and a page that wants something of a person or a browser has. */
const asking = new Set(["form", "input", "button", "script", "iframe"]);

interface Anchors {
  readonly anchors: readonly Attributes[];
  /** Whether there is anything that asks for input, or leads on by itself. */
  readonly asks: boolean;
  readonly baseHref: string | undefined;
  readonly version: string | undefined;
  /** PEP 708. */
  readonly tracks: readonly string[];
  readonly alternates: readonly string[];
}

const foreignTags = new Set(["svg", "math"]);
const readTags = new Set(["a", "base", "meta"]);
const readAttributes = new Set([
  "content",
  "data-core-metadata",
  "data-dist-info-metadata",
  "data-provenance",
  "data-requires-python",
  "data-yanked",
  "href",
  "http-equiv",
  "name",
]);

/** By the tokenizer alone: the parser above it keeps the open elements in a list that grows at its front. */
function readAnchors(html: string, url: string): Anchors {
  const anchors: Attributes[] = [];
  let baseHref: string | undefined;
  let version: string | undefined;
  let asks = false;
  const tracks: string[] = [];
  const alternates: string[] = [];
  const readMeta = ({ name, content }: Attributes): void => {
    if (name === "pypi:repository-version") version ??= content;
    else if (name === "pypi:tracks" && content !== undefined) tracks.push(content);
    else if (name === "pypi:alternate-locations" && content !== undefined) alternates.push(content);
  };
  let tag = "";
  let attributes: Record<string, string> | undefined;
  let attribute = { name: "", value: "" };
  /** Drawings and formulas that are open: inside them `<title>` is a tag like any other. */
  let foreign = 0;
  const endTag = (): void => {
    if (attributes === undefined) return;
    if (tag === "a" && anchors.push(attributes) > mostLinks)
      throw new InvalidIndexPage(url, `it has more than ${mostLinks} links`);
    if (tag === "base") baseHref ??= attributes["href"];
    asks ||= tag === "meta" && attributes["http-equiv"]?.toLowerCase() === "refresh";
    if (tag === "meta") readMeta(attributes);
    attributes = undefined;
  };
  const nothing = (): void => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        tag = html.slice(start, end).toLowerCase();
        attributes = readTags.has(tag) ? {} : undefined;
        asks ||= asking.has(tag);
        if (foreignTags.has(tag)) foreign++;
      },
      onattribname(start, end) {
        attribute = { name: html.slice(start, end).toLowerCase(), value: "" };
      },
      onattribdata(start, end) {
        attribute.value += html.slice(
          start,
          Math.min(end, start + Math.max(0, longestAttribute - attribute.value.length)),
        );
      },
      onattribentity(codepoint) {
        if (attribute.value.length < longestAttribute) attribute.value += String.fromCodePoint(codepoint);
      },
      onattribend() {
        if (attributes !== undefined && readAttributes.has(attribute.name))
          attributes[attribute.name] ??= attribute.value;
      },
      onopentagend: endTag,
      onselfclosingtag: endTag,
      oncdata: nothing,
      onclosetag(start, end) {
        if (foreign > 0 && foreignTags.has(html.slice(start, end).toLowerCase())) foreign--;
      },
      isInForeignContext: () => foreign > 0,
      oncomment: nothing,
      ondeclaration: nothing,
      onend: nothing,
      onprocessinginstruction: nothing,
      ontext: nothing,
      ontextentity: nothing,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { anchors, baseHref, version, asks, tracks, alternates };
}

function linkOfAnchor(attributes: Attributes, base: string): PageLink | undefined {
  const href = attributes["href"]?.trim();
  if (href === undefined || href === "") return undefined;
  const resolved = resolveUrl(href, base);
  if (resolved === undefined) return undefined;
  const hash = resolved.indexOf("#");
  const url = hash < 0 ? resolved : resolved.slice(0, hash);
  const filename = filenameOfUrl(url);
  if (filename === undefined) return undefined;
  const requiresPython = attributes["data-requires-python"];
  return {
    filename,
    url,
    hashes: hash < 0 ? {} : hashesOfFragment(resolved.slice(hash + 1)),
    requiresPython: requiresPython === "" ? undefined : requiresPython,
    yanked: attributes["data-yanked"] ?? false,
    coreMetadata: coreMetadataOfAttribute(attributes["data-core-metadata"] ?? attributes["data-dist-info-metadata"]),
    provenance: provenanceOf(attributes["data-provenance"], base),
  };
}

/** `true`, or `sha256=HEX`. */
function coreMetadataOfAttribute(value: string | undefined): PageLink["coreMetadata"] {
  if (value === undefined || value === "" || value === "false") return undefined;
  const equals = value.indexOf("=");
  if (equals < 0) return true;
  const hashes = hashesOfObject({ [value.slice(0, equals)]: value.slice(equals + 1) });
  return Object.keys(hashes).length === 0 ? true : hashes;
}
