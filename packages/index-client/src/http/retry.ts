import { tlsFailure } from "../connections/tls-failures.ts";
import { failureCode } from "../connections/failure-code.ts";
import { slowAnswer } from "./http-request.ts";

/** Statuses after which a GET is tried again: RFC 9110 and RFC 6585 call them temporary. */
const temporaryStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A host that is asked to wait longer than this is not waited for. */
export const longestRetryAfterMs = 120_000;

export const isTemporaryStatus = (status: number): boolean => temporaryStatuses.has(status);

/** How often a GET is repeated after the first attempt unless told otherwise: as often as pip does it. */
export const defaultRetries = 5;

/**
 * Milliseconds before attempt number `attempt` (the first retry is 1): exponential with jitter, that is, evenly random between
 * the half and the whole of 2^attempt * 250, at most 20 s; never less than the server's Retry-After. The halves of
 * {@link defaultRetries} last 7.75 s together: a server that is started anew is waited for.
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(20_000, 250 * 2 ** attempt);
  return Math.max(Math.floor((ceiling * (1 + random())) / 2), retryAfterMs ?? 0);
}

/** RFC 9110, 10.2.3: seconds, or a date. Undefined when there is none or it is neither. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const temporaryFailures: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
  // undici's word for a stream of HTTP/2 that ended without a word.
  "UND_ERR_INFO",
  slowAnswer,
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  // RFC 9113: a server gives up a stream, or the connection with all of its streams.
  "ERR_HTTP2_STREAM_ERROR",
  "ERR_HTTP2_STREAM_CANCEL",
  "ERR_HTTP2_SESSION_ERROR",
  "ERR_HTTP2_GOAWAY_SESSION",
  "ERR_HTTP2_INVALID_SESSION",
]);

/** Whether another attempt may end better: not so for unknown hosts, refused certificates and refused credentials. */
export function isTemporaryFailure(error: unknown): boolean {
  const status = proxyStatus(error);
  return status === undefined ? temporaryFailures.has(failureCode(error) ?? "") : isTemporaryStatus(status);
}

/** Whether an attempt ended because its connection, or its stream of one, did. */
export function isEndOfConnection(error: unknown): boolean {
  const code = failureCode(error) ?? "";
  return (
    isEndOfStream(error) || code.startsWith("ERR_HTTP2_") || ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(code)
  );
}

/** Whether the connection goes on. */
export function isEndOfStream(error: unknown): boolean {
  return ["ERR_HTTP2_STREAM_ERROR", "UND_ERR_INFO"].includes(failureCode(error) ?? "");
}

/** Whether an HTTP/2 server says that it has not begun with the request. */
export function wasRefused(error: unknown): boolean {
  return error instanceof Error && /\bNGHTTP2_REFUSED_STREAM\b/.test(error.message);
}

/** What a proxy answered instead of connecting. undici says it in the message alone. */
function proxyStatus(error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : "";
  const status = /^Proxy response \((\d+)\)|^Proxy Authentication Required \((407)\)/.exec(message);
  return status === null ? undefined : Number(status[1] ?? status[2]);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "the network is not reachable",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "no connection within the time limit",
  UND_ERR_HEADERS_TIMEOUT: "no answer within the time limit",
  UND_ERR_BODY_TIMEOUT: "the answer fell silent",
  [slowAnswer]: "the answer came too slowly",
  UND_ERR_SOCKET: "the connection was closed",
};

/** What came is not HTTP. undici gives such an error no code where its parser has none. */
export const isNoHttp = (error: unknown): boolean => error instanceof Error && error.name === "HTTPParserError";

/** What happened, for a message: in words where the code is known, else as the system says it. */
export function describeFailure(error: unknown): string {
  const status = proxyStatus(error);
  if (status === 407) return "it wants a name and a password, or other ones than the proxy's address has (status 407)";
  if (status !== undefined) return `it answered with status ${status}`;
  if (isNoHttp(error)) return "what it answered is not HTTP";
  const code = failureCode(error);
  return (
    (code === undefined ? undefined : (reasons[code] ?? tlsFailure(error)?.reason)) ??
    (error instanceof Error ? error.message || (code ?? error.name) : String(error))
  );
}
