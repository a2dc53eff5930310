import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { normalizeName } from "@murre/pep508";
import { indexedWheel, provenanceBy, serveFolder, temporaryFolder, writeIndex } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createIndexClient, type IndexClient, type IndexClientOptions } from "../client.ts";
import { memoryDocuments } from "../metadata/memory-documents.test.data.ts";
import { largestProvenanceBytes } from "../location/answer-limits.ts";

const foo = normalizeName("foo");
const gitHub = { kind: "GitHub", repository: "o/foo", workflow: "release.yml", environment: null };
const said = { kind: "GitHub", repository: "o/foo", workflow: "release.yml" };

async function withClient<T>(options: Partial<IndexClientOptions>, use: (client: IndexClient) => Promise<T>) {
  const client = createIndexClient({
    locations: [],
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0 },
    ...options,
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function makeIndex(claims: object, format: "html" | "json" = "json"): Promise<string> {
  const folder = temporaryFolder();
  writeIndex(folder, [await indexedWheel({ name: "foo", version: "1.0" }, claims)], { format });
  return folder;
}

/** What is said of the one file of the project's page. */
const publishersBy = (url: string, options: Partial<IndexClientOptions> = {}) =>
  withClient({ locations: [{ kind: "simple", url: `${url}/simple/` }], ...options }, async (client) => {
    const [file] = (await client.findFiles(foo)).files;
    return file && client.publishers(file, foo);
  });

describe("who published a file, as its index says", () => {
  test.each(["json", "html"] as const)("is found by a page in %s", async (format) => {
    await using server = await serveFolder(await makeIndex({ provenance: provenanceBy(gitHub) }, format));
    expect(await publishersBy(server.url)).toEqual([said]);
    // From the page in the cache as from the index's.
    const { documents } = memoryDocuments();
    await publishersBy(server.url, { documents });
    expect(await publishersBy(server.url, { documents, offline: true })).toEqual([said]);
  });

  test("is asked for when somebody wants to know, and once", async () => {
    await using server = await serveFolder(await makeIndex({ provenance: provenanceBy(gitHub) }));
    await withClient({ locations: [{ kind: "simple", url: `${server.url}/simple/` }] }, async (client) => {
      const [file] = (await client.findFiles(foo)).files;
      expect(server.requests.filter(({ path }) => path.endsWith(".provenance"))).toEqual([]);
      await Promise.all([client.publishers(file!, foo), client.publishers(file!, foo)]);
    });
    expect(server.requests.filter(({ path }) => path.endsWith(".provenance"))).toHaveLength(1);
  });

  test("costs no request where the index says nothing of it", async () => {
    await using server = await serveFolder(await makeIndex({}));
    expect(await publishersBy(server.url)).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual(["/simple/foo/"]);
  });

  test("is read from the folder that an index is", async () => {
    const folder = await makeIndex({ provenance: provenanceBy(gitHub) }, "html");
    expect(await publishersBy(pathToFileURL(folder).href)).toEqual([said]);
  });
});

describe("in the cache", () => {
  const requestsFor = async (cacheControl: string | undefined, refresh: "none" | "all" = "none") => {
    const folder = await makeIndex({ provenance: provenanceBy(gitHub) });
    await using server = await serveFolder(folder, cacheControl === undefined ? {} : { cacheControl });
    const { documents } = memoryDocuments();
    await publishersBy(server.url, { documents });
    server.forget();
    expect(await publishersBy(server.url, { documents, refresh })).toEqual([said]);
    return server.requests.filter(({ path }) => path.endsWith(".provenance")).map(({ status }) => status);
  };

  test("it holds as long as the server says, and is validated then: it may be added to", async () => {
    expect(await requestsFor("max-age=600")).toEqual([]);
    expect(await requestsFor(undefined)).toEqual([304]);
    expect(await requestsFor("max-age=600", "all")).toEqual([304]);
    expect(await requestsFor("no-store")).toEqual([200]);
  });

  test("what was added to is read anew", async () => {
    const folder = await makeIndex({ provenance: provenanceBy(gitHub) });
    await using server = await serveFolder(folder);
    const { documents } = memoryDocuments();
    await publishersBy(server.url, { documents });
    const both = provenanceBy(gitHub, { kind: "GitLab", repository: "g/foo" });
    writeFileSync(join(folder, "files/foo-1.0-py3-none-any.whl.provenance"), JSON.stringify(both));
    expect(await publishersBy(server.url, { documents })).toEqual([said, { kind: "GitLab", repository: "g/foo" }]);
  });

  test("without it, nothing is known offline", async () => {
    const folder = await makeIndex({ provenance: provenanceBy(gitHub) });
    await using server = await serveFolder(folder);
    const { documents } = memoryDocuments();
    await withClient({ locations: [{ kind: "simple", url: `${server.url}/simple/` }], documents }, (client) =>
      client.findFiles(foo),
    );
    await expect(publishersBy(server.url, { documents, offline: true })).rejects.toMatchObject({
      code: "MURRE_OFFLINE",
    });
  });

  test("what lies there damaged is asked for again", async () => {
    await using server = await serveFolder(await makeIndex({ provenance: provenanceBy(gitHub) }), {
      cacheControl: "max-age=600",
    });
    for (const damaged of ["", "{", "null", '{"format":1,"source":{},"publishers":[]}', '{"format":0}']) {
      const { documents, contents } = memoryDocuments();
      await publishersBy(server.url, { documents });
      const kept = [...contents.keys()].find((name) => name.startsWith("provenance/foo/"));
      contents.set(kept ?? "", damaged);
      expect(await publishersBy(server.url, { documents })).toEqual([said]);
    }
  });

  test("no credentials lie, and no attestations", async () => {
    await using server = await serveFolder(await makeIndex({ provenance: provenanceBy(gitHub) }), {
      credentials: { username: "u", password: "secret" },
    });
    const { documents, contents } = memoryDocuments();
    await publishersBy(server.url.replace("//", "//u:secret@"), { documents });
    const kept = [...contents].filter(([name]) => name.startsWith("provenance/"));
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toMatch(/secret|certificate/);
  });
});

describe("what is wrong is told by an error that names the address", () => {
  test.each<[string, object, string]>([
    ["no such file", { provenanceUrl: "../../files/none" }, "MURRE_HTTP_STATUS"],
    ["no JSON", { provenance: "<html>" }, "MURRE_INVALID_PROVENANCE"],
    ["cut off", { provenance: '{"version":1,' }, "MURRE_INVALID_PROVENANCE"],
    ["nested without end", { provenance: "[".repeat(100_000) }, "MURRE_INVALID_PROVENANCE"],
    ["a list", { provenance: [] }, "MURRE_INVALID_PROVENANCE"],
    ["another version", { provenance: { version: 2, attestation_bundles: [] } }, "MURRE_INVALID_PROVENANCE"],
    ["too large", { provenance: " ".repeat(largestProvenanceBytes + 1) }, "MURRE_INVALID_PROVENANCE"],
  ])("%s", async (_, claims, code) => {
    await using server = await serveFolder(await makeIndex(claims));
    await expect(publishersBy(server.url)).rejects.toMatchObject({ code, url: expect.stringContaining(server.url) });
  });

  test("an answer without an end is cut off when it is too large", async () => {
    const endless = function* () {
      for (;;) yield " ".repeat(65_536);
    };
    const server = createServer((_, response) => {
      const body = Readable.from(endless()).on("error", () => {});
      body.pipe(response).on("close", () => body.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/endless`;
    await using index = await serveFolder(await makeIndex({ provenanceUrl: url }));
    try {
      await expect(publishersBy(index.url)).rejects.toMatchObject({ code: "MURRE_INVALID_PROVENANCE", url });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("a redirect leads to no file of this machine", async () => {
    const secret = join(temporaryFolder(), "secret");
    writeFileSync(secret, JSON.stringify(provenanceBy(gitHub)));
    const path = "/files/foo-1.0-py3-none-any.whl.provenance";
    const location = pathToFileURL(secret).href;
    await using server = await serveFolder(await makeIndex({ provenance: provenanceBy(gitHub) }), {
      failures: { [path]: [{ status: 302, headers: { location } }] },
    });
    await expect(publishersBy(server.url)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS" });
  });

  test("credentials stay with their host", async () => {
    const own = await makeIndex({ provenance: provenanceBy(gitHub) });
    await using other = await serveFolder(own);
    const provenanceUrl = `${other.url}/files/foo-1.0-py3-none-any.whl.provenance`;
    await using server = await serveFolder(await makeIndex({ provenanceUrl }), {
      credentials: { username: "u", password: "secret" },
    });
    const url = server.url.replace("//", "//u:secret@");
    expect(await publishersBy(url)).toEqual([said]);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    // And reach the provenance that lies with the index.
    const same = await makeIndex({ provenance: provenanceBy(gitHub) });
    await using closed = await serveFolder(same, { credentials: { username: "u", password: "secret" } });
    expect(await publishersBy(closed.url.replace("//", "//u:secret@"))).toEqual([said]);
  });
});
