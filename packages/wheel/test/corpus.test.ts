import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  corruptMember,
  makeWheel,
  makeZip,
  memberPlaces,
  patchMember,
  temporaryFolder,
  wheelFilename,
  wheelMetadata,
  type WheelSpec,
  type ZipForm,
} from "@murre/test-kit";
import { afterAll, describe, expect, test } from "vitest";
import { createUnpacker, type UnpackJob } from "../src/index.ts";

const plain: WheelSpec = { name: "x", version: "1.0", files: { "x.py": "one = 1\n", "data.bin": "\0".repeat(1000) } };
const filename = wheelFilename(plain);
const made = (change: Partial<WheelSpec> = {}): Promise<Buffer> => makeWheel({ ...plain, ...change });

/** RECORD with one column of the row of x.py replaced. */
const withRow = (change: { hash?: string; size?: string }) =>
  made({ record: (rows) => rows.map((row) => (row.path === "x.py" ? { ...row, ...change } : row)) });

/** RECORD without sizes, so that those of the headers are all there is. */
const withoutSizes = (files = plain.files!, zip: ZipForm = {}) =>
  made({ files, zip, record: (rows) => rows.map((row) => ({ ...row, size: "" })) });

/** A member that is streamed. */
const large = () => ({ "x.py": Buffer.alloc(9 * 1024 * 1024, "abcdefg"), "data.bin": "" });

/** RECORD as it would be for a member of that name, the member patched to it. */
async function renamed(to: string): Promise<Buffer> {
  const from = "q".repeat(Buffer.byteLength(to));
  const files = { [from]: "content" };
  const record = (rows: readonly { path: string; hash: string; size: string }[]) =>
    rows.map((row) => (row.path === from ? { ...row, path: to } : row));
  return patchMember(await makeWheel({ ...plain, files, record }), from, { name: to });
}

type Case = readonly [what: string, archive: () => Promise<Buffer> | Buffer, job?: Partial<UnpackJob>];

const corpus: Readonly<Record<string, readonly Case[]>> = {
  MURRE_NOT_A_ZIP: [
    ["an empty file", () => Buffer.alloc(0)],
    ["a text file", () => Buffer.from("<html>not found</html>")],
    ["an archive cut in the middle", async () => (await made()).subarray(0, 700)],
    ["an archive without its last byte", async () => (await made()).subarray(0, -1)],
    ["a damaged central directory", async () => damagedDirectory(await made())],
  ],
  MURRE_HASH_MISMATCH: [
    ["another sha256 than expected", () => made(), { expectedHashes: { sha256: "0".repeat(64) } }],
    ["one wrong hash of several", async () => made(), { expectedHashes: { md5: "0".repeat(32) } }],
    ["a text file with another hash", () => Buffer.from("hello"), { expectedHashes: { sha256: "0".repeat(64) } }],
  ],
  MURRE_UNSAFE_PATH: [
    ["a path that leaves the folder", () => renamed("../evil.py")],
    ["a path with .. inside", () => renamed("a/../../evil.py")],
    ["an absolute path", () => renamed("/etc/evil")],
    ["a backslash", () => renamed("..\\evil.py")],
    ["a drive letter", () => renamed("C:/evil.py")],
    ["a NUL", () => renamed("x.py\0.txt")],
    [
      "a name that is not UTF-8",
      async () => patchMember(await made(), "x.py", { name: Buffer.from("\xff.py", "latin1") }),
    ],
    ["a symbolic link", async () => patchMember(await made(), "x.py", { unixMode: 0o120777 })],
    ["a device", async () => patchMember(await made(), "x.py", { unixMode: 0o060666 })],
    ["a name that Windows reserves, on Windows", () => made({ files: { "aux.py": "" } }), { platform: "win32" }],
    ["names that differ in case, on macOS", () => made({ files: { "A.py": "", "a.py": "" } }), { platform: "darwin" }],
    ["a script that leaves its folder", () => made({ entryPoints: { console_scripts: { "../sh": "x:main" } } })],
    ["a script with the name ..", () => made({ entryPoints: { gui_scripts: { "..": "x:main" } } })],
  ],
  MURRE_ARCHIVE_TOO_LARGE: [
    ["too many bytes", () => made(), { limits: { maxTotalBytes: 1000 } }],
    [
      "a METADATA that no memory should hold",
      async () => patchMember(await withoutSizes(), "x-1.0.dist-info/METADATA", { uncompressedSize: 2 ** 27 + 1 }),
    ],
    ["too many entries", () => made(), { limits: { maxEntries: 4 } }],
    [
      "a size claimed above the limit",
      async () => patchMember(await made(), "data.bin", { uncompressedSize: 0xfffffffe }),
      { limits: { maxTotalBytes: 2 ** 31 } },
    ],
    ["a ratio above the limit", async () => patchMember(await made(), "data.bin", { uncompressedSize: 2 ** 29 })],
  ],
  MURRE_UNSUPPORTED_WHEEL: [
    ["Wheel-Version 2.0", () => made({ wheel: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" })],
    ["an encrypted member", async () => patchMember(await made(), "x.py", { setFlags: 1 })],
    ["a member compressed by bzip2", async () => patchMember(await made(), "x.py", { compressionMethod: 12 })],
    ["an expected hash by an unknown algorithm", () => made(), { expectedHashes: { crc7: "00" } }],
  ],
  MURRE_CORRUPT_ARCHIVE: [
    ["a wrong CRC-32", async () => patchMember(await made(), "x.py", { crc32: 1 })],
    [
      "a smaller size than the data has",
      async () => patchMember(await withoutSizes(), "data.bin", { uncompressedSize: 999 }),
    ],
    [
      "a larger size than the data has",
      async () => patchMember(await withoutSizes(), "data.bin", { uncompressedSize: 1001 }),
    ],
    [
      "a large member that is shorter than its size",
      async () => patchMember(await withoutSizes(large()), "x.py", { uncompressedSize: 9_500_000 }),
    ],
    [
      "a large member that is longer than its size",
      async () => patchMember(await withoutSizes(large()), "x.py", { uncompressedSize: 9_000_000 }),
    ],
    ["a large member with a wrong CRC-32", async () => patchMember(await withoutSizes(large()), "x.py", { crc32: 1 })],
    ["a large member with damaged data", async () => corruptMember(await withoutSizes(large()), "x.py")],
    ["damaged compressed data", async () => corruptMember(await made(), "x-1.0.dist-info/METADATA")],
    [
      "a stored member with two sizes",
      async () => patchMember(await withoutSizes(undefined, { stored: true }), "data.bin", { uncompressedSize: 999 }),
    ],
    ["a local header with another name", async () => otherLocalName(await made())],
    ["a local header that is not there", async () => patchMember(await made(), "data.bin", { localHeaderOffset: 1 })],
    ["two members in one place", async () => overlapping(await made())],
    ["a member beyond the end", async () => patchMember(await made(), "x.py", { compressedSize: 10_000_000 })],
  ],
  MURRE_INVALID_WHEEL: [
    ["a filename that is none of a wheel", () => made(), { filename: "x.zip" }],
    ["no dist-info folder", () => makeZip([{ path: "x.py", data: Buffer.from("1"), executable: false }])],
    ["two dist-info folders", () => made({ files: { "y-1.0.dist-info/METADATA": "" } })],
    ["the dist-info folder of another project", () => made({ distInfo: "y-1.0.dist-info" })],
    ["the dist-info folder of another version", () => made({ distInfo: "x-1.1.dist-info" })],
    ["no METADATA", () => made({ metadata: null })],
    ["no WHEEL", () => made({ wheel: null })],
    ["no RECORD", () => made({ record: null })],
    ["METADATA of another project", () => made({ metadata: "Metadata-Version: 2.1\nName: y\nVersion: 1.0\n" })],
    ["METADATA of another version", () => made({ metadata: "Metadata-Version: 2.1\nName: x\nVersion: 2\n" })],
    ["one path twice", () => made({ unlisted: [["x.py", "two = 2\n"]] })],
    [
      // The two words have one CRC-32.
      "one path twice, with one checksum and different bytes",
      () => made({ files: { "x.py": "plumless" }, unlisted: [["x.py", "buckeroo"]] }),
    ],
    ["a file that is a folder as well", () => made({ files: { a: "1", "a/b": "2" } })],
  ],
  MURRE_INVALID_METADATA: [
    ["an empty METADATA", () => made({ metadata: "" })],
    ["METADATA without a name", () => made({ metadata: "Metadata-Version: 2.1\nVersion: 1.0\n" })],
    ["METADATA of a later major version", () => made({ metadata: "Metadata-Version: 3.0\nName: x\nVersion: 1.0\n" })],
    ["WHEEL without Wheel-Version", () => made({ wheel: "Tag: py3-none-any\n" })],
    [
      "METADATA that is not UTF-8",
      () => made({ metadata: null, files: { "x-1.0.dist-info/METADATA": Buffer.from("Name: \xfc", "latin1") } }),
    ],
  ],
  MURRE_INVALID_RECORD: [
    [
      "a RECORD that is not UTF-8",
      () => made({ record: null, unlisted: [["x-1.0.dist-info/RECORD", Buffer.from("caf\xe9.py,,\n", "latin1")]] }),
    ],
  ],
  MURRE_INVALID_ENTRY_POINTS: [
    ["a line without a reference", () => made({ entryPoints: { console_scripts: { tool: "" } } })],
    ["a script without a function", () => made({ entryPoints: { console_scripts: { tool: "x.cli" } } })],
  ],
  MURRE_UNPACK_FAILED: [
    ["a destination that is not there", () => made(), { destination: join(temporaryFolder(), "none") }],
    ["a wheel that is not there", () => made(), { wheelPath: "/nowhere/x-1.0-py3-none-any.whl" }],
  ],
};

function damagedDirectory(archive: Buffer): Buffer {
  archive.writeUInt32LE(0xdeadbeef, memberPlaces(archive)[2]!.central);
  return archive;
}

function otherLocalName(archive: Buffer): Buffer {
  archive.write("y", memberPlaces(archive)[0]!.local + 30, "latin1");
  return archive;
}

function overlapping(archive: Buffer): Buffer {
  const [first] = memberPlaces(archive);
  return patchMember(archive, "data.bin", { localHeaderOffset: first!.local, centralOnly: true });
}

const folder = temporaryFolder("corpus");
const unpacker = createUnpacker({ workers: 1 });
afterAll(() => unpacker.close());

let count = 0;
async function unpack(archive: Buffer, job: Partial<UnpackJob> = {}) {
  const place = join(folder, String(count++));
  mkdirSync(join(place, "out"), { recursive: true });
  const wheelPath = join(place, filename);
  writeFileSync(wheelPath, archive);
  return unpacker.unpack({ wheelPath, destination: join(place, "out"), ...job });
}

describe.each(Object.entries(corpus))("%s", (code, cases) => {
  const named = cases.map(([what, archive, job]) => ({ what, archive, job }));
  test.each(named)("is the error for $what", async ({ archive, job }) => {
    const error = await unpack(await archive(), job).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code, problems: expect.arrayContaining([expect.objectContaining({ code })]) });
    expect((error as Error).message).toContain(code);
  });
});

describe("legal forms that are rare", () => {
  test.each<[string, Partial<WheelSpec>]>([
    ["members that are not compressed", { zip: { stored: true } }],
    ["zip64 fields", { zip: { zip64: true } }],
    ["sizes behind the data", { zip: { dataDescriptors: true } }],
    ["entries for folders", { zip: { folderEntries: true }, files: { "a/b/c.py": "" } }],
    ["empty files", { files: { "x.py": "", "y/__init__.py": "" } }],
    ["names outside ASCII", { files: { "ü/ñ.txt": "ß", 'a,"b".txt': "quoted" } }],
    ["a large member", { files: large() }],
    ["a large member that is not compressed", { files: large(), zip: { stored: true } }],
    [
      "signatures that RECORD does not list",
      {
        unlisted: [
          ["x-1.0.dist-info/RECORD.jws", "{}"],
          ["x-1.0.dist-info/RECORD.p7s", ""],
        ],
      },
    ],
    ["one path twice, with the same bytes", { unlisted: [["x.py", "one = 1\n"]] }],
    ["a large member twice", { files: large(), unlisted: [["x.py", large()["x.py"]]] }],
    ["METADATA thrice", { unlisted: [1, 2].map(() => ["x-1.0.dist-info/METADATA", wheelMetadata(plain)] as const) }],
    ["a RECORD that does not list itself", { record: (rows) => rows.slice(0, -1) }],
  ])("%s are unpacked whole", async (_, change) => {
    const spec = { ...plain, ...change };
    const wheel = await unpack(await makeWheel(spec));
    for (const [path, content] of Object.entries(spec.files!)) {
      const data = Buffer.from(content as string | Buffer);
      const sha256 = createHash("sha256").update(data).digest("base64url");
      expect(wheel.files).toContainEqual({ path, sizeBytes: data.length, executable: false, sha256 });
    }
    expect(wheel.recordProblems).toBeUndefined();
    const onDisk = readdirSync(join(folder, String(count - 1), "out"), { recursive: true, withFileTypes: true });
    expect(onDisk.filter((entry) => entry.isFile())).toHaveLength(wheel.files.length);
  });

  test("a newer minor Wheel-Version is a warning", async () => {
    const wheel = await unpack(await made({ wheel: "Wheel-Version: 1.7\nRoot-Is-Purelib: true\nTag: py3-none-any\n" }));
    expect(wheel.warnings).toEqual(["Wheel-Version 1.7 is newer than the known 1.0"]);
  });

  test.each(["sha384", "sha512"])("RECORD may use %s; the result has sha256 all the same", async (algorithm) => {
    const digest = createHash(algorithm).update("one = 1\n").digest("base64url");
    const wheel = await unpack(await withRow({ hash: `${algorithm}=${digest}` }));
    const sha256 = createHash("sha256").update("one = 1\n").digest("base64url");
    expect(wheel.files).toContainEqual({ path: "x.py", sizeBytes: 8, executable: false, sha256 });
  });

  test("RECORD may have digests in hexadecimal, as some builders write them", async () => {
    const digest = createHash("sha256").update("one = 1\n").digest("hex");
    expect((await unpack(await withRow({ hash: `sha256=${digest}` }))).files).toHaveLength(5);
  });

  test("all problems of one archive are in one error", async () => {
    const archive = await made({ metadata: null, wheel: "Wheel-Version: 2.0\n" });
    await expect(unpack(archive)).rejects.toMatchObject({
      code: "MURRE_UNSUPPORTED_WHEEL",
      problems: [{ code: "MURRE_UNSUPPORTED_WHEEL" }, { code: "MURRE_INVALID_WHEEL" }],
    });
  });

  test("nothing is written when the checks before the data fail", async () => {
    await expect(unpack(await made({ wheel: null }))).rejects.toThrow("has no x-1.0.dist-info/WHEEL");
    expect(readdirSync(join(folder, String(count - 1), "out"))).toEqual([]);
  });
});
