import CachePolicy from "http-cache-semantics";
import { isObject, isText } from "../location/json-values.ts";
import { acceptedEncodings } from "./answer-text.ts";
import { isHeaderValue, keptHeaders } from "./http-validators.ts";
import type { Answer } from "./transport.ts";

/** How long an answer holds, as RFC 9111 has it; stored beside what was read from it. */
export interface HttpSource {
  readonly policy: CachePolicy.CachePolicyObject;
  /** The redirect that led to the answer is not kept, so the next use asks again, conditionally. */
  readonly redirected: boolean;
  /** Tells the answer's body from another one, where the server gives nothing to validate. */
  readonly body?: string | undefined;
}

/** What is asked for, as far as the caching rules see it: no credentials, because the policy is stored. */
export interface Question {
  readonly url: string;
  readonly accept: string;
  /** It is asked for again, however fresh the answer is. */
  readonly refresh: boolean;
}

const isHeaders = (value: unknown): boolean => isObject(value) && Object.values(value).every(isHeaderValue);
const isDirectives = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every((word) => word === null || typeof word === "boolean" || isHeaderValue(word));

/** By the names that http-cache-semantics gives them; a value may become a header of a request. */
export function readHttpSource(kept: unknown): HttpSource | undefined {
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

/** Private cache, and no guessing: what has no explicit freshness is asked for again each run, conditionally. */
const policyOptions = { shared: false, cacheHeuristic: 0 };

/** When the answer has to be asked for again, in ms since 1970. */
export function holdsUntil({ policy, redirected }: HttpSource): number {
  if (redirected) return 0;
  const kept = CachePolicy.fromObject(policy);
  return Date.now() + (kept.maxAge() - kept.age()) * 1000;
}

export function isFresh({ policy, redirected }: HttpSource, question: Question): boolean {
  if (question.refresh || redirected) return false;
  return CachePolicy.fromObject(policy).satisfiesWithoutRevalidation(requestOf(question));
}

function requestOf({ url, accept }: Question): CachePolicy.HttpRequest {
  const { pathname, search, host } = new URL(url);
  return { url: pathname + search, method: "GET", headers: { accept, "accept-encoding": acceptedEncodings, host } };
}

/** The headers of a request that is answered by 304 where what is known still is what the server has. */
export function conditionalHeaders(known: HttpSource | undefined, question: Question): Record<string, string> {
  const request = requestOf(question);
  const headers =
    known === undefined ? request.headers : CachePolicy.fromObject(known.policy).revalidationHeaders(request);
  const refresh = question.refresh ? { "cache-control": "no-cache" } : {};
  const sent = { ...headers, ...refresh } as Record<string, string>;
  delete sent["host"];
  return sent;
}

/** What a 304 makes of what is known. */
export function revalidated(known: HttpSource, answer: Answer, question: Question): HttpSource {
  const previous = CachePolicy.fromObject(known.policy);
  const { policy } = previous.revalidatedPolicy(requestOf(question), responseOf(answer));
  return sourceOf(policy, answer, known.body);
}

/** How long a new answer holds, and whether it may be kept at all. */
export function judgeAnswer(
  answer: Answer,
  question: Question,
  body?: string,
): { readonly source: HttpSource; readonly isStorable: boolean } {
  const policy = new CachePolicy(requestOf(question), responseOf(answer), policyOptions);
  return { source: sourceOf(policy, answer, body), isStorable: policy.storable() };
}

const sourceOf = (policy: CachePolicy, { redirected }: Answer, body: string | undefined): HttpSource => ({
  policy: policy.toObject(),
  redirected,
  body,
});

export const hasValidators = ({ headers }: Answer): boolean =>
  headers["etag"] !== undefined || headers["last-modified"] !== undefined;

/** The headers that decide about caching; cookies and the like are not stored. */
const cachingHeaders = ["age", "cache-control", "date", "etag", "expires", "last-modified", "pragma", "vary"];

function responseOf(answer: Answer): CachePolicy.HttpResponse {
  return { status: answer.status, headers: keptHeaders(answer.headers, cachingHeaders) };
}
