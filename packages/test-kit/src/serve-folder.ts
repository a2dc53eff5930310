import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to one request instead of the file: a status, a connection cut before or within the body, or silence. */
export type Failure =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection ends after that many bytes of the body; 0 ends it before the headers. */
  | { readonly cutAfterBytes: number }
  /** The file, this much later. */
  | { readonly delayMs: number };

export interface ServeOptions {
  /** Answers `Range` requests; default true. */
  readonly ranges?: boolean;
  readonly validators?: "both" | "etag" | "last-modified" | "none";
  readonly cacheControl?: string;
  /** Each answer waits this long. */
  readonly latencyMs?: number;
  /** Served over TLS, with this key and certificate. */
  readonly tls?: ServerOptions;
  /** Everything else is answered with 401. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** By path: what happens to its first, second, … request; afterwards the file is served. */
  readonly failures?: Readonly<Record<string, readonly Failure[]>>;
}

/** One answered request. */
export interface ServedRequest {
  readonly method: string;
  /** Path as requested, decoded, without the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly status: number;
  /** Bytes of the body handed to the connection. */
  readonly bytes: number;
}

/** A running server: what it served so far, and how to end it. */
export interface FolderServer {
  /** `http://127.0.0.1:PORT` or `https:`, without a slash at the end. */
  readonly url: string;
  readonly requests: readonly ServedRequest[];
  /** Forgets the requests so far. */
  forget(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves the files of a folder on a free port of 127.0.0.1, counting. A folder's page is its index.json (PEP 691) or index.html. */
export async function serveFolder(folder: string, options: ServeOptions = {}): Promise<FolderServer> {
  const requests: ServedRequest[] = [];
  const failures = new Map(Object.entries(options.failures ?? {}).map(([path, list]) => [path, [...list]]));
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(request, response).catch(() => response.destroy());
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const failure = failures.get(path)?.shift();
    if (options.latencyMs !== undefined) await sleep(options.latencyMs);
    if (failure && "delayMs" in failure) await sleep(failure.delayMs);
    const reply = failure && "status" in failure ? failedReply(failure) : fileReply(folder, path, request, options);
    const cut = failure && "cutAfterBytes" in failure ? failure.cutAfterBytes : undefined;
    const body = request.method === "HEAD" ? Buffer.alloc(0) : reply.body.subarray(0, cut);
    requests.push({
      method: request.method ?? "",
      path,
      headers: request.headers,
      status: reply.status,
      bytes: body.length,
    });
    if (cut === 0) return void request.socket.destroy();
    const length = reply.status === 304 ? {} : { "content-length": reply.body.length };
    response.writeHead(reply.status, { ...length, ...reply.headers });
    if (cut === undefined) return void response.end(body);
    // The end of the connection must come after the bytes are on their way, or the client sees none of them.
    response.write(body, () => setTimeout(() => request.socket.destroy(), 5));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    forget: () => requests.splice(0),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function failedReply(failure: Extract<Failure, { status: number }>): Reply {
  return { status: failure.status, headers: failure.headers ?? {}, body: Buffer.from(failure.body ?? "") };
}

const plainReply = (status: number, text: string, headers: Reply["headers"] = {}): Reply => ({
  status,
  headers: { "content-type": "text/plain", ...headers },
  body: Buffer.from(text),
});

function fileReply(folder: string, path: string, request: IncomingMessage, options: ServeOptions): Reply {
  if (options.credentials && !isAuthorized(request, options.credentials))
    return plainReply(401, "who are you?\n", { "www-authenticate": 'Basic realm="test"' });
  const found = findFile(folder, path, request.headers.accept ?? "");
  if (!found) return plainReply(404, "not found\n");
  if (found === "redirect") return plainReply(301, "", { location: `${path}/` });
  const body = readFileSync(found.file);
  const headers: Record<string, string> = { "content-type": found.type };
  const { validators = "both" } = options;
  if (validators === "both" || validators === "etag")
    headers["etag"] = `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`;
  if (validators === "both" || validators === "last-modified")
    headers["last-modified"] = statSync(found.file).mtime.toUTCString();
  if (options.cacheControl !== undefined) headers["cache-control"] = options.cacheControl;
  if (found.negotiated) headers["vary"] = "Accept";
  if (options.ranges !== false) headers["accept-ranges"] = "bytes";
  if (isUnchanged(request, headers)) return { status: 304, headers, body: Buffer.alloc(0) };
  return options.ranges === false ? { status: 200, headers, body } : rangedReply(request, headers, body);
}

function isAuthorized(
  request: IncomingMessage,
  { username, password }: { username: string; password: string },
): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

const jsonType = "application/vnd.pypi.simple.v1+json";

function findFile(folder: string, path: string, accept: string) {
  const target = join(folder, ...path.split("/").filter((part) => part !== "" && part !== ".."));
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return { file: target, type: "application/octet-stream", negotiated: false };
  if (stats?.isDirectory() !== true) return undefined;
  if (!path.endsWith("/")) return "redirect";
  const json = join(target, "index.json");
  const html = join(target, "index.html");
  const hasHtml = statSync(html, { throwIfNoEntry: false }) !== undefined;
  const hasJson = statSync(json, { throwIfNoEntry: false }) !== undefined;
  if (hasJson && (accept.includes(jsonType) || !hasHtml)) return { file: json, type: jsonType, negotiated: true };
  return hasHtml ? { file: html, type: "text/html; charset=utf-8", negotiated: true } : undefined;
}

function isUnchanged(request: IncomingMessage, headers: Readonly<Record<string, string>>): boolean {
  const match = request.headers["if-none-match"];
  if (match !== undefined) return match === headers["etag"];
  const since = request.headers["if-modified-since"];
  const modified = headers["last-modified"];
  return since !== undefined && modified !== undefined && Date.parse(since) >= Date.parse(modified);
}

/** RFC 9110, 14.1: one range of bytes; If-Range lets it count only for the same file. Several ranges are answered whole. */
function rangedReply(request: IncomingMessage, headers: Record<string, string>, body: Buffer): Reply {
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  const ifRange = request.headers["if-range"];
  const stale = ifRange !== undefined && ifRange !== headers["etag"] && ifRange !== headers["last-modified"];
  if (!range || stale || (range[1] === "" && range[2] === "")) return { status: 200, headers, body };
  const start = range[1] === "" ? Math.max(0, body.length - Number(range[2])) : Number(range[1]);
  const end = range[1] === "" || range[2] === "" ? body.length : Math.min(body.length, Number(range[2]) + 1);
  if (start >= end)
    return { status: 416, headers: { "content-range": `bytes */${body.length}` }, body: Buffer.alloc(0) };
  const contentRange = `bytes ${start}-${end - 1}/${body.length}`;
  return { status: 206, headers: { ...headers, "content-range": contentRange }, body: body.subarray(start, end) };
}
