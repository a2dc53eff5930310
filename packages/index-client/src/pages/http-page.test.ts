import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { normalizeName } from "@murre/pep508";
import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createIndexClient, type IndexClientOptions } from "../client.ts";
import { memoryDocuments } from "../metadata/memory-documents.test.data.ts";

const foo = normalizeName("foo");

async function makeIndex(format: "html" | "json" = "json"): Promise<string> {
  const folder = temporaryFolder();
  writeIndex(folder, [await indexedWheel({ name: "foo", version: "1.0" })], { format });
  return folder;
}

/** One run of a program: a client of its own, whose cache outlives it. */
async function ask(
  server: Pick<FolderServer, "url">,
  options: Partial<IndexClientOptions> = {},
): Promise<readonly string[]> {
  const client = createIndexClient({
    locations: [{ kind: "simple", url: `${server.url}/simple/` }],
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0 },
    ...options,
  });
  try {
    return (await client.findFiles(foo)).files.map(({ filename }) => filename);
  } finally {
    await client.close();
  }
}

const wheel = ["foo-1.0-py3-none-any.whl"];

describe("PEP 691: the form of a page is negotiated", () => {
  test.each(["html", "json"] as const)("an index that has %s only is understood", async (format) => {
    await using server = await serveFolder(await makeIndex(format));
    expect(await ask(server)).toEqual(wheel);
  });

  test("JSON is preferred", async () => {
    const folder = await makeIndex();
    writeFileSync(join(folder, "simple/foo/index.html"), "<p>nothing here");
    await using server = await serveFolder(folder);
    expect(await ask(server)).toEqual(wheel);
  });

  test("another content type is no page", async () => {
    const failures = { "/simple/foo/": [{ status: 200, headers: { "content-type": "image/png" } }] };
    await using server = await serveFolder(await makeIndex(), { failures });
    await expect(ask(server)).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
  });

  test("a compressed page is unpacked", async () => {
    const page = gzipSync('<a href="foo-1.0-py3-none-any.whl">x</a>');
    const server = createServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end(page),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    expect(await ask({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })).toEqual(wheel);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("RFC 9111: a page is used as long as the server says", () => {
  test("a fresh page is not asked for again", async () => {
    await using server = await serveFolder(await makeIndex(), { cacheControl: "max-age=600" });
    const { documents } = memoryDocuments();
    await ask(server, { documents });
    server.forget();
    expect(await ask(server, { documents })).toEqual(wheel);
    expect(server.requests).toEqual([]);
  });

  test.each(["etag", "last-modified"] as const)(
    "without a lifetime it is validated each run by its %s",
    async (validators) => {
      await using server = await serveFolder(await makeIndex(), { validators });
      const { documents } = memoryDocuments();
      await ask(server, { documents });
      expect(await ask(server, { documents })).toEqual(wheel);
      expect(server.requests.map(({ status }) => status)).toEqual([200, 304]);
    },
  );

  describe("of a server that gives nothing to validate", () => {
    /** Says whether the page was written again by the second of two runs, and what it read. */
    async function twice(change: (page: string) => string, options: { readonly cacheControl?: string } = {}) {
      const folder = await makeIndex();
      await using server = await serveFolder(folder, { validators: "none", ...options });
      const { documents, contents } = memoryDocuments();
      await ask(server, { documents, refresh: "all" });
      const [document = ""] = contents.keys();
      const before = documents.stampOf(document.split("/"));
      const page = join(folder, "simple/foo/index.json");
      writeFileSync(page, change(readFileSync(page, "utf8")));
      const files = await ask(server, { documents, refresh: "all" });
      const isWritten = documents.stampOf(document.split("/")) !== before;
      return { files, isWritten, statuses: server.requests.map(({ status }) => status) };
    }

    test("the same page is not read, and not written, again", async () => {
      expect(await twice((page) => page)).toEqual({ files: wheel, isWritten: false, statuses: [200, 200] });
    });

    test("the same page is written with its new lifetime", async () => {
      const again = await twice((page) => page, { cacheControl: "max-age=600" });
      expect(again).toEqual({ files: wheel, isWritten: true, statuses: [200, 200] });
    });

    test.each([
      ["another file", (page: string) => page.replaceAll("foo-1.0", "foo-1.1"), ["foo-1.1-py3-none-any.whl"]],
      ["a blank", (page: string) => `${page} `, wheel],
    ])("a page with %s is read anew", async (_, change, files) => {
      expect(await twice(change)).toEqual({ files, isWritten: true, statuses: [200, 200] });
    });

    test("the same bytes of another type are another page", async () => {
      let type = "application/vnd.pypi.simple.v1+json";
      const server = createServer((_, response) =>
        response.writeHead(200, { "content-type": type }).end('{"files":[],"a":"<a href=foo-1.0.zip>x</a>"}'),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const place = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      const { documents } = memoryDocuments();
      expect(await ask(place, { documents })).toEqual([]);
      type = "text/html";
      expect(await ask(place, { documents })).toEqual(["foo-1.0.zip"]);
      await new Promise((resolve) => server.close(resolve));
    });
  });

  test("a page that changed is read anew", async () => {
    const folder = await makeIndex();
    await using server = await serveFolder(folder);
    const { documents } = memoryDocuments();
    await ask(server, { documents });
    const page = join(folder, "simple/foo/index.json");
    writeFileSync(page, readFileSync(page, "utf8").replaceAll("foo-1.0", "foo-1.1"));
    expect(await ask(server, { documents })).toEqual(["foo-1.1-py3-none-any.whl"]);
  });

  test("no-store is not stored", async () => {
    await using server = await serveFolder(await makeIndex(), { cacheControl: "no-store" });
    const { documents, contents } = memoryDocuments();
    await ask(server, { documents });
    expect(contents.size).toBe(0);
  });

  test("a 304 renews the lifetime", async () => {
    const folder = await makeIndex();
    await using server = await serveFolder(folder, { cacheControl: "max-age=600" });
    const { documents } = memoryDocuments();
    await ask(server, { documents });
    await ask(server, { documents, refresh: "all" });
    await ask(server, { documents });
    expect(server.requests.map(({ status }) => status)).toEqual([200, 304]);
  });

  test.each([
    ["all", 1],
    [new Set(["foo"]), 1],
    [new Set(["bar"]), 0],
    ["none", 0],
  ] as const)("refresh %o asks for a fresh page %d times", async (refresh, times) => {
    await using server = await serveFolder(await makeIndex(), { cacheControl: "max-age=600" });
    const { documents } = memoryDocuments();
    await ask(server, { documents });
    server.forget();
    await ask(server, { documents, refresh });
    expect(server.requests).toHaveLength(times);
  });

  test("a page is asked for once in a run, however often it is needed", async () => {
    await using server = await serveFolder(await makeIndex());
    const locations = [{ kind: "simple" as const, url: `${server.url}/simple/` }];
    const client = createIndexClient({ locations, env: {}, home: "/nowhere", platform: "linux" });
    await Promise.all([client.findFiles(foo), client.findFiles(foo), client.findFiles(foo)]);
    await client.close();
    expect(server.requests).toHaveLength(1);
  });
});

describe("offline, only the cache is used", () => {
  test("a page that was seen once is used however old it is", async () => {
    const { documents } = memoryDocuments();
    const server = await serveFolder(await makeIndex(), { cacheControl: "max-age=0" });
    await ask(server, { documents });
    await server.close();
    expect(await ask(server, { documents, offline: true })).toEqual(wheel);
  });

  test("what was never seen is an error with its own code", async () => {
    await expect(ask({ url: "http://127.0.0.1:9" }, { offline: true })).rejects.toMatchObject({
      code: "MURRE_OFFLINE",
    });
  });
});

describe("nothing secret is kept", () => {
  test("the cached document holds no credentials", async () => {
    const credentials = { username: "user", password: "secret" };
    await using server = await serveFolder(await makeIndex(), { credentials, cacheControl: "max-age=600" });
    const { documents, contents } = memoryDocuments();
    const url = server.url.replace("//", "//user:secret@");
    await ask({ url }, { documents });
    expect(contents.size).toBe(1);
    for (const [key, text] of contents)
      for (const secret of ["secret", "user:", Buffer.from("user:secret").toString("base64")])
        expect(`${key} ${text}`).not.toContain(secret);
  });
});
