import { gzipSync, brotliCompressSync, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { answerContent } from "./answer-text.ts";
import { openRangedFile, RangesUnsupported } from "./ranged-file.ts";
import { parseSimpleHtml } from "../pages/simple-html.ts";
import { parseSimpleJson } from "../pages/simple-json.ts";
import { createSlots } from "./slots.ts";
import type { Answer, Transport } from "./transport.ts";

const url = "http://h/simple/a/";

interface Sent {
  readonly answer: Answer;
  /** Bytes that were taken. */
  readonly taken: () => number;
}

/** An answer that goes on sending the piece, as a server would that never ends. */
function answerOf(piece: Buffer, times: number, headers: Readonly<Record<string, string>>, status = 200): Sent {
  let taken = 0;
  const answer: Answer = {
    url,
    redirected: false,
    status,
    headers,
    async read(sink) {
      for (let count = 0; count < times; count++) {
        taken += piece.length;
        sink(piece);
      }
    },
    drop: async () => {},
  };
  return { answer, taken: () => taken };
}

describe("what comes in is cut off at the limit", () => {
  const zeros = Buffer.alloc(4 * 1024 ** 2);
  test.each([
    ["plain", zeros, "identity"],
    ["gzip", gzipSync(zeros), "gzip"],
    ["deflate", deflateSync(zeros), "deflate"],
    ["brotli", brotliCompressSync(zeros), "br"],
    ["gzip in gzip", gzipSync(gzipSync(zeros)), "gzip, gzip"],
    ["three codings", gzipSync(gzipSync(gzipSync(zeros))), "gzip, gzip, gzip"],
  ])("%s", async (_, body, coding) => {
    const { answer } = answerOf(body, 1, { "content-encoding": coding });
    await expect(answerContent(answer, 1024 ** 2)).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
  });

  test("a body without an end is left at the limit", async () => {
    const { answer, taken } = answerOf(Buffer.alloc(1000), 1_000_000, {});
    await expect(answerContent(answer, 10_000)).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
    expect(taken()).toBe(11_000);
  });

  test("a coding that makes more than 200 bytes of one, from 4 MiB on", async () => {
    const { answer } = answerOf(gzipSync(Buffer.alloc(5 * 1024 ** 2)), 1, { "content-encoding": "gzip" });
    await expect(answerContent(answer, 64 * 1024 ** 2)).rejects.toMatchObject({ code: "MURRE_INVALID_INDEX_PAGE" });
  });

  test("what honest servers send is whole", async () => {
    const page = Buffer.from(
      Array.from({ length: 100_000 }, (_, n) => `<a href="../../packages/a-${n}.tar.gz">a-${n}.tar.gz</a><br/>`).join(
        "\n",
      ),
    );
    const { answer } = answerOf(gzipSync(page), 1, { "content-encoding": "gzip" });
    expect((await answerContent(answer, 48 * 1024 ** 2)).equals(page)).toBe(true);
  });
});

describe("a range that is not what was asked for is not read", () => {
  test.each([
    ["500 MB for the last 64 KB", "bytes 0-499999999/500000000"],
    ["one byte more than was asked for", "bytes 0-65577/65578"],
    ["an end before its start", "bytes 9-3/10"],
    ["an end behind the end of the file", "bytes 0-9/0"],
    ["the byte behind the end of the file", "bytes 0-10/10"],
    ["the end of a file that is longer than numbers are exact", "bytes 0-9/90071992547409930"],
  ])("%s", async (_, range) => {
    const { answer, taken } = answerOf(Buffer.alloc(1024), 500_000, { "content-range": range }, 206);
    const transport = { get: (_url, _options, consume) => consume(answer) } as Pick<Transport, "get"> as Transport;
    const opened = openRangedFile(transport, createSlots(1), url, undefined);
    await expect(opened).rejects.toBeInstanceOf(RangesUnsupported);
    expect(taken()).toBe(0);
  });

  test("a server that sends more than it says is left there", async () => {
    const { answer, taken } = answerOf(Buffer.alloc(1024), 500_000, { "content-range": "bytes 0-2047/2048" }, 206);
    const transport = { get: (_url, _options, consume) => consume(answer) } as Pick<Transport, "get"> as Transport;
    const opened = openRangedFile(transport, createSlots(1), url, undefined);
    await expect(opened).rejects.toBeInstanceOf(RangesUnsupported);
    expect(taken()).toBe(3072);
  });
});

describe("a page is refused for what it would be in memory", () => {
  test.each<[string, () => unknown]>([
    ["links", () => parseSimpleHtml("<a>".repeat(50_001), url, url)],
    ["files", () => parseSimpleJson(`{"files":[${"0,".repeat(100_000)}0]}`, url, url)],
    ["lists in each other", () => parseSimpleJson(`{"files":[${"[],".repeat(1_700_000)}0]}`, url, url)],
    ["numbers", () => parseSimpleJson(`{"x":[${"0,".repeat(3_000_000)}0],"files":[]}`, url, url)],
  ])("%s", (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: "MURRE_INVALID_INDEX_PAGE" }));
  });

  test("a name that no file can have is passed over, with the reason", () => {
    const { files, skipped } = parseSimpleHtml(`<a href="a-1.zip"><a href="${"a".repeat(1001)}-1.zip">`, url, url);
    expect(files).toHaveLength(1);
    expect(skipped).toMatchObject([{ reason: "its name has more than 1000 characters" }]);
  });
});
