import { indexedWheel, temporaryFolder } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allText, makeCommandWorld, type CommandWorld } from "./command-world.ts";

// What servers do wrong, by mistake or on purpose: no command hangs or fills the memory, each says what was wrong, and when the server has come to
// its senses, what it says then counts, with the same cache.

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => unknown;

/** More than a command needs that reads a page of the largest size that is read (MiB). */
const mostMemoryMib = 400;

let wheel: Buffer;
let page: string;
const honest: { page: Handler; file: Handler } = {
  page: (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(page),
  file: (_, response) => response.writeHead(200, { "content-length": wheel.length, etag: '"one"' }).end(wheel),
};
const html = { "content-type": "text/html" };

/** Sends the same piece again and again, as fast as it is taken, or so slowly. */
async function pour(response: ServerResponse, piece: string | Buffer, everyMs?: number): Promise<void> {
  response.setMaxListeners(0);
  while (!response.destroyed) {
    const isTaken = response.write(piece);
    if (everyMs !== undefined) await sleep(everyMs);
    else if (!isTaken) await Promise.race([once(response, "drain"), once(response, "close")]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Misbehaviour {
  readonly page?: Handler;
  readonly file?: Handler;
  /** What is said, or nothing where it is got over. */
  readonly says?: RegExp;
}

const cases: Readonly<Record<string, Misbehaviour>> = {
  "a page that breaks off": {
    page: (request, response) => {
      response.writeHead(200, { ...html, "content-length": page.length });
      response.write(page.slice(0, 20), () => setTimeout(() => request.socket.destroy(), 5));
    },
    says: /the connection was closed|ended/,
  },
  "a page that is longer than it says": {
    page: (request, response) => {
      response.flushHeaders();
      request.socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 10\r\n\r\n${page}`);
    },
    says: /simple\/demo\/ cannot be reached: what it answered is not HTTP/,
  },
  "a connection that is reset": { page: (request) => request.socket.resetAndDestroy(), says: /was (?:reset|closed)/ },
  "what is no HTTP": {
    page: (request) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    says: /what it answered is not HTTP/,
  },
  "429, and to come again in a second": {
    page: (request, response, count) =>
      count === 1 ? response.writeHead(429, { "retry-after": "1" }).end() : honest.page(request, response, count),
  },
  "503, and to come again in an hour": {
    page: (_, response) => response.writeHead(503, { "retry-after": "3600" }).end(),
    says: /status 503/,
  },
  "a page that drips": {
    page: (_, response) => pour(response.writeHead(200, html), "x", 100),
    says: /the answer came too slowly/,
  },
  "headers that drip": {
    page: async ({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      while (!socket.destroyed && socket.write("x")) await sleep(100);
    },
    says: /no answer within the time limit/,
  },
  "a page without an end": {
    page: (_, response) => pour(response.writeHead(200, html), Buffer.alloc(1 << 16, "<a>")),
    says: /more than \d+ bytes/,
  },
  "a page of 50 MB": {
    page: (_, response) => response.writeHead(200, html).end(Buffer.alloc(50 * 1024 ** 2, '<a href="x">x</a>\n')),
    says: /more than \d+ bytes/,
  },
  "a gzip bomb": {
    page: (_, response) =>
      response.writeHead(200, { ...html, "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(1 << 28))),
    says: /more than \d+ bytes/,
  },
  "redirects in a circle": {
    page: (request, response) => response.writeHead(302, { location: request.url }).end(),
    says: /redirect|status 310/,
  },
  "a redirect to a file of this machine": {
    page: (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    says: /status 302/,
  },
  "a file that is a redirect to a file of this machine": {
    file: (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    says: /status 302/,
  },
  "a file that breaks off each time": {
    file: (request, response) => {
      response.writeHead(200, { "content-length": wheel.length });
      response.write(wheel.subarray(0, 100), () => setTimeout(() => request.socket.destroy(), 5));
    },
    says: /MURRE_(?:DOWNLOAD_INTERRUPTED|INDEX_UNREACHABLE)/,
  },
  "a file of other bytes": {
    file: (_, response) => response.writeHead(200).end(Buffer.alloc(wheel.length)),
    says: /MURRE_HASH_MISMATCH/,
  },
  "a file whose entity tag is that of another": {
    file: (request, response, count) => {
      if (count === 1) {
        response.writeHead(200, { "content-length": wheel.length, etag: '"one"' });
        response.write(Buffer.alloc(100), () => setTimeout(() => request.socket.destroy(), 5));
      } else if (request.headers.range !== undefined)
        response
          .writeHead(206, { "content-range": `bytes 100-${wheel.length - 1}/${wheel.length}`, etag: '"one"' })
          .end(wheel.subarray(100));
      else honest.file(request, response, count);
    },
  },
  "a file that drips": {
    file: (_, response) => pour(response.writeHead(200, { "content-length": wheel.length }), "x", 100),
    says: /came too slowly/,
  },
};

describe("a server that", () => {
  let server: Server;
  let world: CommandWorld;
  const measured = join(temporaryFolder("measured"), "memory");
  let handlers = honest;
  let counts = { page: 0, file: 0 };

  beforeAll(async () => {
    const { data } = await indexedWheel({ name: "demo", version: "1.0", files: { "demo.py": "x = 1\n".repeat(200) } });
    wheel = data;
    const sha256 = createHash("sha256").update(wheel).digest("hex");
    page = `<a href="../../files/demo-1.0-py3-none-any.whl#sha256=${sha256}">demo-1.0-py3-none-any.whl</a>`;
    server = createServer((request, response) => {
      request.socket.setMaxListeners(0);
      const kind = request.url?.startsWith("/files/") === true ? "file" : "page";
      response.on("error", () => {});
      request.socket.on("error", () => {});
      if (request.url?.includes("metadata") === true) response.writeHead(404).end();
      else handlers[kind](request, response, ++counts[kind]);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const preload = join(temporaryFolder("preload"), "memory.cjs");
    writeFileSync(
      preload,
      `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(measured)}, String(process.resourceUsage().maxRSS / 1024)));`,
    );
    world = makeCommandWorld({ NODE_OPTIONS: `--require ${preload}` });
    await world.environment("env");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each(Object.entries(cases))("has %s", async (name, { page: badPage, file, says }) => {
    const cache = join(world.folder, `cache ${name}`);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
    const install = () =>
      world.murre(
        "pip",
        "install",
        "demo",
        "--target",
        join(world.folder, name),
        "-p",
        "env",
        "--cache-dir",
        cache,
        "--no-config",
        "-i",
        url,
        "--timeout",
        "1",
        "--retries",
        "1",
      );
    handlers = { page: badPage ?? honest.page, file: file ?? honest.file };
    counts = { page: 0, file: 0 };
    const run = await install();
    expect([run.code, run.stderr]).toEqual([says === undefined ? 0 : 1, expect.stringMatching(says ?? /Placed/)]);
    expect(run.stderr).not.toMatch(/^ +at |MURRE_CRASHED/m);
    expect(run.stderr.length).toBeLessThan(5000);
    expect(Number(readFileSync(measured, "utf8"))).toBeLessThan(mostMemoryMib);
    server.closeAllConnections();
    handlers = honest;
    expect((await install()).code).toBe(0);
    expect(readFileSync(join(world.folder, name, "demo.py"), "utf8")).toMatch(/^x = 1/);
  });

  test("leads to another host gives it no credentials", async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url?.endsWith("whl") === true) honest.file(request, response, 1);
      else honest.page(request, response, 1);
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    handlers = {
      page: ({ url, headers }, response) => {
        expect(headers.authorization).toBeDefined();
        response.writeHead(302, { location: `${elsewhere}${url}` }).end();
      },
      file: () => {},
    };
    const cache = join(world.folder, "cache of another");
    const index = `http://user:s3cret@127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
    const { code } = await world.murre(
      "pip",
      "install",
      "demo",
      "--target",
      join(world.folder, "other"),
      "-p",
      "env",
      "--cache-dir",
      cache,
      "--no-config",
      "-i",
      index,
      "--retries",
      "0",
    );
    expect([code, new Set(seen)]).toEqual([0, new Set([undefined])]);
    expect(allText(cache)).not.toMatch(/s3cret|dXNlcjp/);
    other.closeAllConnections();
    other.close();
  });
});
