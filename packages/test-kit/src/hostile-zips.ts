import { crc32, deflateRawSync } from "node:zlib";
import {
  centralHeader,
  extraField,
  fields,
  rawZip,
  unicodePath,
  type RawZipForm,
  type RawZipMember,
} from "./raw-zip.ts";

/** A made-up archive that is to be refused, and what about it. */
export interface HostileArchive {
  readonly what: string;
  readonly make: () => Promise<Buffer> | Buffer;
  /** What it is unpacked with, where that is not the usual: such a case is about those options. */
  readonly job?: HostileJob;
}

export interface HostileJob {
  readonly filename?: string;
  /** As `process.platform`. */
  readonly platform?: string;
  readonly limits?: { readonly maxEntries?: number; readonly maxTotalBytes?: number };
  readonly expectedHashes?: Readonly<Record<string, string>>;
}

/** By the code of the error for a wheel. */
export type HostileZips = Readonly<Record<ZipCode, readonly HostileArchive[]>>;

type ZipCode =
  | "MURRE_NOT_A_ZIP"
  | "MURRE_AMBIGUOUS_ARCHIVE"
  | "MURRE_CORRUPT_ARCHIVE"
  | "MURRE_UNSAFE_PATH"
  | "MURRE_UNSUPPORTED_WHEEL"
  | "MURRE_ARCHIVE_TOO_LARGE";

const text = "smuggled = 1\n";
const junk = Buffer.from("bytes that belong to nobody");
const end22 = Buffer.concat([Buffer.from("PK\u0005\u0006", "latin1"), Buffer.alloc(18)]);

/**
 * Archives in which zip itself is hostile, whatever they hold.
 * @param base the members of an honest archive
 * @param folder where further members are put, such as `demo-1.0/`
 */
export function hostileZips(base: readonly RawZipMember[], folder = ""): HostileZips {
  const name = `${folder}extra.txt`;
  const zip = (what: string, more: readonly RawZipMember[], form: RawZipForm = {}): HostileArchive => ({
    what,
    make: () => rawZip([...base, ...more], form),
  });
  const member = (what: string, change: Partial<RawZipMember>): HostileArchive =>
    zip(what, [{ name, data: text, ...change }]);
  const named = (what: string, path: string | Buffer, flags = 0): HostileArchive => zip(what, [{ name: path, flags }]);
  const other = rawZip([{ name, data: text }]);
  const honest = rawZip(base);
  /** Where a member behind the honest ones begins. */
  const start = honest.readUInt32LE(honest.length - 6);
  const inner = `${folder}inner.txt`;

  return {
    MURRE_NOT_A_ZIP: [
      { what: "nothing", make: () => Buffer.alloc(0) },
      { what: "a page", make: () => Buffer.from("<html>not found</html>") },
      { what: "an archive cut in the middle", make: () => honest.subarray(0, honest.length / 2) },
      { what: "an archive without its last byte", make: () => honest.subarray(0, -1) },
      zip("a comment that is cut off", [], { suffix: Buffer.from("PK\u0005\u0006", "latin1") }),
      zip("more entries counted than there are", [], { count: base.length + 1 }),
    ],
    MURRE_AMBIGUOUS_ARCHIVE: [
      { what: "two archives in a row", make: () => Buffer.concat([other, honest]) },
      zip("two archives in a row, with the places of the whole", [], { prefix: other }),
      { what: "an archive behind another one's end", make: () => Buffer.concat([honest, other]) },
      zip("an archive in the comment", [], { comment: other }),
      zip("an archive in the comment, with the places of the whole", [], {
        comment: rawZip([{ name, data: text }], { shift: honest.length }),
      }),
      zip("an end record in the comment", [], { comment: end22 }),
      zip("a script before the first member", [], { prefix: Buffer.from("#!/bin/sh\n") }),
      zip("a script before the first member that no place counts", [], {
        prefix: Buffer.from("#!/bin/sh\n"),
        shift: -10,
      }),
      zip("bytes behind the end", [], { suffix: junk }),
      zip("one zero behind the end", [], { suffix: Buffer.alloc(1) }),
      zip("bytes before the directory", [], { beforeDirectory: junk }),
      zip("bytes behind the directory", [], { behindDirectory: junk }),
      zip("a second end record before the end", [], { behindDirectory: end22 }),
      zip("a member that is in no directory, at the end", [{ name, data: text, isHidden: true }]),
      {
        what: "a member that is in no directory, at the start",
        make: () => rawZip([{ name, data: text, isHidden: true }, ...base]),
      },
      {
        what: "a large member that is in no directory, in the middle",
        make: () => rawZip([base[0]!, { name, data: Buffer.alloc(70_000), isHidden: true }, ...base.slice(1)]),
      },
      member("bytes behind a member", { behind: junk }),
      zip("an entry that the end does not count", [{ name, data: text }], { count: base.length }),
      zip("an entry that only one of the counts counts", [{ name, data: text }], { diskCount: base.length }),
      zip("a directory that is said to be shorter", [{ name, data: text }], { count: base.length, directorySize: 90 }),
      zip("the second disk", [], { disk: 1 }),
      member("a member of another disk", { disk: 1 }),
      zip("a zip64 end that counts otherwise", [{ name, data: text }], {
        zip64: (end) => end.writeBigUInt64LE(BigInt(base.length), 32),
      }),
      zip("a zip64 end with fields of its own", [], { zip64: (end) => end.writeBigUInt64LE(60n, 4) }),
      zip("a zip64 end elsewhere", [], { zip64: (_, locator) => locator.writeBigUInt64LE(1n, 8) }),
      zip("a zip64 end on another disk", [], { zip64: (_, locator) => locator.writeUInt32LE(2, 16) }),
      zip("a locator without a zip64 end", [], { zip64: (end) => end.fill(0) }),
      member("a zip64 field without need", { extra: extraField(1, fields([[1, 8]])) }),
      member("a zip64 field that is too short", { size: 0xffffffff, packedSize: 0xffffffff, extra: wide(13) }),
      member("a zip64 field with another disk", {
        size: 0xffffffff,
        extra: extraField(1, fields([[13, 8], [7, 4]])), // prettier-ignore
      }),
      member("two zip64 fields", { size: 0xffffffff, extra: Buffer.concat([wide(13), wide(9)]) }),
      member("extra fields that are cut off", { extra: Buffer.from([0x75, 0x70, 99, 0]) }),
      member("extra fields with a rest", { extra: Buffer.from([1]) }),
      member("another name in the Unicode path", { extra: unicodePath(name, `${folder}other.txt`) }),
      member("a Unicode path that leaves the folder", { extra: unicodePath(name, "../../evil.py") }),
      member("a Unicode path for another name", { extra: unicodePath(name, name, 1) }),
      member("two Unicode paths", { extra: Buffer.concat([unicodePath(name, name), unicodePath(name, "x")]) }),
      member("bytes behind the compressed data", { method: 8, packed: Buffer.concat([deflateRawSync(text), junk]) }),
      member("no descriptor where one is announced", { flags: 8 }),
      member("a descriptor with another checksum", { flags: 8, behind: descriptor(1, 13, 13) }),
      member("a descriptor with another size", { flags: 8, behind: descriptor(crc32(text), 13, 12) }),
      member("a descriptor with more than that", {
        flags: 8,
        behind: Buffer.concat([descriptor(crc32(text), 13, 13), junk]),
      }),
    ],
    MURRE_CORRUPT_ARCHIVE: [
      member("another checksum", { crc: 1 }),
      member("a smaller size than the data has", { method: 8, size: 12 }),
      member("a larger size than the data has", { method: 8, size: 14 }),
      member("two sizes of what is not compressed", { size: 12 }),
      member("compressed data that is none", { method: 8, packed: Buffer.alloc(9, 0xff) }),
      member("compressed data that is cut off", { method: 8, packed: deflateRawSync(text).subarray(0, 5) }),
      member("another name in the local header", { local: { name: `${folder}other.txt` } }),
      member("a name in the local header that leaves the folder", { local: { name: "../../evil.py" } }),
      member("another method in the local header", { local: { method: 8 } }),
      member("another checksum in the local header", { local: { crc: 1 } }),
      member("another size in the local header", { local: { size: 12 } }),
      member("another packed size in the local header", { local: { packedSize: 12 } }),
      member("no size in the local header, and no descriptor", { local: { size: 0, packedSize: 0 } }),
      member("a local header that announces a descriptor", { local: { flags: 8 } }),
      member("a local header that is encrypted", { local: { flags: 1 } }),
      member("a local header that is UTF-8 alone", { local: { flags: 0x800 } }),
      member("other sizes in a local zip64 field", {
        local: { size: 0xffffffff, packedSize: 0xffffffff, extra: extraField(1, fields([[12, 8], [13, 8]])) }, // prettier-ignore
      }),
      member("other sizes in a local zip64 field without need", {
        local: { extra: extraField(1, fields([[13, 8], [99, 8]])) }, // prettier-ignore
      }),
      member("no local zip64 field where it is needed", { local: { size: 0xffffffff } }),
      member("another Unicode path in the local header", { local: { extra: unicodePath(name, "evil.py") } }),
      member("local extra fields that are cut off", { local: { extra: Buffer.from([1, 0, 99, 0]) } }),
      zip("two members in one place", [{ name, data: text, offset: 0 }]),
      zip("a member within another one", [
        { name, data: rawZip([{ name: inner, data: text }]) },
        { name: inner, data: text, offset: start + 30 + name.length, isCentralOnly: true },
      ]),
      { what: "200,000 members in one place", make: () => manyInOnePlace(base, name) },
      member("a member beyond the end", { packedSize: 10_000_000 }),
      zip("a folder with content", [{ name: `${folder}extra/`, data: text }]),
    ],
    MURRE_UNSAFE_PATH: [
      ...["../evil.py", "a/../../evil.py", "..", "a/..", "/etc/evil", "//host/share", "..\\evil.py", "a\\b"].map(
        (path) => named(`the path ${path}`, path),
      ),
      ...["C:/evil.py", "c:evil", "\\\\host\\share", "../evil/", "/etc/"].map((path) =>
        named(`the path ${path}`, path),
      ),
      named("a NUL", `${folder}x.py\0.txt`),
      named("a line end", `${folder}x\n.py`),
      named("an escape sequence", `${folder}\u001b[2J.py`),
      named("an empty name", ""),
      named("a name of 5,000 bytes", `${folder}${"a/".repeat(2500)}b`),
      named("a part of 256 bytes", `${folder}${"a".repeat(256)}`),
      named("a name that is not UTF-8", Buffer.from(`${folder}caf\xe9.py`, "latin1")),
      named("a name that is not UTF-8, though it is said to be", Buffer.from(`${folder}caf\xe9.py`, "latin1"), 0x800),
      named("an overlong ..", Buffer.from(`${folder}\xc0\xae\xc0\xae/evil.py`, "latin1"), 0x800),
      named("UTF-8 that is not said to be", `${folder}café.py`),
      ...Object.entries({ link: 0o120777, "character device": 0o020666, "block device": 0o060666, pipe: 0o010666 }).map(
        ([what, unixMode]) => member(`a ${what}`, { unixMode }),
      ),
      member("a socket", { unixMode: 0o140777 }),
      member("a file that is a folder by its mode", { unixMode: 0o040755 }),
      zip("a folder that is a link by its mode", [{ name: `${folder}extra/`, unixMode: 0o120777 }]),
    ],
    MURRE_UNSUPPORTED_WHEEL: [
      member("an encrypted member", { flags: 1 }),
      member("strong encryption", { flags: 0x40 }),
      member("hidden headers", { flags: 0x2000 }),
      ...Object.entries({ bzip2: 12, lzma: 14, zstd: 93, AES: 99, "method 65535": 65535 }).map(([what, method]) =>
        member(`a member by ${what}`, { method, packed: Buffer.from(text), local: { method } }),
      ),
    ],
    MURRE_ARCHIVE_TOO_LARGE: [
      zip("600,000 entries that are said to be there", [], {
        count: 0xffff,
        diskCount: 0xffff,
        zip64: (end) => [24, 32].forEach((at) => void end.writeBigUInt64LE(600_000n, at)),
      }),
      member("512 MiB out of nothing", { method: 8, size: 2 ** 29, local: { size: 2 ** 29 } }),
      member("petabytes that a zip64 field claims", { method: 8, size: 0xffffffff, extra: wide(2 ** 50) }),
    ],
  };
}

const wide = (size: number): Buffer => extraField(1, fields([[size, 8]]));

function descriptor(crc: number, packedSize: number, size: number): Buffer {
  return fields([
    [0x08074b50, 4],
    [crc, 4],
    [packedSize, 4],
    [size, 4],
  ]);
}

/** Entries for one and the same member, under names of their own. */
function manyInOnePlace(base: readonly RawZipMember[], name: string): Buffer {
  const more = 200_000;
  const header = centralHeader({ name: `${name}000000` }, 0);
  const all = Buffer.alloc(header.length * more, header);
  for (let index = 0; index < more; index++)
    all.write(String(index).padStart(6, "0"), (index + 1) * header.length - 6, "latin1");
  const honest = rawZip(base);
  const directorySize = honest.readUInt32LE(honest.length - 10) + all.length;
  return rawZip(base, { behindDirectory: all, directorySize, count: base.length + more, zip64: () => {} });
}
