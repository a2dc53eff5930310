import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Documents } from "@murre/cache";
import { normalizeName } from "@murre/pep508";
import {
  makeWheel,
  serveFolder,
  temporaryFolder,
  wheelMetadata,
  type FolderServer,
  type WheelSpec,
} from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createIndexClient, type IndexClient } from "../client.ts";
import { memoryDocuments } from "./memory-documents.test.data.ts";
import { essentialMetadata } from "@murre/wheel";
import { rememberOwnMetadata } from "./metadata.ts";
import type { DistributionFile } from "../location/types.ts";

const spec: WheelSpec = {
  name: "foo",
  version: "1.0",
  requiresDist: ["bar>=2"],
  // Enough bytes that cannot be compressed for the wheel to be larger than what is asked for first.
  files: {
    "foo/data.bin": Buffer.from(Array.from({ length: 300_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 24)),
  },
  zip: { stored: true },
};
const text = essentialMetadata(wheelMetadata(spec));
const filename = "foo-1.0-py3-none-any.whl";

async function folderWithWheel(made: WheelSpec = spec): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, filename), await makeWheel(made));
  return folder;
}

const fileAt = (url: string, more: Partial<DistributionFile> = {}): DistributionFile => ({
  filename,
  kind: "wheel",
  url: `${url}/${filename}`,
  hashes: {},
  yanked: false,
  index: "https://e.x/",
  ...more,
});

function clientOf(documents?: Documents): IndexClient {
  return createIndexClient({
    locations: [],
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0 },
    documents,
  });
}

async function metadataFrom(
  server: FolderServer,
  more: Partial<DistributionFile> = {},
  documents?: Documents,
): Promise<string | undefined> {
  const client = clientOf(documents);
  try {
    return (await client.metadata(fileAt(server.url, more)))?.text;
  } finally {
    await client.close();
  }
}

const hashOf = (content: string): string => createHash("sha256").update(content).digest("hex");

describe("PEP 658: metadata beside the wheel", () => {
  test("is fetched alone and verified", async () => {
    const folder = await folderWithWheel();
    writeFileSync(join(folder, `${filename}.metadata`), text);
    await using server = await serveFolder(folder);
    expect(await metadataFrom(server, { coreMetadata: { sha256: hashOf(text) } })).toBe(text);
    expect(server.requests.map(({ path }) => path)).toEqual([`/${filename}.metadata`]);
  });

  test("with another hash is an error", async () => {
    const folder = await folderWithWheel();
    writeFileSync(join(folder, `${filename}.metadata`), `${text}\n`);
    await using server = await serveFolder(folder);
    await expect(metadataFrom(server, { coreMetadata: { sha256: hashOf(text) } })).rejects.toMatchObject({
      code: "MURRE_HASH_MISMATCH",
    });
  });

  test("that is promised and missing is read from the wheel", async () => {
    await using server = await serveFolder(await folderWithWheel());
    expect(await metadataFrom(server, { coreMetadata: true })).toBe(text);
  });

  test("counts beside a local wheel too", async () => {
    const folder = await folderWithWheel();
    writeFileSync(join(folder, `${filename}.metadata`), text);
    const file = fileAt(pathToFileURL(folder).href, { coreMetadata: { sha256: hashOf(text) } });
    expect(await clientOf().metadata(file)).toEqual({ text, isClaim: true });
  });
});

describe("without PEP 658, ranges of the wheel are enough", () => {
  test("one request for what most wheels have at their end", async () => {
    await using server = await serveFolder(await folderWithWheel());
    expect(await metadataFrom(server)).toBe(text);
    expect(server.requests.map(({ status }) => status)).toEqual([206]);
    expect(server.requests[0]?.bytes).toBeLessThan(66_000);
  });

  test("a few for a wheel with a long central directory", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`foo/module_${index}.py`, `x = ${index}\n`]),
    );
    await using server = await serveFolder(await folderWithWheel({ ...spec, files }));
    expect(await metadataFrom(server)).toBe(text);
    expect(server.requests.length).toBeLessThanOrEqual(3);
    expect(server.requests.every(({ status }) => status === 206)).toBe(true);
  });

  test("a wheel that is shorter than the first request", async () => {
    await using server = await serveFolder(
      await folderWithWheel({ name: "foo", version: "1.0", requiresDist: ["bar>=2"] }),
    );
    const short = wheelMetadata({ name: "foo", version: "1.0", requiresDist: ["bar>=2"] });
    expect(await metadataFrom(server)).toBe(essentialMetadata(short));
  });

  test("what is no wheel is said to be none", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, filename), "no zip at all");
    await using server = await serveFolder(folder);
    await expect(metadataFrom(server)).rejects.toMatchObject({ code: "MURRE_NOT_A_ZIP" });
  });

  test("a wheel that is not there is said to be missing", async () => {
    await using server = await serveFolder(temporaryFolder());
    await expect(metadataFrom(server)).rejects.toMatchObject({ code: "MURRE_HTTP_STATUS", status: 404 });
  });
});

describe("a server without ranges is recognised once", () => {
  test("and not asked again in the run, nor in the next", async () => {
    const folder = await folderWithWheel();
    await using server = await serveFolder(folder, { ranges: false });
    const { documents } = memoryDocuments();
    const client = clientOf(documents);
    expect(await client.metadata(fileAt(server.url))).toBeUndefined();
    expect(await client.metadata(fileAt(server.url))).toBeUndefined();
    await client.close();
    expect(await metadataFrom(server, {}, documents)).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [400, "this run"],
    [403, "this run"],
    [405, "a week"],
    [412, "this run"],
    [416, "this run"],
    [501, "a week"],
  ])("when it refuses ranges with %i, for %s", async (status, memory) => {
    const path = `/${filename}`;
    await using server = await serveFolder(await folderWithWheel(), { failures: { [path]: [{ status }] } });
    const { documents } = memoryDocuments();
    const client = clientOf(documents);
    expect(await client.metadata(fileAt(server.url))).toBeUndefined();
    expect(await client.metadata(fileAt(server.url))).toBeUndefined();
    await client.close();
    expect(server.requests).toHaveLength(1);
    expect(await metadataFrom(server, {}, documents)).toBe(memory === "a week" ? undefined : text);
  });

  test("even when many files are wanted at the same time", async () => {
    await using server = await serveFolder(await folderWithWheel(), { ranges: false });
    const client = clientOf();
    await Promise.all(Array.from({ length: 10 }, () => client.metadata(fileAt(server.url))));
    await client.close();
    expect(server.requests).toHaveLength(1);
  });

  test("and its wheel is not read to the end", async () => {
    const folder = await folderWithWheel({ ...spec, files: { "foo/big.bin": Buffer.alloc(30_000_000) } });
    await using server = await serveFolder(folder, { ranges: false });
    const client = clientOf();
    await client.metadata(fileAt(server.url));
    await client.close();
    expect(client.counts().bytes).toBeLessThan(1_000_000);
  });
});

describe("metadata of a wheel with a known hash is kept", () => {
  test("under its project", async () => {
    await using server = await serveFolder(await folderWithWheel());
    const { documents, contents } = memoryDocuments();
    const sha256 = "a".repeat(64);
    expect(await metadataFrom(server, { hashes: { sha256 } }, documents)).toBe(text);
    expect([...contents]).toEqual([
      [
        "metadata/foo.needs",
        expect.stringMatching(
          /^\n[0-9a-f]{16}\.a{64}\.foo-1\.0-py3-none-any\.whl\t[0-9a-f]{8}\t"Metadata-Version.*Requires-Dist: bar>=2\\n"\n$/,
        ),
      ],
    ]);
    server.forget();
    expect(await metadataFrom(server, { hashes: { sha256 } }, documents)).toBe(text);
    expect(server.requests).toEqual([]);
  });

  test.each<[what: string, damage: (kept: string) => string]>([
    ["cut off", (kept) => kept.slice(0, -20)],
    ["empty", () => ""],
    ["changed", (kept) => kept.replace("Version: ", "Version: 1")],
    ["without its checksum", (kept) => kept.replace(/\t[0-9a-f]{8}\t/, "\t")],
  ])("and asked for again where it is %s", async (_, damage) => {
    await using server = await serveFolder(await folderWithWheel());
    const { documents, contents } = memoryDocuments();
    const sha256 = "a".repeat(64);
    await metadataFrom(server, { hashes: { sha256 } }, documents);
    const [[name = "", kept = ""] = []] = contents;
    contents.set(name, damage(kept));
    server.forget();
    expect(await metadataFrom(server, { hashes: { sha256 } }, documents)).toBe(text);
    expect(server.requests).not.toEqual([]);
    expect(contents.get(name)?.endsWith(kept)).toBe(true);
  });

  test("without a hash it is not", async () => {
    await using server = await serveFolder(await folderWithWheel());
    const { documents, contents } = memoryDocuments();
    await metadataFrom(server, {}, documents);
    expect(contents.size).toBe(0);
  });
});

test("a local wheel is read where it lies, an sdist is left to the caller", async () => {
  const folder = await folderWithWheel();
  mkdirSync(join(folder, "empty"));
  const url = pathToFileURL(folder).href;
  expect(await clientOf().metadata(fileAt(url))).toEqual({ text, isClaim: false });
  const sdist = fileAt(url, { filename: "foo-1.0.tar.gz", kind: "sdist", url: `${url}/foo-1.0.tar.gz` });
  expect(await clientOf().metadata(sdist)).toBeUndefined();
});

describe("a hash that a page names is that page's claim", () => {
  const sha256 = "a".repeat(64);
  const lie = `${text}Requires-Dist: evil\n`.replace("Requires-Dist: bar>=2\n", "Requires-Dist: evil\n");

  test.each<[string, Partial<DistributionFile>]>([
    ["another index", { index: "https://other.x/" }],
    ["the same host's other path", { index: "https://e.x/private/" }],
    ["another file name", { filename: "foo-2.0-py3-none-any.whl" }],
    ["another hash", { hashes: { sha256: "b".repeat(64) } }],
  ])("what was said under it is not believed of %s", async (_, other) => {
    const folder = temporaryFolder();
    for (const name of [filename, other.filename ?? filename]) writeFileSync(join(folder, `${name}.metadata`), lie);
    const { documents } = memoryDocuments();
    await using server = await serveFolder(folder);
    const common = { hashes: { sha256 }, coreMetadata: true } as const;
    expect(await metadataFrom(server, common, documents)).toBe(lie);
    for (const name of [filename, other.filename ?? filename]) writeFileSync(join(folder, `${name}.metadata`), text);
    const url = `${server.url}/${other.filename ?? filename}`;
    expect(await metadataFrom(server, { ...common, url, ...other }, documents)).toBe(text);
    expect(await metadataFrom(server, common, documents), "the first one's own").toBe(lie);
  });

  test("the same index with other credentials is the same", async () => {
    const folder = await folderWithWheel();
    const { documents } = memoryDocuments();
    await using server = await serveFolder(folder);
    await metadataFrom(server, { hashes: { sha256 } }, documents);
    server.forget();
    expect(await metadataFrom(server, { hashes: { sha256 }, index: "https://me:pw@e.x/" }, documents)).toBe(text);
    expect(server.requests).toEqual([]);
  });

  test("what a wheel of that hash was found to hold answers for every index, and is no claim", async () => {
    const { documents } = memoryDocuments();
    rememberOwnMetadata(documents, normalizeName("foo"), sha256, text);
    const file = fileAt("https://nowhere.invalid", { hashes: { sha256 }, index: "https://any.x/" });
    expect(await clientOf(documents).metadata(file)).toEqual({ text, isClaim: false });
  });
});
