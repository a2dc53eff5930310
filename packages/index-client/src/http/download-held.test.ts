import { createHash } from "node:crypto";
import { join } from "node:path";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServeOptions } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { bytes, download, folderWithFile, served, sha256 } from "../../test/download-world.ts";
import type { DownloadOptions } from "./download.ts";
import type { HttpValidators } from "./http-validators.ts";

describe("a small answer is held in memory where that is asked for", () => {
  const heldBytes = bytes.length;
  async function hold(options: ServeOptions, more: Partial<DownloadOptions> = {}, hashes?: Record<string, string>) {
    const { server, into } = await served(options);
    await using _ = server;
    const calls: string[] = [];
    const own = { make: () => void calls.push("make"), onValidators: () => void calls.push("validators") };
    const result = await download(server, { into, heldBytes, ...own, ...more }, hashes).catch(
      (error: unknown) => error,
    );
    const { held, code } = result as { held?: Buffer; code?: string };
    const written = existsSync(into) ? readFileSync(into).equals(bytes) : undefined;
    return { held: held?.equals(bytes), code, calls, written, requests: server.requests.length };
  }

  test("and nothing is made or written", async () => {
    expect(await hold({})).toMatchObject({ held: true, calls: [], written: undefined });
  });

  test("not one that is larger, or does not say how large it is", async () => {
    const written = { held: undefined, calls: ["make", "validators"], written: true };
    expect(await hold({}, { heldBytes: heldBytes - 1 })).toMatchObject(written);
    expect(await hold({}, { heldBytes: 0 })).toMatchObject(written);
    const server = createServer((_, response) => {
      response.writeHead(200);
      response.write(bytes);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { into } = folderWithFile();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await download({ url }, { into, heldBytes });
    await new Promise((resolve) => server.close(resolve));
    expect([result, readFileSync(into).equals(bytes)]).toEqual([
      expect.not.objectContaining({ held: expect.anything() }),
      true,
    ]);
  });

  test("not an empty one that nobody asked to hold", async () => {
    const { server, into, folder } = await served();
    await using _ = server;
    writeFileSync(join(folder, "x.whl"), "");
    const empty = createHash("sha256").digest("hex");
    const result = await download(server, { into }, { sha256: empty });
    expect([result, readFileSync(into).length]).toEqual([expect.not.objectContaining({ held: expect.anything() }), 0]);
    expect(await download(server, { into, heldBytes }, { sha256: empty })).toMatchObject({ held: Buffer.alloc(0) });
  });

  test("also where it was cut and continued, or began anew", async () => {
    const failures = { "/x.whl": [{ cutAfterBytes: 40_000 }, { cutAfterBytes: 30_000 }] };
    expect(await hold({ failures })).toMatchObject({ held: true, written: undefined, requests: 3 });
    expect(await hold({ failures, ranges: false })).toMatchObject({ held: true, written: undefined, requests: 3 });
  });

  test("and where it never comes whole, nobody is told that some of it is there", async () => {
    const failures = { "/x.whl": Array.from({ length: 3 }, () => ({ cutAfterBytes: 1000 })) };
    expect(await hold({ failures })).toMatchObject({ code: "MURRE_INDEX_UNREACHABLE", calls: [], written: undefined });
  });

  test("and compared with what is promised", async () => {
    const other = { sha256: "0".repeat(64) };
    expect(await hold({}, {}, other)).toMatchObject({ code: "MURRE_HASH_MISMATCH", calls: [], written: undefined });
  });

  test("not what goes on with a file that is there", async () => {
    const { server, into } = await served();
    await using _ = server;
    const first = await download(server, { into });
    const { validators } = first as { validators: HttpValidators };
    writeFileSync(into, bytes.subarray(0, 30_000));
    const result = await download(server, { into, heldBytes, resumeFrom: { bytes: 30_000, validators } });
    expect(result).toMatchObject({ resumedFromBytes: 30_000, sha256 });
    expect([result, readFileSync(into).equals(bytes)]).toEqual([
      expect.not.objectContaining({ held: expect.anything() }),
      true,
    ]);
  });
});
