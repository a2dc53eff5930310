import { selfSigned } from "@murre/test-kit";
import { createSecureServer, type Http2SecureServer } from "node:http2";
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
