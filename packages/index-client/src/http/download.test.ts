import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { temporaryFolder, type FolderServer } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createIndexClient } from "../client.ts";
import type { DownloadOptions } from "./download.ts";
import type { HttpValidators } from "./http-validators.ts";
import { bytes, download, folderWithFile, served, sha256 } from "../../test/download-world.ts";

describe("a download is hashed and verified", () => {
  test("its size, sha256 and validators are reported", async () => {
    const { server, into } = await served();
    await using _ = server;
    const result = await download(server, { into });
    expect(result).toMatchObject({ kind: "fetched", path: into, sizeBytes: bytes.length, sha256, resumedFromBytes: 0 });
    expect(result.kind === "fetched" && result.validators.etag).toMatch(/^"/);
    expect(readFileSync(into).equals(bytes)).toBe(true);
  });

  test.each([
    ["sha256", "0".repeat(64)],
    ["sha512", "0".repeat(128)],
    ["md5", "0".repeat(32)],
    ["blake2b", "0".repeat(128)],
  ])("another %s than promised is an error", async (algorithm, digest) => {
    const { server, into } = await served();
    await using _ = server;
    await expect(download(server, { into }, { [algorithm]: digest })).rejects.toMatchObject({
      code: "MURRE_HASH_MISMATCH",
      algorithm,
      expected: digest,
    });
  });

  test("a longer file that was there before is replaced whole", async () => {
    const { server, into } = await served();
    await using _ = server;
    writeFileSync(into, Buffer.alloc(200_000));
    await download(server, { into });
    expect(readFileSync(into).equals(bytes)).toBe(true);
  });

  test("progress is told in bytes, with the total", async () => {
    const { server, into } = await served();
    await using _ = server;
    const told: (number | undefined)[][] = [];
    await download(server, { into, onProgress: (received, total) => told.push([received, total]) });
    expect(told.at(-1)).toEqual([bytes.length, bytes.length]);
  });

  test("a destination that cannot be written is an error of its own", async () => {
    const { server } = await served();
    await using _ = server;
    await expect(download(server, { into: "/no/such/folder/x" })).rejects.toMatchObject({
      code: "MURRE_DOWNLOAD_NOT_WRITTEN",
    });
  });
});

describe("a broken download is continued", () => {
  test("within a run, from where it broke", async () => {
    const { server, into } = await served({
      failures: { "/x.whl": [{ cutAfterBytes: 40_000 }, { cutAfterBytes: 30_000 }] },
    });
    await using _ = server;
    await download(server, { into });
    expect(readFileSync(into).equals(bytes)).toBe(true);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 206, 206]);
    expect(server.requests[1]?.headers).toMatchObject({
      range: "bytes=40000-",
      "if-range": expect.stringMatching(/^"/),
    });
  });

  test("from its beginning where the server does not answer ranges", async () => {
    const { server, into } = await served({ ranges: false, failures: { "/x.whl": [{ cutAfterBytes: 40_000 }] } });
    await using _ = server;
    await download(server, { into });
    expect(readFileSync(into).equals(bytes)).toBe(true);
  });

  test("from its beginning where there is no validator", async () => {
    const { server, into } = await served({ validators: "none", failures: { "/x.whl": [{ cutAfterBytes: 40_000 }] } });
    await using _ = server;
    await download(server, { into });
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });

  test("and when it breaks every time, the error says how much is there", async () => {
    const failures = { "/x.whl": [{ cutAfterBytes: 40_000 }, { cutAfterBytes: 20_000 }, { cutAfterBytes: 10_000 }] };
    const { server, into } = await served({ failures });
    await using _ = server;
    await expect(download(server, { into })).rejects.toMatchObject({
      code: "MURRE_DOWNLOAD_INTERRUPTED",
      receivedBytes: 70_000,
    });
  });
});

async function validatorsOf(server: FolderServer, into: string): Promise<HttpValidators> {
  const result = await download(server, { into });
  server.forget();
  return result.kind === "fetched" ? result.validators : {};
}

describe("what continues a download leaves what was told of its state alone (RFC 9110, 15.3.7)", () => {
  const kept: HttpValidators = { etag: '"1"', lastModified: "Sat, 28 Nov 2026 11:00:00 GMT" };
  /** What a server says of the rest. */
  const rests: readonly [string, Record<string, string>][] = [
    ["nothing", {}],
    ["its entity tag only", { etag: '"1"' }],
    ["the same", { etag: '"1"', "last-modified": "Sat, 28 Nov 2026 11:00:00 GMT" }],
  ];

  /** Breaks off each answer after 30,000 bytes. */
  async function broken(headers: Record<string, string>, options: DownloadOptions) {
    const ranges: (string | undefined)[] = [];
    const server = createServer(({ headers: { range }, socket }, response) => {
      ranges.push(range);
      const first = Number(/\d+/.exec(range ?? "0")?.[0]);
      const more = { "content-length": bytes.length - first };
      const content = { "content-range": `bytes ${first}-99999/100000` };
      if (range === undefined) response.writeHead(200, { ...more, etag: '"1"', "last-modified": kept.lastModified });
      else response.writeHead(206, { ...more, ...content, ...headers });
      const part = bytes.subarray(first, first + 30_000);
      response.write(part, () => setTimeout(() => (part.length < 30_000 ? response.end() : socket.destroy()), 5));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const told: HttpValidators[] = [];
    const onValidators = (validators: HttpValidators) => void told.push(validators);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await download({ url }, { ...options, onValidators }, {}, 3);
    await new Promise((resolve) => server.close(resolve));
    return { ranges, told, result };
  }

  test.each(rests)("within a run, where its server says %s", async (_, headers) => {
    const { ranges, told, result } = await broken(headers, { into: join(temporaryFolder(), "downloaded") });
    expect(result).toMatchObject({ sha256, validators: kept });
    expect([ranges, told]).toEqual([[undefined, "bytes=30000-", "bytes=60000-", "bytes=90000-"], [kept]]);
  });

  test.each(rests)("of an earlier run, where its server says %s", async (_, headers) => {
    const into = join(temporaryFolder(), "downloaded");
    writeFileSync(into, bytes.subarray(0, 50_000));
    const { ranges, told, result } = await broken(headers, { into, resumeFrom: { bytes: 50_000, validators: kept } });
    expect(result).toMatchObject({ sha256, validators: kept });
    expect([ranges, told]).toEqual([["bytes=50000-", "bytes=80000-"], []]);
  });
});

describe("a download whose second half is wrong is asked for again, once and whole", () => {
  type Second = (response: ServerResponse) => void;
  const part = { "content-range": `bytes 40000-99999/100000`, etag: '"1"' };
  const zeros: Second = (response) => response.writeHead(206, part).end(Buffer.alloc(60_000));
  const seconds: readonly [string, Second][] = [
    ["other bytes", zeros],
    ["the first half again", (response) => response.writeHead(206, part).end(bytes.subarray(0, 60_000))],
    ["too few bytes, without a word", (response) => response.writeHead(206, part).end(bytes.subarray(40_000, 50_000))],
    [
      "another file's end",
      (response) => response.writeHead(206, { ...part, etag: '"2"' }).end(Buffer.alloc(60_000, 1)),
    ],
  ];

  /** Breaks off the first answer, gives the second for the rest, and then what `third` gives. */
  async function asked(second: Second, third: Buffer, into: string) {
    const ranges: (string | undefined)[] = [];
    const server = createServer(({ headers, socket }, response) => {
      ranges.push(headers.range);
      if (ranges.length === 2) return second(response);
      response.writeHead(200, { "content-length": bytes.length, etag: '"1"' });
      if (ranges.length > 2) return void response.end(third);
      response.write(bytes.subarray(0, 40_000), () => setTimeout(() => socket.destroy(), 5));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcome = await download({ url }, { into }).catch((error: { code: string }) => error);
    await new Promise((resolve) => server.close(resolve));
    return { ranges, outcome };
  }

  test.each(seconds)("%s", async (_, second) => {
    const into = join(temporaryFolder(), "downloaded");
    const { ranges, outcome } = await asked(second, bytes, into);
    expect(outcome).toMatchObject({ kind: "fetched", sha256 });
    expect(readFileSync(into).equals(bytes)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=40000-", undefined]);
  });

  test("and is an error when that is wrong as well", async () => {
    const { ranges, outcome } = await asked(zeros, Buffer.alloc(bytes.length), join(temporaryFolder(), "downloaded"));
    expect(outcome).toMatchObject({ code: "MURRE_HASH_MISMATCH" });
    expect(ranges).toHaveLength(3);
  });
});

describe("a download of an earlier run is taken over", () => {
  test.each(["etag", "last-modified"] as const)("by its %s", async (validators) => {
    const { server, into } = await served({ validators });
    await using _ = server;
    const known = await validatorsOf(server, into);
    writeFileSync(into, bytes.subarray(0, 60_000));
    const result = await download(server, { into, resumeFrom: { bytes: 60_000, validators: known } });
    expect(result).toMatchObject({ sha256, resumedFromBytes: 60_000 });
    expect(server.requests.map(({ status, bytes: sent }) => [status, sent])).toEqual([[206, 40_000]]);
  });

  test("without a request when it had received everything, as the promised hash tells", async () => {
    const { server, into } = await served();
    await using _ = server;
    const known = await validatorsOf(server, into);
    const result = await download(server, { into, resumeFrom: { bytes: bytes.length, validators: known } });
    expect(result).toMatchObject({ sha256, sizeBytes: bytes.length });
    expect(server.requests).toEqual([]);
  });

  test("with no byte sent again when the server says that it had received everything", async () => {
    const { server, into } = await served();
    await using _ = server;
    const known = await validatorsOf(server, into);
    const result = await download(server, { into, resumeFrom: { bytes: bytes.length, validators: known } }, {});
    expect(result).toMatchObject({ sha256, sizeBytes: bytes.length, validators: known });
    expect(server.requests.map(({ status, bytes: sent }) => [status, sent])).toEqual([[416, 0]]);
  });

  test("from its beginning when the file changed meanwhile", async () => {
    const { server, into, folder } = await served({ validators: "etag" });
    await using _ = server;
    const known = await validatorsOf(server, into);
    const other = Buffer.alloc(50_000, 1);
    writeFileSync(join(folder, "x.whl"), other);
    writeFileSync(into, bytes.subarray(0, 60_000));
    await download(server, { into, resumeFrom: { bytes: 60_000, validators: known } }, {});
    expect(readFileSync(into).equals(other)).toBe(true);
  });

  test("once more from its beginning when what was there is something else", async () => {
    const { server, into } = await served();
    await using _ = server;
    const known = await validatorsOf(server, into);
    writeFileSync(into, Buffer.alloc(60_000));
    const result = await download(server, { into, resumeFrom: { bytes: 60_000, validators: known } });
    expect(result).toMatchObject({ sha256, resumedFromBytes: 0 });
  });

  test("from its beginning when less is there than was said", async () => {
    const { server, into } = await served();
    await using _ = server;
    const known = await validatorsOf(server, into);
    writeFileSync(into, bytes.subarray(0, 10));
    expect(await download(server, { into, resumeFrom: { bytes: 60_000, validators: known } })).toMatchObject({
      sha256,
    });
  });
});

describe("a URL whose content is known is only asked whether it still holds", () => {
  test.each(["etag", "last-modified"] as const)("by its %s", async (validators) => {
    const { server, into } = await served({ validators });
    await using _ = server;
    const first = await download(server, { into });
    const unlessStill = first.kind === "fetched" ? first.validators : {};
    expect(await download(server, { into, unlessStill })).toEqual({ kind: "unchanged" });
  });

  test("and downloaded when it does not", async () => {
    const { server, into } = await served();
    await using _ = server;
    expect(await download(server, { into, unlessStill: { etag: '"other"' } })).toMatchObject({ kind: "fetched" });
  });
});

describe("more is not received than twice of what the index says, and a mebibyte", () => {
  /** Sends chunks of 64 KiB, with a length or without, until nobody reads them any more. */
  async function endless(headers: Readonly<Record<string, string>>) {
    let sentBytes = 0;
    const server = createServer((_, response: ServerResponse) => {
      response.writeHead(200, { etag: '"x"', ...headers });
      const chunk = Buffer.alloc(1 << 16);
      const send = () => {
        while (!response.destroyed && sentBytes < 1 << 28) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on("drain", send);
      send();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.whl`;
    return {
      url,
      sentBytes: () => sentBytes,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }
  const fetchWith = async (url: string, sizeBytes: number | undefined, into: string) => {
    const client = createIndexClient({ locations: [], env: {}, home: "/nowhere", platform: "linux" });
    try {
      return await client.download({ url, hashes: { sha256 }, sizeBytes }, { into });
    } finally {
      await client.close();
    }
  };

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["an answer without a length", {}],
    ["an answer that says how long it is", { "content-length": `${1 << 28}` }],
  ])("%s is given up, and nothing of it is left", async (_, headers) => {
    await using server = await endless(headers);
    const { into } = folderWithFile();
    await expect(fetchWith(server.url, bytes.length, into)).rejects.toMatchObject({
      code: "MURRE_DOWNLOAD_TOO_LONG",
      statedBytes: bytes.length,
    });
    expect(server.sentBytes()).toBeLessThan(1 << 27);
    expect(readFileSync(into).length).toBe(0);
  });

  test.each([undefined, bytes.length, 1, 10 * bytes.length])(
    "a file with the promised hash is taken, though its size is said to be %s",
    async (sizeBytes) => {
      const { server, into } = await served();
      await using _ = server;
      expect(await fetchWith(`${server.url}/x.whl`, sizeBytes, into)).toMatchObject({ kind: "fetched", sha256 });
    },
  );
});

test("a file: URL is not copied", async () => {
  const { server, folder, into } = await served();
  await using _ = server;
  const client = createIndexClient({ locations: [], env: {}, home: "/nowhere", platform: "linux" });
  const url = pathToFileURL(join(folder, "x.whl")).href;
  expect(await client.download({ url, hashes: {} }, { into })).toEqual({ kind: "local", path: join(folder, "x.whl") });
});
