import { createHash } from "node:crypto";
import { hostileZips, type HostileArchive, type HostileJob } from "./hostile-zips.ts";
import { makeWheel } from "./make-wheel.ts";
import { corruptMember, patchMember } from "./patch-zip.ts";
import { rawZip, type RawZipMember } from "./raw-zip.ts";
import { wheelFilename, type WheelSpec, type ZipForm } from "./wheel-spec.ts";

const plain: WheelSpec = { name: "x", version: "1.0", files: { "x.py": "one = 1\n", "data.bin": "\0".repeat(1000) } };
const made = (change: Partial<WheelSpec> = {}): Promise<Buffer> => makeWheel({ ...plain, ...change });
const distInfo = "x-1.0.dist-info";

/** The filename that all of {@link hostileWheels} have. */
export const hostileWheelName = wheelFilename(plain);

/** RECORD without sizes, so that those of the headers are all there is. */
const withoutSizes = (files = plain.files!, zip: ZipForm = {}) =>
  made({ files, zip, record: (rows) => rows.map((row) => ({ ...row, size: "" })) });

/** A member that is streamed. */
const large = () => ({ "x.py": Buffer.alloc(9 * 1024 * 1024, "abcdefg"), "data.bin": "" });

/** The members of an honest wheel, for archives that no writer makes. */
const members: readonly RawZipMember[] = withRecord([
  { name: "x.py", data: "one = 1\n" },
  { name: `${distInfo}/METADATA`, data: "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n" },
  { name: `${distInfo}/WHEEL`, data: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" },
]);

function withRecord(files: readonly RawZipMember[]): RawZipMember[] {
  const rows = files.map(({ name, data }) => {
    const hash = createHash("sha256")
      .update(data ?? "")
      .digest("base64url");
    return `${name as string},sha256=${hash},${data?.length}\n`;
  });
  return [...files, { name: `${distInfo}/RECORD`, data: `${rows.join("")}${distInfo}/RECORD,,\n` }];
}

const zips = hostileZips(members);

function row(what: string, make: HostileArchive["make"], job?: HostileJob): HostileArchive {
  return job === undefined ? { what, make } : { what, make, job };
}

const scripts = (what: string, name: string, reference = "x:main"): HostileArchive =>
  row(what, () => made({ entryPoints: { console_scripts: { [name]: reference } } }));

const file = (what: string, name: string): HostileArchive =>
  row(what, () => rawZip(withRecord([{ name, data: "evil\n" }, ...members.slice(0, -1)])));

/**
 * Wheels that are to be refused, by the code of the error; all are called {@link hostileWheelName}, in which
 * nothing but the archive is hostile.
 */
export const hostileWheels: Readonly<Record<string, readonly HostileArchive[]>> = {
  ...zips,
  MURRE_HASH_MISMATCH: [
    row("another sha256 than expected", () => made(), { expectedHashes: { sha256: "0".repeat(64) } }),
    row("one wrong hash of several", () => made(), { expectedHashes: { md5: "0".repeat(32) } }),
    row("a text file with another hash", () => Buffer.from("hello"), { expectedHashes: { sha256: "0".repeat(64) } }),
  ],
  MURRE_UNSAFE_PATH: [
    ...zips.MURRE_UNSAFE_PATH,
    ...["scripts/../../../evil", "data/../../../../evil", "purelib/../../evil", "headers//evil"].map((path) =>
      file(`the path ${path} in the data folder`, `x-1.0.data/${path}`),
    ),
    file("a data folder of another spelling that is left", "X-1.0.0.data/data/../../../evil"),
    row("a name that Windows reserves, on Windows", () => made({ files: { "aux.py": "" } }), { platform: "win32" }),
    row("a stream of a file, on Windows", () => made({ files: { "x.py:evil": "" } }), { platform: "win32" }),
    ...["darwin", "win32"].flatMap((platform) => [
      row(`names that differ in case, on ${platform}`, () => made({ files: { "A.py": "", "a.py": "" } }), { platform }),
      row(`names that differ in form, on ${platform}`, () => made({ files: { "\u00e9.py": "", "e\u0301.py": "" } }), {
        platform,
      }),
    ]),
    scripts("a script that leaves its folder", "../sh"),
    scripts("a script in a folder", "bin/sh"),
    scripts("a script with a backslash", "..\\sh"),
    scripts("a script with an escape sequence", "sh\u001b[2J"),
    scripts("a script with a name of 256 bytes", "s".repeat(256)),
    row("a script with the name ..", () => made({ entryPoints: { gui_scripts: { "..": "x:main" } } })),
  ],
  MURRE_ARCHIVE_TOO_LARGE: [
    ...zips.MURRE_ARCHIVE_TOO_LARGE,
    row("too many bytes", () => made(), { limits: { maxTotalBytes: 1000 } }),
    row("too many entries", () => made(), { limits: { maxEntries: 4 } }),
    row("a METADATA that no memory should hold", async () =>
      patchMember(await withoutSizes(), `${distInfo}/METADATA`, { uncompressedSize: 2 ** 27 + 1 }),
    ),
    row(
      "a size claimed above the limit",
      async () => patchMember(await made(), "data.bin", { uncompressedSize: 0xfffffffe }),
      { limits: { maxTotalBytes: 2 ** 31 } },
    ),
  ],
  MURRE_UNSUPPORTED_WHEEL: [
    ...zips.MURRE_UNSUPPORTED_WHEEL,
    row("Wheel-Version 2.0", () => made({ wheel: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" })),
    row("an expected hash by an unknown algorithm", () => made(), { expectedHashes: { crc7: "00" } }),
  ],
  MURRE_CORRUPT_ARCHIVE: [
    ...zips.MURRE_CORRUPT_ARCHIVE,
    row("a large member that is shorter than its size", async () =>
      patchMember(await withoutSizes(large()), "x.py", { uncompressedSize: 9_500_000 }),
    ),
    row("a large member that is longer than its size", async () =>
      patchMember(await withoutSizes(large()), "x.py", { uncompressedSize: 9_000_000 }),
    ),
    row("a large member with a wrong CRC-32", async () =>
      patchMember(await withoutSizes(large()), "x.py", { crc32: 1 }),
    ),
    row("a large member with damaged data", async () => corruptMember(await withoutSizes(large()), "x.py")),
    row("damaged compressed data", async () => corruptMember(await made(), `${distInfo}/METADATA`)),
  ],
  MURRE_INVALID_WHEEL: [
    row("a filename that is none of a wheel", () => made(), { filename: "x.zip" }),
    row("no dist-info folder", () => rawZip([members[0]!])),
    row("two dist-info folders", () => made({ files: { "y-1.0.dist-info/METADATA": "" } })),
    row("the dist-info folder of another project", () => made({ distInfo: "y-1.0.dist-info" })),
    row("the dist-info folder of another version", () => made({ distInfo: "x-1.1.dist-info" })),
    row("a dist-info folder below another one", () => made({ distInfo: "sub/x-1.0.dist-info" })),
    row("no METADATA", () => made({ metadata: null })),
    row("no WHEEL", () => made({ wheel: null })),
    row("no RECORD", () => made({ record: null })),
    row("METADATA of another project", () => made({ metadata: "Metadata-Version: 2.1\nName: y\nVersion: 1.0\n" })),
    row("METADATA of another version", () => made({ metadata: "Metadata-Version: 2.1\nName: x\nVersion: 2\n" })),
    row("one path twice", () => made({ unlisted: [["x.py", "two = 2\n"]] })),
    row("one path twice, of which one is executable", () =>
      made({ unlisted: [["x.py", { data: "one = 1\n", executable: true }]] }),
    ),
    // The two words have one CRC-32.
    row("one path twice, with one checksum and different bytes", () =>
      made({ files: { "x.py": "plumless" }, unlisted: [["x.py", "buckeroo"]] }),
    ),
    row("METADATA twice", () => made({ unlisted: [[`${distInfo}/METADATA`, "Name: y\n"]] })),
    row("a file that is a folder as well", () => made({ files: { a: "1", "a/b": "2" } })),
    row("a file that an entry for a folder has as well", () => rawZip([...members, { name: "x.py/" }])),
  ],
  MURRE_INVALID_METADATA: [
    row("an empty METADATA", () => made({ metadata: "" })),
    row("METADATA without a name", () => made({ metadata: "Metadata-Version: 2.1\nVersion: 1.0\n" })),
    row("METADATA of a later major version", () =>
      made({ metadata: "Metadata-Version: 3.0\nName: x\nVersion: 1.0\n" }),
    ),
    row("WHEEL without Wheel-Version", () => made({ wheel: "Tag: py3-none-any\n" })),
    row("METADATA that is not UTF-8", () =>
      made({ metadata: null, files: { [`${distInfo}/METADATA`]: Buffer.from("Name: \xfc", "latin1") } }),
    ),
  ],
  MURRE_INVALID_RECORD: [
    row("a RECORD that is not UTF-8", () =>
      made({ record: null, unlisted: [[`${distInfo}/RECORD`, Buffer.from("caf\xe9.py,,\n", "latin1")]] }),
    ),
  ],
  MURRE_INVALID_ENTRY_POINTS: [
    scripts("a line without a reference", "tool", ""),
    scripts("a script without a function", "tool", "x.cli"),
    scripts("a script that is a statement", "tool", "x:main;import os"),
    scripts("a script that is a call", "tool", "os:system('id')"),
    scripts("a script with a line end", "tool", "x:main\n  import os"),
    scripts("a script that is shell text", "tool", "$(id):main"),
  ],
};
