import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  hostileWheels,
  makeWheel,
  temporaryFolder,
  wheelFilename,
  wheelMetadata,
  type WheelSpec,
} from "@murre/test-kit";
import { afterAll, describe, expect, test } from "vitest";
import { createUnpacker, readWheelMetadata, type UnpackJob } from "../src/index.ts";

const plain: WheelSpec = { name: "x", version: "1.0", files: { "x.py": "one = 1\n", "data.bin": "\0".repeat(1000) } };
const filename = wheelFilename(plain);
const made = (change: Partial<WheelSpec> = {}): Promise<Buffer> => makeWheel({ ...plain, ...change });

/** RECORD with one column of the row of x.py replaced. */
const withRow = (change: { hash?: string; size?: string }) =>
  made({ record: (rows) => rows.map((row) => (row.path === "x.py" ? { ...row, ...change } : row)) });

/** A member that is streamed. */
const large = () => ({ "x.py": Buffer.alloc(9 * 1024 * 1024, "abcdefg"), "data.bin": "" });

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

const refused = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe.each(Object.entries(hostileWheels))("%s", (code, cases) => {
  test.each(cases)("is the error for $what", async ({ make, job }) => {
    const error = await refused(unpack(await make(), job));
    expect(error).toMatchObject({ code, problems: expect.arrayContaining([expect.objectContaining({ code })]) });
    expect((error as Error).message).toContain(code);
    expect((error as Error).message.length).toBeLessThan(20_000);
  });
});

/** What the directory tells is said at once; what it does not tell is said at the latest when the wheel is unpacked. */
test.each(["MURRE_NOT_A_ZIP", "MURRE_AMBIGUOUS_ARCHIVE", "MURRE_CORRUPT_ARCHIVE"])(
  "who reads METADATA only meets %s as well, or no error",
  async (code) => {
    const archives = await Promise.all(hostileWheels[code]!.filter(({ job }) => !job).map(({ make }) => make()));
    const codes = archives.map(async (archive) => {
      const read = (offset: number, length: number) => Promise.resolve(archive.subarray(offset, offset + length));
      const error = await refused(readWheelMetadata({ size: archive.length, read }, filename));
      return error === undefined ? code : (error as { code?: unknown }).code;
    });
    expect(new Set(await Promise.all(codes))).toEqual(new Set([code]));
  },
);

describe("MURRE_UNPACK_FAILED", () => {
  test.each([
    ["a destination", { destination: join(folder, "none") }],
    ["a wheel", { wheelPath: "/nowhere/x-1.0-py3-none-any.whl" }],
  ])("is the error for %s that is not there", async (_, job) => {
    expect(await refused(unpack(await made(), job))).toMatchObject({ code: "MURRE_UNPACK_FAILED" });
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
