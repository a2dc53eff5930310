import { expect, test } from "vitest";
import { counted, formatBytes, formatDuration } from "./format.ts";

test.each([
  [0.4, "0ms"],
  [999, "999ms"],
  [1000, "1.00s"],
  [61_500, "1m 01s"],
])("%d ms is shown as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [900, "900 B"],
  [1536, "1.5 KiB"],
  [3 * 1024 ** 3, "3.0 GiB"],
])("%d bytes are shown as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("a count agrees with its noun", () =>
  expect([counted(1, "file"), counted(2, "file")]).toEqual(["1 file", "2 files"]));
