import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { normalizeName } from "@murre/pep508";
import { temporaryFolder } from "@murre/test-kit";
import { afterEach, describe, expect, test } from "vitest";
import { createIndexClient, type IndexClient, type IndexClientOptions } from "../client.ts";
import type { Clock } from "./transport.ts";
import type { IndexEvent } from "../location/types.ts";

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on 127.0.0.1; `count` numbers its requests from 1. */
async function serve(handler: Handler): Promise<{ url: string; requests: IncomingMessage[]; server: Server }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => handler(request, response, requests.push(request)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, server };
}

/** Waits take no time, but the clock goes on by them. */
function instantClock(): Clock {
  let now = Date.parse("2024-01-01T00:00:00Z");
  return {
    now: () => now,
    wait: async (delayMs, signal) => {
      now += delayMs;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}

function clientOf(options: Partial<IndexClientOptions> = {}, signal?: AbortSignal): IndexClient {
  const client = createIndexClient(
    { locations: [], env: {}, home: "/nowhere", platform: "linux", random: () => 0, clock: instantClock(), ...options },
    signal,
  );
  open.push(() => client.close());
  return client;
}

/** An address on which nothing listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

describe("a temporary failure is tried again", () => {
  test.each([408, 429, 500, 502, 503, 504])("status %d", async (status) => {
    const { url, requests } = await serve((_, response, count) =>
      response.writeHead(count === 1 ? status : 200).end("here"),
    );
    expect(await clientOf().text(url)).toBe("here");
    expect(requests).toHaveLength(2);
  });

  test("a connection that is cut before or within the answer", async () => {
    const { url } = await serve((request, response, count) => {
      if (count === 1) return void request.socket.destroy();
      response.writeHead(200, { "content-length": 4 });
      if (count > 2) return void response.end("here");
      response.write("he", () => setTimeout(() => request.socket.destroy(), 5));
    });
    expect(await clientOf().text(url)).toBe("here");
  });

  test("but not more often than told, and then the status is the error", async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(503).end());
    await expect(clientOf({ network: { retries: 2 } }).text(url)).rejects.toMatchObject({
      code: "MURRE_HTTP_STATUS",
      status: 503,
    });
    expect(requests).toHaveLength(3);
  });

  test.each([400, 401, 403, 404])("status %d is final", async (status) => {
    const { url, requests } = await serve((_, response) => response.writeHead(status).end());
    await expect(clientOf().text(url)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS", status });
    expect(requests).toHaveLength(1);
  });

  test("Retry-After is waited for", async () => {
    const events: IndexEvent[] = [];
    const { url } = await serve((_, response, count) =>
      count === 1 ? response.writeHead(429, { "retry-after": "1" }).end() : response.end("here"),
    );
    await clientOf({ onEvent: (event) => events.push(event) }).text(url);
    expect(events).toMatchObject([{ kind: "retry", attempt: 1, delayMs: 1000, reason: "status 429" }]);
  });

  test("but not for hours", async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(503, { "retry-after": "7200" }).end());
    await expect(clientOf().text(url)).rejects.toMatchObject({ status: 503 });
    expect(requests).toHaveLength(1);
  });
});

describe("an outage of 6 s is survived, whatever the jitter", () => {
  const refuse = (request: IncomingMessage) => void request.socket.destroy();
  const cut = (request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { "content-length": 4 });
    response.write("he", () => setTimeout(() => request.socket.destroy(), 5));
  };
  const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code).end();
  test.each([
    ["resets", refuse],
    ["answers that break off", cut],
    ["status 502", status(502)],
    ["status 503", status(503)],
  ])("%s", async (_, fail) => {
    const clock = instantClock();
    const end = clock.now() + 6000;
    const { url } = await serve((request, response) =>
      clock.now() < end ? fail(request, response) : response.end("here"),
    );
    expect(await clientOf({ clock }).text(url)).toBe("here");
  });

  test("nobody listens", async () => {
    const url = new URL(await deadUrl());
    const clock = instantClock();
    const end = clock.now() + 6000;
    const server = createServer((_, response) => response.end("here"));
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const wait: Clock["wait"] = async (delayMs, signal) => {
      await clock.wait(delayMs, signal);
      if (clock.now() < end || server.listening) return;
      await new Promise<void>((resolve) => server.listen(Number(url.port), url.hostname, resolve));
    };
    expect(await clientOf({ clock: { ...clock, wait } }).text(url.href)).toBe("here");
  });

  test("a longer one is an error that says how often and for how long it was tried", async () => {
    await expect(clientOf().text(await deadUrl())).rejects.toThrow(
      /: the connection was refused \(tried 6 times in 7\.8 s\); check/,
    );
    const { url } = await serve((_, response) => response.writeHead(502).end());
    await expect(clientOf().text(url)).rejects.toThrow("status 502 (tried 6 times in 7.8 s); the server has a problem");
    const once = clientOf({ network: { retries: 0 } }).text(await deadUrl());
    await expect(once).rejects.toThrow(/: the connection was refused; check/);
  });
});

describe("a body that is not what was sent is asked for again, once and at once", () => {
  const text = Buffer.from("here ".repeat(1000));
  const page = Buffer.from(JSON.stringify({ meta: { "api-version": "1.0" }, name: "demo", files: [] }));
  const asText = (client: IndexClient, url: string) =>
    client.text(url).then((received) => received === text.toString());
  const asPage = (client: IndexClient, url: string) =>
    client.page({ kind: "simple", url: `${url}/` }, normalizeName("demo")).then((received) => received !== undefined);
  const cases = [
    ["gzip", { "content-encoding": "gzip" }, gzipSync(text), asText],
    ["deflate", { "content-encoding": "deflate" }, deflateSync(text), asText],
    ["br", { "content-encoding": "br" }, brotliCompressSync(text), asText],
    ["a page in JSON", { "content-type": "application/json" }, page, asPage],
    ["a page in gzip", { "content-type": "text/html", "content-encoding": "gzip" }, gzipSync(page), asPage],
  ] as const;

  test.each(cases)("%s that ends early", async (_, headers, body, ask) => {
    const { url, requests } = await serve((_request, response, count) => {
      response.writeHead(200, { ...headers, connection: "close" });
      response.end(body.subarray(0, count === 1 ? body.length - 10 : undefined));
    });
    const events: IndexEvent[] = [];
    expect(await ask(clientOf({ onEvent: (event) => events.push(event) }), url)).toBe(true);
    expect(requests).toHaveLength(2);
    expect(events).toMatchObject([{ kind: "retry", attempt: 1, delayMs: 0 }]);
  });

  test.each(cases)("%s that always does", async (_, headers, body, ask) => {
    const { url, requests } = await serve((_request, response) => {
      response.writeHead(200, { ...headers, connection: "close" });
      response.end(body.subarray(0, body.length - 10));
    });
    await expect(ask(clientOf(), url)).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
    expect(requests).toHaveLength(2);
  });
});

describe("a host that cannot be reached is tried once in a run", () => {
  test("the second request fails without an attempt", async () => {
    const events: IndexEvent[] = [];
    const client = clientOf({ network: { retries: 1 }, onEvent: (event) => events.push(event) });
    const url = await deadUrl();
    for (const path of ["a", "b"])
      await expect(client.text(`${url}${path}`)).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
    expect(events.filter(({ kind }) => kind === "retry")).toHaveLength(1);
    expect(client.counts().requests).toBe(2);
  });

  test("silence counts as unreachable after the time limit", async () => {
    const { url } = await serve(() => {});
    const client = clientOf({ network: { retries: 0, silenceTimeoutMs: 50 } });
    await expect(client.text(url)).rejects.toThrow("no answer within the time limit");
  });
});

describe("redirects are followed", () => {
  test("with relative addresses", async () => {
    const { url } = await serve((request, response) =>
      request.url === "/a/b" ? response.writeHead(302, { location: "../c" }).end() : response.end(request.url),
    );
    expect(await clientOf().text(`${url}/a/b`)).toBe("/c");
  });

  test("but not for ever", async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    await expect(clientOf().text(url)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS" });
    expect(requests).toHaveLength(21);
  });

  test("never to a file of this machine", async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end());
    await expect(clientOf().text(url)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS" });
  });

  test("and another origin gets no credentials", async () => {
    const other = await serve((_, response) => response.end("here"));
    const first = await serve((_, response) => response.writeHead(302, { location: other.url }).end());
    const url = first.url.replace("//", "//user:secret@");
    const client = clientOf({ locations: [{ kind: "simple", url: `${url}/simple/` }] });
    expect(await client.text(`${url}/x`)).toBe("here");
    expect(first.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("credentials", () => {
  test.each([
    ["user:secret@", "user:secret"],
    ["token@", "token:"],
    ["a%40b:p%3Aw@", "a@b:p:w"],
  ])("of the form %s are sent to the location's origin, decoded", async (userinfo, sent) => {
    const { url, requests } = await serve((_, response) => response.end());
    const location = { kind: "simple" as const, url: `${url.replace("//", `//${userinfo}`)}/simple/` };
    await clientOf({ locations: [location] }).text(`${url}/files/x.whl`);
    expect(requests[0]?.headers.authorization).toBe(basic(sent));
  });

  test("come from netrc where the location has none", async () => {
    const home = temporaryFolder();
    writeFileSync(
      join(home, ".netrc"),
      "machine other login x password y\nmachine 127.0.0.1\n  login me\n  password pass\n",
    );
    const { url, requests } = await serve((_, response) => response.end());
    await clientOf({ home }).text(url);
    expect(requests[0]?.headers.authorization).toBe(basic("me:pass"));
  });

  test("are in no message", async () => {
    const url = (await deadUrl()).replace("//", "//user:secret@");
    const error = await clientOf({ network: { retries: 0 } })
      .text(url)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("user:****@");
    expect(String(error)).not.toContain("secret");
  });
});

describe("proxies", () => {
  test("HTTP_PROXY is asked for the whole URL, and NO_PROXY goes past it", async () => {
    const proxy = await serve((_, response) => response.end("from the proxy"));
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: "direct.invalid" };
    const client = clientOf({ env, network: { retries: 0 } });
    expect(await client.text("http://some.invalid/x")).toBe("from the proxy");
    expect(proxy.requests[0]?.url).toBe("http://some.invalid/x");
    await expect(client.text("http://direct.invalid/x")).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
  });

  test.each([
    [{ all_proxy: "" }, "ALL_PROXY"],
    [{}, "http_proxy"],
  ])("%o and %s name one as well", async (env, name) => {
    const proxy = await serve((_, response) => response.end("from the proxy"));
    expect(await clientOf({ env: { ...env, [name]: proxy.url } }).text("http://some.invalid/x")).toBe("from the proxy");
  });

  test("a setting goes before the variables", async () => {
    const proxy = await serve((_, response) => response.end("from the setting"));
    const client = clientOf({ env: { HTTP_PROXY: await deadUrl() }, network: { proxy: proxy.url } });
    expect(await client.text("http://some.invalid/x")).toBe("from the setting");
  });
});

describe("an AbortSignal ends a request", () => {
  test("while it waits for an answer", async () => {
    const controller = new AbortController();
    const { url } = await serve(() => controller.abort(new Error("enough")));
    await expect(clientOf({}, controller.signal).text(url)).rejects.toThrow("enough");
  });

  test("and many requests may share it without a warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const { url } = await serve((_, response) => response.writeHead(200, { connection: "keep-alive" }).end());
    const client = clientOf({}, new AbortController().signal);
    await Promise.all(Array.from({ length: 40 }, () => client.text(url)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  test("while it waits for its next attempt", async () => {
    const controller = new AbortController();
    const { url } = await serve((_, response) => response.writeHead(503, { "retry-after": "60" }).end());
    const client = clientOf({ onEvent: () => controller.abort(new Error("enough")) }, controller.signal);
    await expect(client.text(url)).rejects.toThrow("enough");
  });
});

describe("certificates", () => {
  test("a file that cannot be read is named", async () => {
    const client = clientOf({ env: { SSL_CERT_FILE: "/no/such/ca.pem" } });
    await expect(client.text("https://some.invalid/")).rejects.toMatchObject({
      code: "MURRE_INVALID_TRANSPORT_SETTINGS",
      message: expect.stringContaining("/no/such/ca.pem"),
    });
  });

  test("are not read where no URL needs them", async () => {
    const { url } = await serve((_, response) => response.end("plain"));
    const client = clientOf({ env: { SSL_CERT_FILE: "/no/such/ca.pem" } });
    expect(await client.text(url)).toBe("plain");
  });
});

test("a server that closes its connection after a long body ends no process (nodejs/undici issue 5360)", async () => {
  const body = "x".repeat(3_000_000);
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n");
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = clientOf();
  const into = join(temporaryFolder(), "file");
  const slow = { into, onProgress: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1) };
  const [text, file] = await Promise.all([client.text(url), client.download({ url, hashes: {} }, slow)]);
  expect(text).toHaveLength(body.length);
  expect(file).toMatchObject({ sizeBytes: body.length });
});

test("no more requests run at once than told", async () => {
  let running = 0;
  let most = 0;
  const { url } = await serve((_, response) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      response.end();
    }, 5);
  });
  const client = clientOf({ network: { concurrentRequests: 3 } });
  await Promise.all(Array.from({ length: 12 }, (_, index) => client.text(`${url}/${index}`)));
  expect(most).toBe(3);
});
