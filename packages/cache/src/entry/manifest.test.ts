import type { UnpackedWheel } from "@murre/wheel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeManifest, encodeManifest } from "./manifest.ts";

const digest = "a".repeat(43);

function wheel(paths: readonly string[], over: Partial<UnpackedWheel> = {}): UnpackedWheel {
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
    ...over,
  };
}

describe("a manifest", () => {
  test("keeps what a link plan needs", () => {
    const { head, directories } = decodeManifest(
      encodeManifest(wheel(["a.py", "a/x.py", "a/b/y.py", "a-1.0.dist-info/METADATA"])),
    );
    expect(head).toMatchObject({ name: "a", version: "1.0", fileCount: 4, totalBytes: 7, requiresPython: ">=3.8" });
    expect(head).toMatchObject({ topLevel: ["a", "a-1.0.dist-info"], hasData: false });
    expect(directories).toEqual([
      { path: "", fileCount: 1 },
      { path: "a", fileCount: 1 },
      { path: "a-1.0.dist-info", fileCount: 1 },
      { path: "a/b", fileCount: 1 },
    ]);
  });

  test("names the files folder by folder, with size, digest and mode", () => {
    const manifest = decodeManifest(encodeManifest(wheel(["b/y.py", "a.py"])));
    expect(manifest.names).toEqual(["a.py", "y.py"]);
    expect(manifest.details()).toEqual([
      { path: "a.py", sizeBytes: 1, sha256: digest, executable: true },
      { path: "b/y.py", sizeBytes: 0, sha256: digest, executable: false },
    ]);
  });

  test("sets apart what an installer writes itself, and scripts", () => {
    const paths = [
      "a.py",
      "a-1.0.data/scripts/tool",
      ...["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"].map((name) => `a-1.0.dist-info/${name}`),
    ];
    const manifest = decodeManifest(encodeManifest(wheel(paths)));
    expect(manifest.names).toEqual(["a.py"]);
    expect(manifest.head.apart.map(({ path }) => path)).toEqual(paths.slice(1));
    expect(manifest.recordBytes.toString()).toBe(`a.py,sha256=${digest},0\n`);
  });

  test("keeps the rows of .data apart, without that folder", () => {
    const manifest = decodeManifest(encodeManifest(wheel(["a.py", "a-1.0.data/data/share/doc"])));
    expect(manifest.head).toMatchObject({ topLevel: [], hasData: true });
    expect(manifest.recordBytes.toString()).toBe(`a.py,sha256=${digest},0\n`);
    expect(manifest.dataRecord).toBe(`data/share/doc,sha256=${digest},1\n`);
  });

  test("writes RECORD rows as CSV: a path with a comma is quoted", () => {
    const manifest = decodeManifest(encodeManifest(wheel(['a,b".py'])));
    expect(manifest.recordBytes.toString()).toBe(`"a,b"".py",sha256=${digest},0\n`);
  });

  const part = fc.stringMatching(/^[a-zA-Z0-9 _.,"é\n-]{1,8}$/).filter((text) => text !== "." && text !== "..");
  test("decodes to the same files, whatever their names hold", () => {
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const found = decodeManifest(encodeManifest(wheel(paths)))
          .details()
          .map(({ path }) => path);
        expect(found.toSorted()).toEqual(paths.toSorted());
      }),
    );
  });
});

describe("a manifest that cannot be read is an error with a code, and no partial answer", () => {
  const whole = encodeManifest(wheel(["a.py"]));
  test.each([
    ["empty", Buffer.alloc(0)],
    ["cut short", whole.subarray(0, whole.length - 3)],
    ["longer than it says", Buffer.concat([whole, Buffer.from("x")])],
    ["of another format", Buffer.from(whole.toString().replace('"format":1', '"format":9'))],
    ["no JSON", Buffer.from("nothing\n")],
  ])("%s", (_, bytes) => {
    expect(() => decodeManifest(bytes)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_MANIFEST" }));
  });
});
