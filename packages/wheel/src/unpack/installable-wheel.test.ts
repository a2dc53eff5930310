import { expect, test } from "vitest";
import type { UnpackedWheel } from "../inspect/unpacked-wheel.ts";
import { installableWheel } from "./installable-wheel.ts";

const digest = "a".repeat(43);

function wheel(paths: readonly string[]): UnpackedWheel {
  const folders = new Set<string>();
  for (const path of paths)
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
      folders.add(path.slice(0, slash));
  return {
    distInfo: "a-1.0.dist-info",
    name: "a",
    version: "1.0",
    rootIsPurelib: true,
    wheelTags: ["py3-none-any"],
    entryPoints: { console: [{ name: "a", module: "a", attribute: "main", extras: [] }], gui: [] },
    metadataText: "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Python: >=3.8\n",
    directories: [...folders].toSorted(),
    files: paths.map((path, index) => ({ path, sizeBytes: index, executable: index % 2 === 1, sha256: digest })),
    totalBytes: 7,
    archiveSha256: "0".repeat(64),
    caseCollisions: [],
    warnings: [],
  };
}

const foldersOf = (paths: readonly string[]) =>
  installableWheel(wheel(paths)).folders.map(({ path, files }) => [path, files.map((file) => file.path)]);

test("says what decides about a wheel, and its scripts", () => {
  expect(installableWheel(wheel(["a.py"]))).toMatchObject({
    kind: "wheel",
    name: "a",
    version: "1.0",
    requiresPython: ">=3.8",
    consoleScripts: [{ name: "a", module: "a" }],
    totalBytes: 7,
    sha256: "0".repeat(64),
  });
});

test("has the files folder by folder, parents before children", () => {
  const paths = ["a/b/y.py", "a.py", "a/x.py", "a-1.0.dist-info/METADATA"];
  expect(foldersOf(paths)).toEqual([
    ["", ["a.py"]],
    ["a", ["a/x.py"]],
    ["a-1.0.dist-info", ["a-1.0.dist-info/METADATA"]],
    ["a/b", ["a/b/y.py"]],
  ]);
  expect(installableWheel(wheel(paths)).topLevel).toEqual(["a", "a-1.0.dist-info"]);
});

test("sets apart what an installer writes itself, and scripts", () => {
  const paths = [
    "a.py",
    "a-1.0.data/scripts/tool",
    ...["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"].map((name) => `a-1.0.dist-info/${name}`),
  ];
  const { apart, record } = installableWheel(wheel(paths));
  expect(apart.map(({ path }) => path)).toEqual(paths.slice(1));
  expect(foldersOf(paths).flatMap(([, files]) => files)).toEqual(["a.py"]);
  expect(record).toBe(`a.py,sha256=${digest},0\n`);
});

test("keeps the rows of .data apart, without that folder", () => {
  expect(installableWheel(wheel(["a.py", "a-1.0.data/data/share/doc"]))).toMatchObject({
    topLevel: [],
    hasData: true,
    record: `a.py,sha256=${digest},0\n`,
    dataRecord: `data/share/doc,sha256=${digest},1\n`,
  });
});

test("writes RECORD rows as CSV: a path with a comma is quoted", () => {
  expect(installableWheel(wheel(['a,b".py'])).record).toBe(`"a,b"".py",sha256=${digest},0\n`);
});
