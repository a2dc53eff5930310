import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { normalizeName } from "@murre/pep508";
import { serveFolder, temporaryFolder, type Failure } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createIndexClient, type IndexClientOptions } from "../client.ts";
import type { IndexEvent, IndexLocation, IndexStrategy } from "../location/types.ts";

const foo = normalizeName("foo");

/** An index in a folder, with one sdist of foo for each version. */
function indexOf(...versions: readonly string[]): IndexLocation {
  const folder = temporaryFolder();
  if (versions.length > 0) mkdirSync(join(folder, "foo"));
  for (const version of versions) writeFileSync(join(folder, "foo", `foo-${version}.tar.gz`), "");
  return { kind: "simple", url: pathToFileURL(`${folder}/`).href };
}

function linksOf(...filenames: readonly string[]): IndexLocation {
  const folder = temporaryFolder();
  for (const filename of filenames) writeFileSync(join(folder, filename), "");
  return { kind: "find-links", url: pathToFileURL(folder).href };
}

const missing: IndexLocation = { kind: "simple", url: "file:///there/is/no/such/index/" };

interface Found {
  readonly filenames: readonly string[];
  readonly events: readonly IndexEvent[];
}

async function find(
  locations: readonly IndexLocation[],
  strategy: IndexStrategy = "first-index",
  more: Partial<IndexClientOptions> = {},
): Promise<Found> {
  const events: IndexEvent[] = [];
  const client = createIndexClient({
    locations,
    strategy,
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0 },
    onEvent: (event) => events.push(event),
    ...more,
  });
  try {
    const { files } = await client.findFiles(foo);
    return { filenames: files.map(({ filename }) => filename), events };
  } finally {
    await client.close();
  }
}

describe("the strategy says which indexes are asked", () => {
  test.each<[IndexStrategy, readonly string[]]>([
    ["first-index", ["foo-1.tar.gz"]],
    ["unsafe-first-match", ["foo-1.tar.gz", "foo-2.tar.gz"]],
    ["unsafe-best-match", ["foo-1.tar.gz", "foo-2.tar.gz"]],
  ])("%s", async (strategy, filenames) => {
    expect((await find([indexOf(), indexOf("1"), indexOf("2")], strategy)).filenames).toEqual(filenames);
  });

  test("find-links are asked with every strategy, and come first", async () => {
    const { filenames } = await find([indexOf("1"), linksOf("foo-3.tar.gz", "bar-1.tar.gz")]);
    expect(filenames).toEqual(["foo-3.tar.gz", "foo-1.tar.gz"]);
  });
});

describe("a find-links place", () => {
  test("in a folder gives each project the files that are called so", async () => {
    const links = linksOf(
      "Foo-1.0-py3-none-any.whl",
      "foo_bar-1.0-py3-none-any.whl",
      "foo-bar-2.0.tar.gz",
      "foo-2.0.zip",
      "nothing.txt",
    );
    expect((await find([links])).filenames).toEqual(["Foo-1.0-py3-none-any.whl", "foo-2.0.zip"]);
  });

  test("can be an HTML page on disk", async () => {
    const page = join(temporaryFolder(), "links.html");
    writeFileSync(page, '<a href="files/foo-1.tar.gz#sha256=ab">x</a><a href="files/bar-1.tar.gz">y</a>');
    expect((await find([{ kind: "find-links", url: pathToFileURL(page).href }])).filenames).toEqual(["foo-1.tar.gz"]);
  });

  test("can be an HTML page on a server", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "index.html"), '<a href="foo-1.tar.gz">x</a>');
    await using server = await serveFolder(folder);
    expect((await find([{ kind: "find-links", url: `${server.url}/` }])).filenames).toEqual(["foo-1.tar.gz"]);
  });

  test("can be one distribution", async () => {
    const { filenames } = await find([{ kind: "find-links", url: "https://e.x/files/foo-1.tar.gz#sha256=ab" }]);
    expect(filenames).toEqual(["foo-1.tar.gz"]);
  });
});

describe("where indexes have an order, only one that says that it does not have the project is passed over", () => {
  const html = { "content-type": "text/html" };
  const json = { "content-type": "application/vnd.pypi.simple.v1+json" };
  const page = "/simple/foo/";

  async function second(failures: Readonly<Record<string, readonly Failure[]>>, strategy: IndexStrategy) {
    await using server = await serveFolder(temporaryFolder(), { failures });
    return (await find([{ kind: "simple", url: `${server.url}/simple/` }, indexOf("1")], strategy)).filenames;
  }

  test.each<[string, Failure]>([
    ["404", { status: 404 }],
    ["410", { status: 410 }],
    ["an empty page", { status: 200, headers: html, body: "<html><body><h1>Links for foo</h1></body></html>" }],
    ["a page of no bytes", { status: 200, headers: html, body: "" }],
    ["an empty list", { status: 200, headers: json, body: '{"meta":{"api-version":"1.0"},"name":"foo","files":[]}' }],
  ])("%s says so", async (_, failure) => {
    for (const strategy of ["first-index", "unsafe-first-match", "unsafe-best-match"] as const)
      expect(await second({ [page]: [failure] }, strategy)).toEqual(["foo-1.tar.gz"]);
  });

  test.each<[string, Failure]>([
    ["400", { status: 400 }],
    ["401", { status: 401 }],
    ["403", { status: 403 }],
    ["418", { status: 418 }],
    ["429", { status: 429 }],
    ["500", { status: 500 }],
    ["502", { status: 502 }],
    ["503", { status: 503 }],
    ["a connection that is cut before the answer", { cutAfterBytes: 0 }],
    ["JSON that is none", { status: 200, headers: json, body: '{"files": [' }],
    ["JSON of another kind", { status: 200, headers: json, body: '{"projects": []}' }],
    ["another content type", { status: 200, headers: { "content-type": "text/plain" }, body: "hello" }],
    ["another version", { status: 200, headers: json, body: '{"meta":{"api-version":"2.0"},"files":[]}' }],
    ["a login", { status: 200, headers: html, body: "<form action=/login><input name=user></form>" }],
    ["a script that leads to a login", { status: 200, headers: html, body: "<script>location = '/login'</script>" }],
    ["a redirect that goes nowhere", { status: 302, headers: { location: "file:///etc/passwd" } }],
  ])("%s does not", async (_, failure) => {
    for (const strategy of ["first-index", "unsafe-first-match"] as const)
      await expect(second({ [page]: [failure] }, strategy)).rejects.toMatchObject({
        code: expect.stringMatching(/^MURRE_(?:INDEX_UNREACHABLE|HTTP_STATUS|INVALID_INDEX_PAGE)$/),
        message: expect.stringMatching(/http:\/\/127\.0\.0\.1/),
      });
    expect(await second({ [page]: [failure] }, "unsafe-best-match")).toEqual(["foo-1.tar.gz"]);
  });

  test("a redirect to a login does not", async () => {
    const failures = {
      [page]: [{ status: 302, headers: { location: "/login" } }],
      "/login": [{ status: 200, headers: html, body: "please log in" }],
    };
    await expect(second(failures, "first-index")).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
  });

  test("a page that leads elsewhere has the project, and ends the search", async () => {
    const body = '<a href="/help/">help</a>';
    expect(await second({ [page]: [{ status: 200, headers: html, body }] }, "first-index")).toEqual([]);
  });

  test("a folder that is not there, and a host that nobody has, do not", async () => {
    const nobody = { kind: "simple", url: "http://127.0.0.1:1/simple/" } as const;
    for (const index of [missing, nobody])
      await expect(find([index, indexOf("1")])).rejects.toMatchObject({
        code: "MURRE_INDEX_UNREACHABLE",
        message: expect.stringContaining("no later index is asked"),
      });
  });

  test("offline, what is not cached is passed over", async () => {
    const nobody = { kind: "simple", url: "http://127.0.0.1:1/simple/" } as const;
    expect((await find([nobody, indexOf("1")], "first-index", { offline: true })).filenames).toEqual(["foo-1.tar.gz"]);
  });
});

describe("a location that fails is an error only where no other one has the project, if all are equals or it is a find-links place", () => {
  test.each<[string, IndexLocation, IndexStrategy]>([
    ["an index", missing, "unsafe-best-match"],
    ["a find-links folder", { kind: "find-links", url: "file:///there/is/none" }, "first-index"],
    ["a find-links page", { kind: "find-links", url: "http://127.0.0.1:1/links/" }, "first-index"],
  ])("%s: one event tells of it", async (_, location, strategy) => {
    const { filenames, events } = await find([location, indexOf("1")], strategy);
    expect(filenames).toEqual(["foo-1.tar.gz"]);
    expect(events).toMatchObject([{ kind: "index-skipped", url: location.url, project: "foo" }]);
  });

  test("without another one the error is its own", async () => {
    await expect(find([missing, indexOf()])).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
  });

  test("a find-links folder that is gone does not hide that no index has the project", async () => {
    const links = linksOf();
    rmSync(new URL(links.url), { recursive: true });
    await expect(find([links, indexOf()])).rejects.toMatchObject({ code: "MURRE_PROJECT_NOT_FOUND" });
  });

  test("with first-index, an index that refuses its user is not passed over", async () => {
    await using server = await serveFolder(temporaryFolder(), { credentials: { username: "u", password: "p" } });
    const locations = [{ kind: "simple" as const, url: `${server.url}/simple/` }, indexOf("1")];
    await expect(find(locations)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS", status: 401 });
    expect((await find(locations, "unsafe-best-match")).filenames).toEqual(["foo-1.tar.gz"]);
  });

  test("a status can be declared to mean that the project is missing", async () => {
    await using server = await serveFolder(temporaryFolder(), { credentials: { username: "u", password: "p" } });
    const locations = [{ kind: "simple" as const, url: `${server.url}/simple/` }, indexOf("1")];
    const network = { retries: 0, missingStatuses: [401, 404] };
    expect((await find(locations, "first-index", { network })).filenames).toEqual(["foo-1.tar.gz"]);
  });
});

describe("a project that nobody has", () => {
  test("is reported with the locations that were asked, without credentials", async () => {
    await using server = await serveFolder(temporaryFolder());
    const url = `${server.url.replace("//", "//user:secret@")}/simple/`;
    const error = await find([{ kind: "simple", url }]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "MURRE_PROJECT_NOT_FOUND", project: "foo" });
    expect(String(error)).toContain("user:****@");
  });

  test("without any location says so", async () => {
    await expect(find([])).rejects.toThrow("no index and no find-links location is configured");
  });
});
