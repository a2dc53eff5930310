import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { giveBack } from "./give-back.ts";

test("large data is gone at once, and its memory with it", async () => {
  await setImmediate();
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
