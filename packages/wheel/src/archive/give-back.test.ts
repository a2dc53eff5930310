import { setImmediate } from "node:timers/promises";
import { markAsUntransferable } from "node:worker_threads";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { giveBack, prepareToGiveBack } from "./give-back.ts";

test("large data is gone at once, and its memory with it", async () => {
  prepareToGiveBack();
  for (let turn = 0; turn < 2; turn++) await setImmediate();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 40; i++) {
    const data = Buffer.alloc(16 << 20, i);
    const memory = data.buffer;
    giveBack(data);
    expect([data.length, memory.byteLength]).toEqual([0, 0]);
  }
  // Of 640 MiB not even two buffers wait for a collection, however many have come before.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
});

test("small data may share its memory with other data, and stays", () => {
  const [data, neighbour] = [Buffer.from("some"), Buffer.from("other")];
  giveBack(data);
  expect([data.toString(), neighbour.toString()]).toEqual(["some", "other"]);
});

describe("memory that is not the data's alone stays, whatever its size", () => {
  const pool = (bytes: number) => new ArrayBuffer(bytes);
  const marked = (memory: ArrayBuffer) => {
    markAsUntransferable(memory);
    return memory;
  };
  test.each([
    ["the first part of a pool", new Uint8Array(pool(65_536), 0, 20_000)],
    ["the last part of a pool", new Uint8Array(pool(65_536), 65_536 - 20_000)],
    ["more than a pool of Node 24", new Uint8Array(pool(1 << 20), 0, 300_000)],
    ["a pool that Node marked", new Uint8Array(marked(pool(65_536)), 0, 20_000)],
    ["memory of all threads", new Uint8Array(new SharedArrayBuffer(65_536))],
  ])("%s", (_, data) => {
    const [{ length }, { byteLength }] = [data, data.buffer];
    giveBack(data);
    expect([data.length, data.buffer.byteLength]).toEqual([length, byteLength]);
  });

  test("a whole that is marked is left to the next collection", () => {
    const data = new Uint8Array(marked(pool(65_536)));
    expect(() => giveBack(data)).not.toThrow();
  });

  // Node 24 has pools of 64 KiB; a program can set any size.
  test.each([8, 16, 64, 1024])("inflated members, with pools of %i KiB", async (kib) => {
    const before = Buffer.poolSize;
    Buffer.poolSize = kib * 1024;
    Buffer.from("a string that is longer than what is left of the pool".repeat(200)); // begins a new pool
    try {
      const sizes = [1000, 16_384, 20_000, 32_766, 32_767, 32_768, 65_535, 65_536, 500_000];
      for (const size of sizes) {
        const neighbour = Buffer.from("neighbour");
        const packed = deflateRawSync(Buffer.alloc(size, "x"));
        const data = inflateRawSync(packed, { chunkSize: size + 1, maxOutputLength: size });
        const pooled = data.buffer.byteLength !== size + 1;
        giveBack(data, size + 1);
        expect([size, data.length, neighbour.toString()]).toEqual([
          size,
          pooled || size < 16_384 ? size : 0,
          "neighbour",
        ]);
      }
    } finally {
      Buffer.poolSize = before;
    }
  });
});

test("data that is a part of memory which was asked for goes with it", () => {
  const data = Buffer.allocUnsafeSlow(100_001).subarray(0, 100_000);
  giveBack(data, 100_001);
  expect(data.length).toBe(0);
});
