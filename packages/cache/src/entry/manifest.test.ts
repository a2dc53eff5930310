import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demoWheel } from "../demo-wheel.test.data.ts";
import { describeArchive, type ArchiveManifest } from "./archive-manifest.ts";
import { decodeManifest, decodeWheelManifest, encodeManifest, filesOf } from "./manifest.ts";
import { MANIFEST_FORMAT } from "./manifest-head.ts";
import type { WheelContents } from "./wheel-manifest.ts";

const digest = "a".repeat(43);

/** A wheel of files at these paths. */
function wheel(paths: readonly string[], over: Partial<WheelContents> = {}): WheelContents {
  const folders = new Map<string, WheelContents["folders"][number]["files"][number][]>([["", []]]);
  for (const [index, path] of paths.entries()) {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.set(path.slice(0, slash), folders.get(path.slice(0, slash)) ?? []);
    const folder = folders.get(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
    folder?.push({ path, sizeBytes: index, executable: index % 2 === 1, sha256: digest });
  }
  return {
    ...demoWheel(
      "a",
      [...folders].map(([path, files]) => ({ path, files })),
    ),
    ...over,
  };
}

describe("the manifest of a wheel", () => {
  test("keeps what a link plan needs", () => {
    const contents = wheel(["a.py", "a/x.py", "a/b/y.py"], { topLevel: ["a"], record: "r", dataRecord: "d" });
    const { head, directories, recordBytes, dataRecord } = decodeWheelManifest(encodeManifest(contents));
    expect(head).toMatchObject({ name: "a", version: "1.0", fileCount: 3, totalBytes: 3, requiresPython: ">=3.8" });
    expect(head).toMatchObject({ topLevel: ["a"], consoleScripts: contents.consoleScripts });
    expect(directories).toEqual([
      { path: "", fileCount: 1 },
      { path: "a", fileCount: 1 },
      { path: "a/b", fileCount: 1 },
    ]);
    expect([recordBytes.toString(), dataRecord]).toEqual(["r", "d"]);
  });

  test("names the files folder by folder, with size, digest and mode", () => {
    const apart = [{ path: "a-1.0.dist-info/RECORD", sizeBytes: 3, sha256: digest, executable: false }];
    const manifest = decodeWheelManifest(encodeManifest(wheel(["b/y.py", "a.py"], { apart })));
    const linked = [
      { path: "a.py", sizeBytes: 1, sha256: digest, executable: true },
      { path: "b/y.py", sizeBytes: 0, sha256: digest, executable: false },
    ];
    expect(manifest.names).toEqual(["a.py", "y.py"]);
    expect(manifest.details()).toEqual(linked);
    expect(filesOf(manifest)).toEqual([...linked, ...apart]);
  });

  const part = fc.stringMatching(/^[a-zA-Z0-9 _.,"é\n-]{1,8}$/).filter((text) => text !== "." && text !== "..");
  test("decodes to the same files, whatever their names hold", () => {
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const found = filesOf(decodeManifest(encodeManifest(wheel(paths)))).map((file) => file.path);
        expect(found.toSorted()).toEqual(paths.toSorted());
      }),
    );
  });
});

const archive: ArchiveManifest = {
  kind: "archive",
  filename: "demo-1.0.tar.gz",
  project: "demo",
  version: "1.0",
  sizeBytes: 9,
  sha256: "0a".repeat(32),
};

describe("the manifest of an archive", () => {
  const { version: _, ...unversioned } = archive;
  test.each<[string, ArchiveManifest]>([
    ["a source distribution", archive],
    ["one whose filename says no version", { ...unversioned, filename: "main.zip" }],
    ["one with a space and letters of its own", { ...archive, filename: "dé mo.zip", version: "1!2.0rc1" }],
    ["an empty file", { ...archive, sizeBytes: 0 }],
  ])("%s comes back as it was", (_case, contents) => {
    const manifest = decodeManifest(encodeManifest(contents));
    expect(manifest).toEqual(contents);
    const sha256 = Buffer.from(contents.sha256, "hex").toString("base64url");
    expect(filesOf(manifest)).toEqual([
      { path: contents.filename, sizeBytes: contents.sizeBytes, executable: false, sha256 },
    ]);
  });

  test("is none of a wheel's", () => {
    expect(() => decodeWheelManifest(encodeManifest(archive))).toThrow(/demo-1\.0\.tar\.gz/);
  });

  test("of an earlier murre, which wrote the version 0 for all of them, says none", () => {
    const { head, sections } = describeArchive({ ...archive, version: "0" });
    const written = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...sections]);
    expect(decodeManifest(written)).toEqual(unversioned);
  });

  test.each([
    ["two files", [{ path: "", files: ["a", "b"] }]],
    ["none", [{ path: "", files: [] }]],
    [
      "one in a folder",
      [
        { path: "", files: [] },
        { path: "a", files: ["a/b"] },
      ],
    ],
  ])("of %s is damaged", (_case, folders) => {
    const file = (path: string) => ({ path, sizeBytes: 1, sha256: digest, executable: false });
    const held = folders.map(({ path, files }) => ({ path, files: files.map(file) }));
    const contents = { ...demoWheel("demo", held), distInfo: "sdist.dist-info" };
    expect(() => decodeManifest(encodeManifest(contents))).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_MANIFEST" }),
    );
  });
});

describe.each([
  ["wheel", encodeManifest(wheel(["a.py"]))],
  ["archive", encodeManifest(archive)],
])("a manifest of a %s that cannot be read is an error with a code, and no partial answer", (_kind, whole) => {
  test.each([
    ["empty", Buffer.alloc(0)],
    ["cut short", whole.subarray(0, whole.length - 3)],
    ["longer than it says", Buffer.concat([whole, Buffer.from("x")])],
    ["of another format", Buffer.from(whole.toString().replace(`"format":${MANIFEST_FORMAT}`, '"format":999'))],
    ["no JSON", Buffer.from("nothing\n")],
  ])("%s", (_case, bytes) => {
    expect(() => decodeManifest(bytes)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_MANIFEST" }));
  });
});
