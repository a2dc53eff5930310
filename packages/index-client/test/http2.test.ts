import { selfSigned } from "@murre/test-kit";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Server as TlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createIndexClient } from "../src/index.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Served {
  readonly url: string;
  connections: number;
  /** The most requests that were there and not answered. */
  atOnce: number;
  readonly versions: Set<string>;
}

/** Each answer comes after a while, so that requests are under way side by side. */
async function serve(protocol: "h2" | "http/1.1", body = "here"): Promise<Served> {
  const served = { url: "", connections: 0, atOnce: 0, versions: new Set<string>() };
  let waiting = 0;
  const answer = (
    request: { readonly httpVersion: string },
    response: { end(text: string): void; setHeader(name: string, value: string): void },
  ) => {
    served.versions.add(request.httpVersion);
    served.atOnce = Math.max(served.atOnce, ++waiting);
    response.setHeader("content-type", "text/plain");
    setTimeout(() => {
      waiting--;
      response.end(body);
    }, 50);
  };
  const keys = { key: selfSigned, cert: selfSigned };
  const server = (protocol === "h2" ? createSecureServer(keys, answer) : createServer(keys, answer)) as TlsServer;
  server.on("secureConnection", () => served.connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  served.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  open.push(() => new Promise((resolve) => (server as Http2SecureServer).close(resolve)));
  return served;
}

function client(retries = 0) {
  const made = createIndexClient({
    locations: [],
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries, trustedHosts: ["127.0.0.1"] },
  });
  open.unshift(() => made.close());
  return made;
}

describe("RFC 9113: a server that speaks HTTP/2", () => {
  test("is asked for everything at once, over two connections at most", async () => {
    const served = await serve("h2");
    const asking = client();
    const texts = await Promise.all(Array.from({ length: 40 }, (_, i) => asking.text(`${served.url}${i}`)));
    expect([new Set(texts), served.versions]).toEqual([new Set(["here"]), new Set(["2.0"])]);
    expect(served.connections).toBeLessThanOrEqual(2);
    // One after another on each connection there would be two.
    expect(served.atOnce).toBeGreaterThan(10);
  });

  test("may send more than a window holds", async () => {
    const large = "x".repeat(12 << 20);
    const served = await serve("h2", large);
    const asking = client();
    const texts = await Promise.all([1, 2].map((i) => asking.text(`${served.url}${i}`)));
    expect(texts.map((text) => text === large)).toEqual([true, true]);
  });

  test("keeps no process alive once everything is read", async () => {
    const served = await serve("h2");
    const asking = client();
    await asking.text(served.url);
    await asking.close();
    expect(served.connections).toBe(1);
  });
});

describe("RFC 9113, 8.7: what a server did not begin with is asked for again", () => {
  /** Answers after what `misbehave` says of the n-th request that it took no notice of it. */
  async function serveStreams(
    misbehave: (stream: ServerHttp2Stream, n: number) => boolean,
    allowHTTP1 = false,
  ): Promise<string> {
    const server = createSecureServer({ key: selfSigned, cert: selfSigned, allowHTTP1 });
    server.on("request", ({ httpVersionMajor, url }, response) => {
      if (httpVersionMajor === 1) response.end(url);
    });
    let count = 0;
    const sessions = new Set<ServerHttp2Session>();
    server.on("session", (session) => sessions.add(session));
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      if (misbehave(stream, ++count)) return;
      setTimeout(() => {
        if (stream.destroyed) return;
        stream.respond({ ":status": 200, "content-type": "text/plain" });
        stream.end(headers[":path"]);
      }, 20);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    open.push(async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test.each([
    ["streams that are refused", (stream: ServerHttp2Stream, n: number) => n % 3 === 1 && n < 30 && refuse(stream)],
    [
      "a connection that takes ten requests and then says that it goes away",
      (stream: ServerHttp2Stream, n: number) => n % 10 === 0 && n < 40 && goAway(stream),
    ],
    [
      "streams that end without a word",
      (stream: ServerHttp2Stream, n: number) => n % 4 === 1 && n < 30 && cancel(stream),
    ],
    ["a connection that breaks off", (stream: ServerHttp2Stream, n: number) => n === 15 && breakOff(stream)],
  ])("%s", async (_, misbehave) => {
    const url = await serveStreams(misbehave);
    const asking = client(5);
    const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
    expect(await Promise.all(paths.map((path) => asking.text(`${url}${path}`)))).toEqual(paths);
    await asking.close();
  });

  test.each([1, 3, 10])("a server that takes %i on each connection, and is asked once for each", async (most) => {
    const url = await serveStreams((stream, n) => n % most === 0 && goAway(stream), true);
    const asking = client(0);
    const paths = Array.from({ length: 120 }, (_, i) => `/${i}`);
    expect(await Promise.all(paths.map((path) => asking.text(`${url}${path}`)))).toEqual(paths);
    await asking.close();
  });

  test("one that answers nobody is given up after as many attempts as are allowed", async () => {
    let count = 0;
    const url = await serveStreams((stream) => {
      count++;
      return breakOff(stream);
    });
    const asking = client(1);
    const outcomes = await Promise.allSettled([1, 2, 3].map((path) => asking.text(`${url}/${path}`)));
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(count).toBeLessThanOrEqual(6);
    await asking.close();
  });

  function cancel(stream: ServerHttp2Stream): boolean {
    stream.close(constants.NGHTTP2_CANCEL);
    return true;
  }

  function refuse(stream: ServerHttp2Stream): boolean {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return true;
  }

  function goAway(stream: ServerHttp2Stream): boolean {
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
    return false;
  }

  function breakOff(stream: ServerHttp2Stream): boolean {
    stream.session?.destroy();
    return true;
  }
});

describe("a server that speaks HTTP/1.1 only", () => {
  test("is asked over as many connections as there are requests under way", async () => {
    const served = await serve("http/1.1");
    const asking = client();
    const texts = await Promise.all(Array.from({ length: 20 }, (_, i) => asking.text(`${served.url}${i}`)));
    expect([new Set(texts), served.versions]).toEqual([new Set(["here"]), new Set(["1.1"])]);
    expect(served.connections).toBeGreaterThan(10);
  });
});

test("a first connection that is refused is opened again by the next try", async () => {
  const served = await serve("h2");
  const { port } = new URL(served.url);
  await open.pop()?.();
  const asking = client();
  await expect(asking.text(served.url)).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
  const again = createSecureServer({ key: selfSigned, cert: selfSigned }, (_, response) => response.end("again"));
  await new Promise<void>((resolve) => again.listen(Number(port), "127.0.0.1", () => resolve()));
  open.push(() => new Promise((resolve) => again.close(resolve)));
  expect(await client().text(served.url)).toBe("again");
});
