import { describe, expect, test } from "vitest";
import { decodeWheelManifest, encodeManifest } from "./manifest.ts";

const file = (path: string) => ({ path, sizeBytes: 1, sha256: "x".repeat(43), executable: false });

const manifest = () =>
  decodeWheelManifest(
    encodeManifest({
      kind: "wheel",
      sha256: "0".repeat(64),
      name: "a",
      version: "1.0",
      distInfo: "a-1.0.dist-info",
      rootIsPurelib: true,
      consoleScripts: [],
      guiScripts: [],
      totalBytes: 4,
      topLevel: ["a"],
      hasData: false,
      apart: [],
      folders: [
        { path: "", files: ["a.py", "ä.py"].map(file) },
        { path: "a", files: ["a/x.py"].map(file) },
        { path: "a/.state", files: ["a/.state/y"].map(file) },
      ],
      record: "",
      dataRecord: "",
    }),
  );

describe("the names of some files are those of all", () => {
  test.each([
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 4],
    [1, 2],
    [2, 2],
    [3, 1],
  ])("from the one of index %i on, %i of them", (firstFile, fileCount) => {
    const expected = manifest().names.slice(firstFile, firstFile + fileCount);
    expect(expected).toHaveLength(fileCount);
    expect(manifest().namesOf({ firstFile, fileCount })).toEqual(expected);
    const decoded = manifest();
    expect(decoded.names).toEqual(["a.py", "ä.py", "x.py", "y"]);
    expect(decoded.namesOf({ firstFile, fileCount })).toEqual(expected);
  });
});

test("what stands in a folder's path is found, what stands in a file's name is not", () => {
  const texts = [".state", "a/.st", "a.py", "y"];
  expect(texts.map((text) => manifest().hasFolderWith(text))).toEqual([true, true, false, false]);
});
