import { createHash } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexedWheel, writeIndex } from "./write-index.ts";
import { serveFolder, type FolderServer } from "./serve-folder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = temporaryFolder();
writeFileSync(join(folder, "digits"), "0123456789");
const wheel = await indexedWheel(
  { name: "Foo_Bar", version: "1.0", requiresPython: ">=3.8,<4" },
  { yanked: "bad & wrong" },
);
writeIndex(folder, [wheel]);

let server: FolderServer;
beforeAll(async () => {
  server = await serveFolder(folder, {});
});
afterAll(() => server.close());

const json = "application/vnd.pypi.simple.v1+json";

describe("an index that was written", () => {
  test("has a page whose link leads to the file with the hash it claims (PEP 503)", async () => {
    const page = await (await fetch(`${server.url}/simple/foo-bar/`)).text();
    const href = /href="([^"]+)"/.exec(page)![1]!;
    expect(page).toContain('data-requires-python="&gt;=3.8,&lt;4"');
    expect(page).toContain('data-yanked="bad &amp; wrong"');
    const url = new URL(href, `${server.url}/simple/foo-bar/`);
    const data = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(url.hash).toBe(`#sha256=${createHash("sha256").update(data).digest("hex")}`);
    expect(readFileSync(new URL(href.replace(/#.*/, ""), pathToFileURL(join(folder, "simple/foo-bar/"))))).toEqual(
      data,
    );
  });

  test("has a JSON page for who asks for it (PEP 691), and metadata beside the file (PEP 658)", async () => {
    const response = await fetch(`${server.url}/simple/foo-bar/`, { headers: { accept: `${json}, text/html;q=0.1` } });
    expect(response.headers.get("content-type")).toBe(json);
    const { files } = (await response.json()) as { files: { url: string; size: number }[] };
    const url = new URL(files[0]!.url, `${server.url}/simple/foo-bar/`);
    expect(files[0]!.size).toBe(wheel.data.length);
    expect(await (await fetch(`${url.href}.metadata`)).text()).toBe(wheel.metadata);
  });
});

describe("a served folder", () => {
  test.each([
    ["bytes=2-4", 206, "234"],
    ["bytes=7-", 206, "789"],
    ["bytes=-2", 206, "89"],
    ["bytes=20-", 416, ""],
    ["bytes=0-1,3-4", 200, "0123456789"],
  ])("answers Range: %s with %i", async (range, status, body) => {
    const response = await fetch(`${server.url}/digits`, { headers: { range } });
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test("answers 304 to its own validators, and ignores a range of another file", async () => {
    const first = await fetch(`${server.url}/digits`);
    const etag = first.headers.get("etag")!;
    const modified = first.headers.get("last-modified")!;
    expect((await fetch(`${server.url}/digits`, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await fetch(`${server.url}/digits`, { headers: { "if-modified-since": modified } })).status).toBe(304);
    const ranged = { range: "bytes=1-2" };
    expect((await fetch(`${server.url}/digits`, { headers: { ...ranged, "if-range": '"other"' } })).status).toBe(200);
    expect((await fetch(`${server.url}/digits`, { headers: { ...ranged, "if-range": etag } })).status).toBe(206);
  });

  test("counts requests and bytes", async () => {
    server.forget();
    await (await fetch(`${server.url}/digits?x=1`, { headers: { range: "bytes=0-3" } })).text();
    await fetch(`${server.url}/none`);
    expect(server.requests).toMatchObject([
      { method: "GET", path: "/digits", status: 206, bytes: 4 },
      { path: "/none", status: 404 },
    ]);
  });

  test("fails as often as it was told, then serves", async () => {
    const failures = { "/digits": [{ status: 503 }, { cutAfterBytes: 0 }, { cutAfterBytes: 4 }, { delayMs: 1 }] };
    await using flaky = await serveFolder(folder, { failures });
    const get = async () => (await fetch(`${flaky.url}/digits`)).text();
    expect(await get()).toBe("");
    await expect(get()).rejects.toThrow("fetch failed");
    await expect(get()).rejects.toThrow("terminated");
    expect(await get()).toBe("0123456789");
    expect(flaky.requests.map(({ status, bytes }) => [status, bytes])).toEqual([
      [503, 0],
      [200, 0],
      [200, 4],
      [200, 10],
    ]);
  });

  test("can do without ranges and validators, and ask for credentials", async () => {
    await using plain = await serveFolder(folder, {
      ranges: false,
      validators: "none",
      credentials: { username: "me", password: "pw" },
    });
    expect((await fetch(`${plain.url}/digits`)).status).toBe(401);
    const authorization = `Basic ${Buffer.from("me:pw").toString("base64")}`;
    const response = await fetch(`${plain.url}/digits`, { headers: { authorization, range: "bytes=0-1" } });
    expect([response.status, response.headers.get("etag"), response.headers.get("last-modified")]).toEqual([
      200,
      null,
      null,
    ]);
  });
});
