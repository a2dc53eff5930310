import type { CacheOperation } from "@murre/cache";
import { createHash } from "node:crypto";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import CachePolicy from "http-cache-semantics";
import { largestPageBytes } from "../location/answer-limits.ts";
import type { Witness } from "../answers/witness.ts";
import { answerContent, textOf, utf8Of } from "../http/answer-text.ts";
import { HttpStatusError, InvalidIndexPage, OfflineMiss } from "../errors.ts";
import { inOrder } from "./page-order.ts";
import { indexKey } from "../location/index-location.ts";
import {
  conditionalHeaders,
  hasValidators,
  holdsUntil,
  isFresh,
  judgeAnswer,
  readHttpSource,
  revalidated,
  type HttpSource,
  type Question,
} from "../http/http-source.ts";
import type { KeptPage, KeptPages } from "./kept-pages.ts";
import { encodePageDocument, pageOfText, withSource, type PageDocument } from "./page-document.ts";
import { judgeApiVersion } from "../location/page-link.ts";
import { writePageText, type PageText } from "./page-text.ts";
import { readSimpleJson, type ReadPage } from "./simple-json.ts";
import type { AnswerTurns } from "../http/answer-turns.ts";
import type { Slots } from "../http/slots.ts";
import { DamagedBody, type Answer, type Transport } from "../http/transport.ts";
import type { IndexEvent, ProjectPage } from "../location/types.ts";

interface Cached extends PageDocument<HttpSource> {
  /** Of the document, before it was read. */
  readonly stamp: string;
}

export interface HttpPages {
  readonly transport: Transport;
  readonly slots: Slots;
  readonly turns: AnswerTurns;
  readonly kept: KeptPages;
  readonly witness: Witness;
  /** Lets one of the processes that miss a page at the same time ask for it. */
  readonly once: CacheOperation["documentOnce"] | undefined;
  readonly offline: boolean;
  /** Statuses that mean "this index does not have the project". */
  readonly missingStatuses: readonly number[];
  readonly onEvent: (event: IndexEvent) => void;
}

export interface PageRequest {
  /** The page's address, with the credentials of its location. */
  readonly url: string;
  /** The location's address without credentials: names the index in results. */
  readonly index: string;
  /** The project, or "_links" for a find-links page, which no project can be called. */
  readonly document: string;
  readonly project: NormalizedName;
  readonly refresh: boolean;
  readonly signal?: AbortSignal | undefined;
}

const simpleAccept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/**
 * The page at a URL, from the cache while it is fresh, else asked for again with its validators.
 * @returns undefined when the index does not have it.
 * @throws {IndexUnreachable} {HttpStatusError} {InvalidIndexPage} {OfflineMiss}
 */
export async function readHttpPage(pages: HttpPages, page: PageRequest): Promise<ProjectPage | undefined> {
  const cached = readCached(pages, page);
  if (cached !== undefined && mayUse(cached, pages, page)) return use(cached, pages, page);
  if (pages.offline) throw new OfflineMiss(page.url);
  // With something to validate, each asks for itself: the answers have no body.
  if (cached !== undefined || pages.once === undefined) return askForPage(pages, page, cached, page.signal);
  const found = await pages.once<{ readonly cached?: Cached; readonly page?: ProjectPage | undefined }>({
    key: `the page ${documentOf(page).slice(1).join(" ")}`,
    lookup: () => {
      const left = readCached(pages, page);
      return left === undefined ? undefined : { cached: left };
    },
    make: async (signal) => ({ page: await askForPage(pages, page, undefined, signal) }),
    signal: page.signal,
  });
  if (found.cached === undefined) return found.page;
  return mayUse(found.cached, pages, page)
    ? use(found.cached, pages, page)
    : askForPage(pages, page, found.cached, page.signal);
}

function askForPage(
  pages: HttpPages,
  page: PageRequest,
  cached: Cached | undefined,
  signal: AbortSignal | undefined,
): Promise<ProjectPage | undefined> {
  return pages.transport.get(
    page.url,
    { headers: () => conditionalHeaders(cached?.source, questionOf(page)), slots: pages.slots, signal },
    (answer) => consumePage(pages, page, cached, answer, signal),
  );
}

function readCached(pages: HttpPages, page: PageRequest): Cached | undefined {
  return pages.kept.read(documentOf(page), keptOf(page));
}

function use(cached: Cached, { witness }: HttpPages, page: PageRequest): ProjectPage {
  witness.page(documentOf(page), cached.stamp, holdsUntil(cached.source));
  return cached.page;
}

function keptOf({ project, index }: PageRequest): KeptPage<HttpSource> {
  return { project, index, readSource: readHttpSource };
}

function mayUse({ source }: Cached, { offline }: HttpPages, page: PageRequest): boolean {
  return offline || isFresh(source, questionOf(page));
}

const questionOf = ({ url, refresh }: PageRequest): Question => ({ url, refresh, accept: simpleAccept });

async function consumePage(
  pages: HttpPages,
  page: PageRequest,
  cached: Cached | undefined,
  answer: Answer,
  signal: AbortSignal | undefined,
): Promise<ProjectPage | undefined> {
  if (answer.status === 304 && cached !== undefined) {
    await answer.drop();
    return keepUnchanged(pages, page, cached, revalidated(cached.source, answer, questionOf(page)));
  }
  if (answer.status !== 200) {
    await answer.drop();
    // Nothing keeps that the index does not have it.
    pages.witness.spoil();
    if (pages.missingStatuses.includes(answer.status)) return undefined;
    throw new HttpStatusError(page.url, answer.status);
  }
  const content = await answerContent(answer, largestPageBytes);
  return pages.turns.take(() => consumeContent(pages, page, cached, answer, content), signal);
}

async function consumeContent(
  pages: HttpPages,
  page: PageRequest,
  cached: Cached | undefined,
  answer: Answer,
  content: Buffer,
): Promise<ProjectPage> {
  // Servers that give nothing to validate send the same again.
  const body = hasValidators(answer) ? undefined : bodyKey(content, answer);
  const { source, isStorable } = judgeAnswer(answer, questionOf(page), body);
  if (cached !== undefined && body !== undefined && cached.source.body === body && isStorable)
    return keepUnchanged(pages, page, cached, source);
  const { text: written, version } = await readPage(content, answer, page).catch((error: InvalidIndexPage) => {
    throw error.cause instanceof SyntaxError ? new DamagedBody(error) : error;
  });
  const text = inOrder(written);
  if (isElsewhere(text, page, answer))
    throw new InvalidIndexPage(answer.url, `it lists nothing, and ${page.index} redirects to it for ${page.project}`);
  if (version !== undefined && judgeApiVersion(version) === "newer")
    pages.onEvent({ kind: "newer-api", url: answer.url, version });
  if (isStorable) keep(pages, page, encodePageDocument(source, text), source);
  else pages.witness.spoil();
  const { project, index } = page;
  const damaged = () => new InvalidIndexPage(answer.url, "the JSON of one of its files is none");
  return pageOfText(text, { project, index, damaged });
}

/** Of all that decides what a page says: the answer's body, its type, and where it came from, which links are relative to. */
function bodyKey(content: Buffer, { headers, url }: Answer): string {
  return createHash("sha256")
    .update(`${headers["content-type"] ?? ""}\n${url}\n`)
    .update(content)
    .digest("base64url");
}

/** The page says what it said. It is written only where it holds for another time, or has another thing to be validated by. */
function keepUnchanged(pages: HttpPages, page: PageRequest, cached: Cached, source: HttpSource): ProjectPage {
  const isStale = [cached.source, source].every(({ policy }) => CachePolicy.fromObject(policy).maxAge() === 0);
  // Of a page that has to be asked for at once again, it does not matter when it was.
  if (isStale && validationOf(cached.source) === validationOf(source)) return use(cached, pages, page);
  keep(pages, page, withSource(cached, source), source);
  return cached.page;
}

/** All of a source but its times. */
function validationOf({ policy, redirected, body }: HttpSource): string {
  const { etag, "last-modified": modified, vary } = policy.resh;
  return JSON.stringify([redirected, body, etag, modified, policy.rescc, vary]);
}

function keep({ kept, witness }: HttpPages, page: PageRequest, document: readonly Buffer[], source: HttpSource): void {
  const written = kept.write(documentOf(page), document);
  const stamp = kept.stampOf(documentOf(page));
  // Another process may have written its own in the meantime.
  if (written !== undefined && stamp.split(",").includes(written))
    witness.page(documentOf(page), stamp, holdsUntil(source));
  else witness.spoil();
}

/** A redirect to something that lists nothing and is not the project's own page says nothing of the project. */
function isElsewhere({ versions, skipped }: PageText, page: PageRequest, { redirected, url }: Answer): boolean {
  if (!redirected || versions.length > 0 || skipped.length > 0 || page.document !== page.project) return false;
  const last = new URL(url).pathname.split("/").findLast((segment) => segment !== "" && segment !== "index.html");
  return last === undefined || normalizeName(last) !== page.project;
}

const documentOf = (page: PageRequest): readonly string[] => ["index", indexKey(page.index), page.document];

/** Reads a page by its content type (PEP 691, "Content-Types"). */
async function readPage(content: Buffer, answer: Answer, { index, project }: PageRequest): Promise<ReadPage> {
  const { url } = answer;
  const type = (answer.headers["content-type"] ?? "text/html").split(";")[0]?.trim().toLowerCase() ?? "";
  if (/^application\/vnd\.pypi\.simple\.v\d+\+json$/.test(type) || type === "application/json")
    return readSimpleJson(utf8Of(content, answer), url, index, project);
  if (
    /^application\/vnd\.pypi\.simple\.(?:v\d+|latest)\+html$/.test(type) ||
    type === "text/html" ||
    type === "application/xhtml+xml"
  ) {
    const { parseSimpleHtml } = await import("./simple-html.ts");
    const { version, ...parsed } = parseSimpleHtml(textOf(content, answer), url, index);
    return { text: writePageText(parsed, url, project), version };
  }
  throw new InvalidIndexPage(url, `its content type is ${type}`);
}
