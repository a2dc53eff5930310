import * as fc from "fast-check";
import { expect, test } from "vitest";
import { quickName } from "./quick-name.ts";

test("texts that differ in one place, in their order or in their length have names of their own", () => {
  const base = JSON.stringify([
    ["pip", "list"],
    "/home/u",
    [
      ["PATH", "/usr/bin:/bin"],
      ["LANG", "C"],
    ],
  ]);
  const texts = new Set(["", "\0", "\0\0", base]);
  for (let at = 0; at < base.length; at++) {
    for (const sign of "ab 0\u00e9\u{1f600}") texts.add(base.slice(0, at) + sign + base.slice(at + 1));
    texts.add(base.slice(0, at) + base.slice(at + 1));
    texts.add(base.slice(at) + base.slice(0, at));
  }
  for (let n = 0; n < 200_000; n++) texts.add(`${n}`);
  const names = new Set([...texts].map(quickName));
  expect(names.size).toBe(texts.size);
});

test("every half of a name tells texts apart, so that the whole has no weak part", () => {
  const texts = Array.from({ length: 50_000 }, (_, n) => `["pip","list"]${n.toString(36)}`);
  for (const half of [0, 16])
    expect(new Set(texts.map((text) => quickName(text).slice(half, half + 16))).size).toBe(50_000);
});

test("is 32 hexadecimal digits, and the same each time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(quickName(text)).toMatch(/^[0-9a-f]{32}$/);
      expect(quickName(text)).toBe(quickName(text));
    }),
  );
});
