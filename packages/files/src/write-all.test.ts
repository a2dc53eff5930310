import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { writeAll } from "./write-all.ts";

type WriteBytes = (file: number, bytes: Uint8Array, from: number) => number;

vi.mock("node:fs", async (load) => ({ ...(await load<object>()), writeSync: vi.fn<WriteBytes>() }));

const mocked = vi.mocked(writeSync as WriteBytes);

/** As a disk that is nearly full: each write takes so many bytes at most. */
async function takeAtMost(most: number): Promise<void> {
  const fs = await vi.importActual<typeof import("node:fs")>("node:fs");
  mocked.mockImplementation((file, bytes, from) =>
    fs.writeSync(file, bytes, from, Math.min(most, bytes.byteLength - from)),
  );
}

afterEach(() => mocked.mockReset());

describe("all bytes are written", () => {
  const text = "abcdefghij";
  test.each<[string, number, readonly Uint8Array[], string, number]>([
    ["at once", 100, [Buffer.from(text)], text, 1],
    ["in parts, where a write takes fewer", 3, [Buffer.from(text)], text, 4],
    ["one by one", 1, [Buffer.from(text)], text, 10],
    ["each behind those before", 4, [Buffer.from(text), Buffer.from("xyz")], `${text}xyz`, 4],
    ["of a part of a larger buffer", 2, [new Uint8Array(Buffer.from(text)).subarray(2, 7)], "cdefg", 3],
    ["of nothing", 100, [Buffer.alloc(0)], "", 0],
  ])("%s", async (_, most, pieces, content, writes) => {
    await takeAtMost(most);
    const path = join(temporaryFolder(), "file");
    const file = openSync(path, "wx");
    for (const piece of pieces) writeAll(file, piece);
    closeSync(file);
    expect([readFileSync(path, "utf8"), mocked.mock.calls.length]).toEqual([content, writes]);
  });
});
