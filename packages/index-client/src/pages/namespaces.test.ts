import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { normalizeName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { createIndexClient } from "../client.ts";
import { memoryDocuments } from "../metadata/memory-documents.test.data.ts";
import { mixedHosts, readRelations } from "./namespaces.ts";
import { pageOf } from "./page-releases.ts";
import { parseSimpleHtml } from "./simple-html.ts";
import { parseSimpleJson, readSimpleJson } from "./simple-json.ts";
import type { IndexEvent, ProjectPage, ProjectRelations } from "../location/types.ts";

const foo = normalizeName("foo");
const publicIndex = "https://public.x/simple/";
const privateIndex = "https://private.x/simple/";
const otherIndex = "https://other.x/simple/";
const folderIndex = "file:///srv/wheels/";

type Said = readonly [index: string, said?: Partial<ProjectRelations>];

function page([index, said]: Said): ProjectPage {
  const filename = "foo-1.tar.gz";
  const link = { filename, kind: "sdist", url: `${index}${filename}`, hashes: {}, yanked: false, index } as const;
  const relations = said && { tracks: [], alternates: [], ...said };
  return pageOf({ files: [link], skipped: [], relations }, foo, index);
}

const fooOf = (...indexes: readonly string[]) => indexes.map((index) => `${index}foo/`);

describe("dependency confusion: a project from the public index and from another host", () => {
  test.each<[string, Said[], boolean]>([
    ["the public one and another", [[publicIndex], [privateIndex]], true],
    ["the public one alone", [[publicIndex]], false],
    ["two others", [[otherIndex], [privateIndex]], false],
    ["a folder of this machine", [[publicIndex], [folderIndex]], false],
    // PEP 708
    ["one that tracks it", [[publicIndex], [privateIndex, { tracks: fooOf(publicIndex) }]], false],
    [
      "one that tracks it in two places",
      [[publicIndex], [privateIndex, { tracks: fooOf(otherIndex, publicIndex) }]],
      false,
    ],
    ["one that tracks another one", [[publicIndex], [privateIndex, { tracks: fooOf(otherIndex) }]], true],
    ["one that tracks another project", [[publicIndex], [privateIndex, { tracks: [`${publicIndex}food/`] }]], true],
    ["one that tracks the index, not the project", [[publicIndex], [privateIndex, { tracks: [publicIndex] }]], true],
    [
      "one that tracks it, and one that says nothing",
      [[publicIndex], [privateIndex, { tracks: fooOf(publicIndex) }], [otherIndex]],
      true,
    ],
    [
      "two that track it",
      [[publicIndex], [privateIndex, { tracks: fooOf(publicIndex) }], [otherIndex, { tracks: fooOf(publicIndex) }]],
      false,
    ],
    [
      "one that tracks one that tracks it",
      [[publicIndex], [privateIndex, { tracks: fooOf(publicIndex) }], [otherIndex, { tracks: fooOf(privateIndex) }]],
      true,
    ],
    [
      "all track a third one",
      [
        [publicIndex, { tracks: fooOf(otherIndex) }],
        [privateIndex, { tracks: fooOf(otherIndex) }],
      ],
      false,
    ],
    [
      "both name each other",
      [
        [publicIndex, { alternates: fooOf(privateIndex) }],
        [privateIndex, { alternates: fooOf(publicIndex) }],
      ],
      false,
    ],
    [
      "both name both",
      [
        [publicIndex, { alternates: fooOf(publicIndex, privateIndex) }],
        [privateIndex, { alternates: fooOf(privateIndex, publicIndex) }],
      ],
      false,
    ],
    ["only the public one names the other", [[publicIndex, { alternates: fooOf(privateIndex) }], [privateIndex]], true],
    ["only the other names the public one", [[publicIndex], [privateIndex, { alternates: fooOf(publicIndex) }]], true],
    [
      "they do not agree on a third one",
      [
        [publicIndex, { alternates: fooOf(privateIndex, otherIndex) }],
        [privateIndex, { alternates: fooOf(publicIndex) }],
      ],
      true,
    ],
    [
      "both name only a third one",
      [
        [publicIndex, { alternates: fooOf(otherIndex) }],
        [privateIndex, { alternates: fooOf(otherIndex) }],
      ],
      true,
    ],
    [
      "two that name each other, and one that tracks one of them",
      [
        [publicIndex, { alternates: fooOf(privateIndex) }],
        [privateIndex, { alternates: fooOf(publicIndex) }],
        [otherIndex, { tracks: fooOf(privateIndex) }],
      ],
      false,
    ],
    [
      "a folder needs no relation",
      [[publicIndex], [folderIndex], [privateIndex, { tracks: fooOf(publicIndex) }]],
      false,
    ],
  ])("%s", (_, said, isTold) => {
    const groups = said.map(page);
    const hosts = groups.filter(({ index }) => index !== folderIndex).map(({ index }) => new URL(index).host);
    expect(mixedHosts({ groups }, publicIndex)).toEqual(isTold ? hosts : undefined);
  });
});

const url = `${privateIndex}foo/`;
const html = (head: string) =>
  `<!DOCTYPE html><html><head>${head}</head><body><a href="foo-1.tar.gz">x</a></body></html>`;
const json = (more: object) =>
  JSON.stringify({ name: "foo", files: [{ filename: "foo-1.tar.gz", url: "foo-1.tar.gz" }], ...more });

describe("PEP 708: what a page says of its project in other indexes", () => {
  const tracks = [`${publicIndex}foo/`];
  const alternates = [`${publicIndex}foo/`, `${otherIndex}foo/`];

  test.each<[string, object, ProjectRelations | undefined]>([
    ["nothing", {}, undefined],
    ["tracks", { meta: { "api-version": "1.2", tracks } }, { tracks, alternates: [] }],
    ["alternates", { "alternate-locations": alternates }, { tracks: [], alternates }],
    ["both", { meta: { tracks }, "alternate-locations": alternates }, { tracks, alternates }],
    [
      "one spelling",
      { meta: { tracks: ["HTTPS://u:p@public.x:443/simple/foo?token=1#x", ...tracks] } },
      { tracks, alternates: [] },
    ],
    [
      "a relative address",
      { meta: { tracks: ["../../mirror/foo/"] } },
      { tracks: ["https://private.x/mirror/foo/"], alternates: [] },
    ],
    [
      "of another alphabet",
      { meta: { tracks: ["https://e.x/ü/foo/"] } },
      { tracks: ["https://e.x/%C3%BC/foo/"], alternates: [] },
    ],
    ["no addresses", { meta: { tracks: [1, null, "ftp://e.x/foo/", "file:///e/foo/", "https://["] } }, undefined],
    ["no lists", { meta: { tracks: tracks[0] }, "alternate-locations": { 0: tracks[0] } }, undefined],
    ["no object", { meta: [tracks], "alternate-locations": null }, undefined],
  ])("JSON: %s", (_, more, relations) => {
    expect(parseSimpleJson(json(more), url, privateIndex).relations).toEqual(relations);
    const { text } = readSimpleJson(Buffer.from(json(more)), url, privateIndex, foo);
    // A sign of a password has the page read the slow way.
    expect(text.own).toBe(json(more).includes("@"));
    expect(text.relations).toEqual(relations);
  });

  test.each<[string, string, ProjectRelations | undefined]>([
    ["nothing", '<meta name="pypi:repository-version" content="1.2">', undefined],
    ["tracks", `<meta name="pypi:tracks" content="${tracks[0]}">`, { tracks, alternates: [] }],
    [
      "both",
      `<meta name="pypi:tracks" content="${tracks[0]}"/>${alternates.map((one) => `<meta name="pypi:alternate-locations" content="${one}">`).join("")}`,
      { tracks, alternates },
    ],
    ["no addresses", '<meta name="pypi:tracks"><meta name="pypi:tracks" content="javascript:x">', undefined],
  ])("HTML: %s", (_, head, relations) => {
    expect(parseSimpleHtml(html(head), url, privateIndex).relations).toEqual(relations);
  });

  test("a long list is read in part", () => {
    const long = Array.from({ length: 10_000 }, (_, number) => `https://e.x/${number}/`);
    expect(parseSimpleJson(json({ meta: { tracks: long } }), url, privateIndex).relations?.tracks).toHaveLength(64);
  });

  test.each([null, 1, [], {}, { tracks: [] }, { tracks: [1], alternates: [] }, { tracks: [], alternates: "x" }])(
    "the cache has %j in its place, which is none",
    (kept) => expect(readRelations(kept)).toBeNull(),
  );
});

/** An index of foo. */
async function serve(form: "html" | "json", tracks: () => string | undefined) {
  const server = createServer((_, response) => {
    const address = tracks();
    const meta = address === undefined ? "" : `<meta name="pypi:tracks" content="${address}">`;
    response.setHeader("content-type", form === "html" ? "text/html" : "application/vnd.pypi.simple.v1+json");
    response.setHeader("cache-control", "max-age=600");
    response.end(form === "html" ? html(meta) : json({ meta: { tracks: address === undefined ? [] : [address] } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/simple/`, close: () => server.close() };
}

describe.each(["html", "json"] as const)("a project of two equal indexes in %s", (form) => {
  test.each([
    ["that say nothing is told once for each project", false, ["mixed-origins"]],
    ["of which one tracks the other is not told", true, []],
  ])("%s", async (_, isTracked, told) => {
    const first = await serve(form, () => undefined);
    const second = await serve(form, () => (isTracked ? `${first.url}foo/` : undefined));
    const { documents } = memoryDocuments();
    try {
      // The second time what the pages say comes from the cache.
      for (const run of [1, 2]) {
        const events: IndexEvent[] = [];
        const client = createIndexClient({
          locations: [first, second].map((index) => ({ kind: "simple" as const, url: index.url })),
          strategy: "unsafe-best-match",
          publicIndexUrl: first.url,
          documents,
          env: {},
          home: "/nowhere",
          platform: "linux",
          onEvent: (event) => events.push(event),
        });
        for (const time of [1, 2]) expect((await client.findFiles(foo)).groups, `time ${time}`).toHaveLength(2);
        expect(
          events.map(({ kind }) => kind),
          `run ${run}`,
        ).toEqual(told);
        expect(client.counts().requests).toBe(run === 1 ? 2 : 0);
        await client.close();
      }
    } finally {
      first.close();
      second.close();
    }
  });
});
