import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "@murre/test-kit";
import { demoWheel } from "../demo-wheel.test.data.ts";
import { decodeWheelManifest, encodeManifest, readManifest } from "./manifest.ts";
import type { WheelContents, WheelManifest } from "./wheel-manifest.ts";

/** Of so many files, each with some 100 bytes in the manifest. */
function written(count: number, head: Partial<WheelContents> = {}) {
  const files = [...Array(count).keys()].map((number) => ({
    path: `pkg/${number}ü.py`,
    sizeBytes: number,
    executable: number % 2 === 1,
    sha256: "x".repeat(43),
  }));
  const folders = [
    { path: "", files: [] },
    { path: "pkg", files },
  ];
  const record = files.map(({ path }) => `${path},sha256=abc,1\n`).join("");
  const bytes = encodeManifest({ ...demoWheel("demo", folders), record, dataRecord: "share/x,,\n", ...head });
  const path = `${temporaryFolder("read-manifest")}/manifest`;
  writeFileSync(path, bytes);
  return { bytes, path };
}

const shown = (manifest: WheelManifest) => ({
  head: manifest.head,
  directories: manifest.directories,
  names: manifest.names,
  record: manifest.recordBytes.toString(),
  dataRecord: manifest.dataRecord,
  details: manifest.details(),
});

describe("a manifest that is read from its file", () => {
  const script = { name: "tool", module: "a.b.c.d.e.f.g", extras: [] };
  test.each<[string, number, Partial<WheelContents>]>([
    ["of no files", 0, {}],
    ["of few", 3, {}],
    ["of so many that a part is read later", 5000, {}],
    ["whose names alone are longer than what is read at once", 20_000, {}],
    [
      "whose head is longer than what is read at once",
      10,
      { consoleScripts: Array.from({ length: 4000 }, () => script) },
    ],
  ])("%s says what its bytes say", (_, count, head) => {
    const { bytes, path } = written(count, head);
    expect(shown(readManifest(path) as WheelManifest)).toEqual(shown(decodeWheelManifest(bytes)));
  });

  test.each<[string, (path: string) => void]>([
    ["cut short", (path) => truncateSync(path, 300_000)],
    ["longer than it says", (path) => appendFileSync(path, "x")],
    ["with no end of its head", (path) => writeFileSync(path, "x".repeat(300_000))],
  ])("and is %s is an error with a code", (_, damage) => {
    const { path } = written(5000);
    damage(path);
    expect(() => readManifest(path)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_MANIFEST" }));
  });

  test("and is cut off before its rows were asked for is one when they are", () => {
    const { path } = written(5000);
    const manifest = readManifest(path) as WheelManifest;
    truncateSync(path, 200_000);
    expect(() => manifest.details()).toThrow(expect.objectContaining({ code: "MURRE_INVALID_MANIFEST" }));
  });
});
