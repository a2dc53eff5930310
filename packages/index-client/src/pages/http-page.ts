import type { CacheOperation } from "@murre/cache";
import { createHash } from "node:crypto";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import CachePolicy from "http-cache-semantics";
import { largestPageBytes } from "../location/answer-limits.ts";
import { isStampOfNothing, type Witness } from "../answers/witness.ts";
import { acceptedEncodings, answerContent, textOf, utf8Of } from "../http/answer-text.ts";
import { HttpStatusError, InvalidIndexPage, OfflineMiss } from "../errors.ts";
import { indexKey } from "../location/index-location.ts";
import { isHeaderValue, keptHeaders } from "../http/http-validators.ts";
import { isObject, isText } from "./json-values.ts";
import type { KeptPage, KeptPages } from "./kept-pages.ts";
import { encodePageDocument, pageOfText, withSource, type PageDocument } from "./page-document.ts";
import { judgeApiVersion } from "../location/page-link.ts";
import { writePageText, type PageText } from "./page-text.ts";
import { readSimpleJson, type ReadPage } from "./simple-json.ts";
import type { AnswerTurns } from "../http/answer-turns.ts";
import type { Slots } from "../http/slots.ts";
import { DamagedBody, type Answer, type Transport } from "../http/transport.ts";
import type { IndexEvent, ProjectPage } from "../location/types.ts";

/** How long the page holds, as RFC 9111 has it; stored beside the parsed page. */
interface HttpSource {
  readonly policy: CachePolicy.CachePolicyObject;
  /** The redirect that led to the page is not kept, so the next use asks again, conditionally. */
  readonly redirected: boolean;
  /** What {@link bodyKey} makes of the answer that the page was read from; documents of older versions have none. */
  readonly body?: string | undefined;
}

interface Cached extends PageDocument<HttpSource> {
  /** Of the document, before it was read. */
  readonly stamp: string;
}

const isHeaders = (value: unknown): boolean => isObject(value) && Object.values(value).every(isHeaderValue);
const isDirectives = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every((word) => word === null || typeof word === "boolean" || isHeaderValue(word));

/** By the names that http-cache-semantics gives them; a value may become a header of a request. */
function readHttpSource(kept: unknown): HttpSource | undefined {
  const { policy, redirected, body } = (kept ?? {}) as { policy?: unknown; redirected?: unknown; body?: unknown };
  if (!isObject(policy) || typeof redirected !== "boolean" || !(body === undefined || isText(body))) return undefined;
  const { v, t, sh, ch, imm, st, resh, rescc, m, a, reqh, reqcc } = policy;
  const isSound =
    v === 1 &&
    [t, ch, imm, st].every((value) => typeof value === "number") &&
    [sh, a].every((value) => typeof value === "boolean") &&
    typeof m === "string" &&
    isHeaders(resh) &&
    (reqh === null || isHeaders(reqh)) &&
    isDirectives(rescc) &&
    isDirectives(reqcc);
  return isSound ? (kept as HttpSource) : undefined;
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

/** What the caching rules see of a request: no credentials, because the policy is stored. */
const requestHeaders = { accept: simpleAccept, "accept-encoding": acceptedEncodings };

/** Private cache, and no guessing: a page without explicit freshness is asked for again each run, conditionally. */
const policyOptions = { shared: false, cacheHeuristic: 0 };

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
    { headers: () => conditionalHeaders(cached, page), slots: pages.slots, signal },
    (answer) => consumePage(pages, page, cached, answer, signal),
  );
}

function readCached(pages: HttpPages, page: PageRequest): Cached | undefined {
  const stamp = pages.kept.stampOf(documentOf(page));
  // Cheaper to see than a file that cannot be opened.
  if (isStampOfNothing(stamp)) return undefined;
  const document = pages.kept.read(documentOf(page), keptOf(page));
  return document && { ...document, stamp };
}

function use(cached: Cached, { witness }: HttpPages, page: PageRequest): ProjectPage {
  witness.page(documentOf(page), cached.stamp, holdsUntil(cached.source));
  return cached.page;
}

/** When the page has to be asked for again, in ms since 1970. */
function holdsUntil({ policy, redirected }: HttpSource): number {
  if (redirected) return 0;
  const kept = CachePolicy.fromObject(policy);
  return Date.now() + (kept.maxAge() - kept.age()) * 1000;
}

function keptOf({ project, index }: PageRequest): KeptPage<HttpSource> {
  return { project, index, readSource: readHttpSource };
}

function mayUse(cached: Cached, pages: HttpPages, page: PageRequest): boolean {
  if (pages.offline) return true;
  if (page.refresh || cached.source.redirected) return false;
  return CachePolicy.fromObject(cached.source.policy).satisfiesWithoutRevalidation(requestOf(page));
}

function requestOf(page: PageRequest): CachePolicy.HttpRequest {
  const { pathname, search } = new URL(page.url);
  return { url: pathname + search, method: "GET", headers: { ...requestHeaders, host: new URL(page.url).host } };
}

function conditionalHeaders(cached: Cached | undefined, page: PageRequest): Record<string, string> {
  const request = requestOf(page);
  const headers =
    cached === undefined ? request.headers : CachePolicy.fromObject(cached.source.policy).revalidationHeaders(request);
  const refresh = page.refresh ? { "cache-control": "no-cache" } : {};
  const sent = { ...headers, ...refresh } as Record<string, string>;
  delete sent["host"];
  return sent;
}

async function consumePage(
  pages: HttpPages,
  page: PageRequest,
  cached: Cached | undefined,
  answer: Answer,
  signal: AbortSignal | undefined,
): Promise<ProjectPage | undefined> {
  if (answer.status === 304 && cached !== undefined) {
    await answer.drop();
    const previous = CachePolicy.fromObject(cached.source.policy);
    const { policy } = previous.revalidatedPolicy(requestOf(page), responseOf(answer));
    return keepUnchanged(pages, page, cached, sourceOf(policy, answer, cached.source.body));
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
  const policy = new CachePolicy(requestOf(page), responseOf(answer), policyOptions);
  // Servers that give nothing to validate send the same again.
  const body = hasValidators(answer) ? undefined : bodyKey(content, answer);
  const source = sourceOf(policy, answer, body);
  if (cached !== undefined && body !== undefined && cached.source.body === body && policy.storable())
    return keepUnchanged(pages, page, cached, source);
  const { text, version } = await readPage(content, answer, page).catch((error: InvalidIndexPage) => {
    throw error.cause instanceof SyntaxError ? new DamagedBody(error) : error;
  });
  if (isElsewhere(text, page, answer))
    throw new InvalidIndexPage(answer.url, `it lists nothing, and ${page.index} redirects to it for ${page.project}`);
  if (version !== undefined && judgeApiVersion(version) === "newer")
    pages.onEvent({ kind: "newer-api", url: answer.url, version });
  if (policy.storable()) keep(pages, page, encodePageDocument(source, text), source);
  else pages.witness.spoil();
  const { project, index } = page;
  const damaged = () => new InvalidIndexPage(answer.url, "the JSON of one of its files is none");
  return pageOfText(text, { project, index, damaged });
}

const hasValidators = ({ headers }: Answer): boolean =>
  headers["etag"] !== undefined || headers["last-modified"] !== undefined;

const sourceOf = (policy: CachePolicy, { redirected }: Answer, body: string | undefined): HttpSource => ({
  policy: policy.toObject(),
  redirected,
  body,
});

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

function keep({ kept, witness }: HttpPages, page: PageRequest, document: Buffer, source: HttpSource): void {
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

/** The headers that decide about caching; cookies and the like are not stored. */
const cachingHeaders = ["age", "cache-control", "date", "etag", "expires", "last-modified", "pragma", "vary"];

function responseOf(answer: Answer): CachePolicy.HttpResponse {
  return { status: answer.status, headers: keptHeaders(answer.headers, cachingHeaders) };
}

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
