import { gzipSync } from "node:zlib";
import { hostileZips, type HostileArchive, type HostileZips } from "./hostile-zips.ts";
import { gnuLong, gnuMagic, makeTarGz, memberBlocks, pax, rawTar, type RawTarPart } from "./raw-tar.ts";
import { rawZip, type RawZipMember } from "./raw-zip.ts";

/** An archive of sources that is to be refused, with its filename. */
export interface HostileSdist extends HostileArchive {
  readonly filename: string;
}

const top = "demo-1.0";
const pyproject = '[build-system]\nrequires = []\nbuild-backend = "none"\n';
const pkgInfo = "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n";
const base: readonly RawTarPart[] = [
  { path: `${top}/`, type: "5", mode: 0o755 },
  { path: `${top}/pyproject.toml`, data: pyproject },
  { path: `${top}/PKG-INFO`, data: pkgInfo },
  { path: `${top}/after`, data: "A" },
];
const zipped: readonly RawZipMember[] = [
  { name: `${top}/pyproject.toml`, data: pyproject },
  { name: `${top}/PKG-INFO`, data: pkgInfo },
];

const smuggled = { path: `${top}/smuggled.py`, data: "EVIL" };
const inner = Buffer.concat(memberBlocks(smuggled));

const gz = (what: string, make: () => Buffer): HostileSdist => ({ what, make, filename: `${top}.tar.gz` });
const tar = (what: string, ...parts: RawTarPart[]): HostileSdist => gz(what, () => makeTarGz([...base, ...parts]));
const zip = (one: HostileArchive): HostileSdist => ({ ...one, what: `zip: ${one.what}`, filename: `${top}.zip` });
const link = (target: string, path = `${top}/l`): RawTarPart => ({ path, type: "2", target });
const hard = (target: string, path = `${top}/h`): RawTarPart => ({ path, type: "1", target });
const plain = { path: `${top}/plain`, data: "P" };
const honest = makeTarGz(base);

const zips: HostileZips = hostileZips(zipped, `${top}/`);

/** Where a member, or what it leads to, would come to lie somewhere else. */
const unsafe: readonly HostileSdist[] = [
  ...["../evil", `${top}/../../evil`, "/tmp/evil", "//evil", `${top}\\..\\evil`, "C:/evil", "C:evil", ".."].map(
    (path) => tar(`the path ${path}`, { path, data: "E" }),
  ),
  tar("a folder outside", { path: "../evil/", type: "5" }),
  tar("a prefix that leaves the folder", { path: "evil", prefix: "../.." }),
  tar("a PAX name that leaves the folder", pax({ path: "../../evil" }), plain),
  tar("a long name that leaves the folder", gnuLong("../../evil"), plain),
  tar("a line end in a name", { path: `${top}/a\nb` }),
  tar("an escape sequence in a name", { path: `${top}/\u001b[2J` }),
  tar("a name of 5,000 bytes", gnuLong(`${top}/${"a/".repeat(2500)}b`), plain),
  tar("a part of 256 bytes", gnuLong(`${top}/${"a".repeat(256)}`), plain),
  ...["/etc/passwd", "../../evil", "../..", "C:/evil", "a/../../../evil"].map((target) =>
    tar(`a link to ${target}`, link(target)),
  ),
  tar("a link to nowhere", link("")),
  tar("a link with a line end", link("a\nb")),
  tar("a link to a path of 5,000 bytes", gnuLong("a/".repeat(2500), "K"), link("short")),
  tar("a PAX target outside", pax({ linkpath: "../../evil" }), link("after")),
  tar("links that lead to each other", link("m"), link("l", `${top}/m`)),
  tar("a link to itself", link("l")),
  tar(
    "a chain of links, each harmless alone",
    { path: `${top}/a/b/x` },
    link("a/b"),
    link("l/../../../..", `${top}/m`),
  ),
  tar("a member below a link", link("."), { path: `${top}/l/x`, data: "X" }),
  tar("a link over what a member is below of", { path: `${top}/l/x`, data: "X" }, link(".")),
  tar("a link below a link", { path: `${top}/deep/x` }, link("."), link("../../evil", `${top}/l/m`)),
  tar("a file over a link", link("after"), { path: `${top}/l`, data: "X" }),
  tar("a link over a file", { path: `${top}/l`, data: "X" }, link("after")),
  tar("a link over a folder", { path: `${top}/l/`, type: "5" }, link("after")),
  tar("a link twice", link("after"), link("PKG-INFO")),
  tar("a hard link over a file", { path: `${top}/h`, data: "X" }, hard(`${top}/after`)),
  ...["../evil", "/etc/passwd", `${top}/missing`, top].map((target) => tar(`a hard link to ${target}`, hard(target))),
  tar("a hard link to a link", link("after"), hard(`${top}/l`)),
  tar("a hard link to itself", hard(`${top}/h`)),
  tar("a folder over a file", { path: `${top}/after/`, type: "5" }),
  tar("a file over a folder", { path: `${top}/d/`, type: "5" }, { path: `${top}/d`, data: "X" }),
  tar("a member below a file", { path: `${top}/after/x`, data: "X" }),
  tar("a file over the folder of everything", { path: ".", data: "X" }),
  ...Object.entries({ "a character device": "3", "a block device": "4", "a pipe": "6" }).map(([what, type]) =>
    tar(what, { path: `${top}/special`, type }),
  ),
];

/** What two readers read differently, or nobody can read. */
const unreadable: readonly HostileSdist[] = [
  gz("nothing", () => Buffer.alloc(0)),
  gz("text", () => Buffer.from("hello")),
  gz("a tar archive that is not gzipped", () => rawTar(base)),
  gz("an empty archive", () => makeTarGz([])),
  gz("gzipped nothing", () => gzipSync(Buffer.alloc(0))),
  gz("gzipped noise", () => gzipSync(Buffer.alloc(2000, 7))),
  gz("an archive that is cut off", () => honest.subarray(0, honest.length - 40)),
  gz("an archive without its last byte", () => honest.subarray(0, -1)),
  gz("a member that is cut off", () => gzipSync(rawTar([...base, plain]).subarray(0, -1024 - 100))),
  gz("another checksum", () => patched(honest, honest.length - 8)),
  gz("another length", () => patched(honest, honest.length - 4)),
  gz("a second gzip member", () => Buffer.concat([honest, makeTarGz([smuggled])])),
  gz("an archive in two gzip members", () => {
    const whole = rawTar(base);
    return Buffer.concat([gzipSync(whole.subarray(0, 1024)), gzipSync(whole.subarray(1024))]);
  }),
  gz("bytes behind the gzip member", () => Buffer.concat([honest, Buffer.from("more")])),
  gz("zeros behind the gzip member", () => Buffer.concat([honest, Buffer.alloc(512)])),
  gz("unknown gzip flags", () => patched(honest, 3, 0xe0)),
  tar("a PAX size, 0 in the header", pax({ size: String(inner.length) }), { path: `${top}/big`, data: inner, size: 0 }),
  tar("a PAX size of 0, another one in the header", pax({ size: "0" }), { path: `${top}/big`, data: inner }),
  tar("a PAX size that is negative", pax({ size: "-1" }), plain),
  tar("a PAX size that is no number", pax({ size: "1e3" }), plain),
  tar("a link with a size", { path: `${top}/l`, type: "2", target: "after", data: inner }),
  tar("a link with a PAX size", pax({ size: "1024" }), link("after"), inner),
  tar("a hard link with a size", { path: `${top}/h`, type: "1", target: `${top}/after`, data: inner }),
  tar("a folder with a size", { path: `${top}/d/`, type: "5", data: inner }),
  tar("an old folder with a size", { path: `${top}/d/`, type: "\0", data: inner }),
  tar("a file with the name of a folder", { path: `${top}/d/`, type: "0", data: "X" }),
  tar("a PAX name and a long name", pax({ path: `${top}/pax` }), gnuLong(`${top}/gnu`), plain),
  tar("a long name and a PAX name", gnuLong(`${top}/gnu`), pax({ path: `${top}/pax` }), plain),
  tar("two PAX headers", pax({ path: `${top}/one` }), pax({ path: `${top}/two` }), plain),
  tar("two long names", gnuLong(`${top}/one`), gnuLong(`${top}/two`), plain),
  tar("two long targets", gnuLong("one", "K"), gnuLong("two", "K"), link("after")),
  tar("a PAX name twice in one header", {
    ...pax({ path: `${top}/one` }),
    data: Buffer.concat(["one", "two"].map((name) => pax({ path: `${top}/${name}` }).data as Buffer)),
  }),
  ...["path", "linkpath", "size", "GNU.sparse.name", "hdrcharset"].map((key) =>
    tar(`${key} for all members`, pax({ [key]: "1" }, "g"), plain),
  ),
  tar("a PAX name with a NUL", pax({ path: `${top}/x\0y` }), plain),
  tar("an empty PAX name", pax({ path: "" }), plain),
  tar("a PAX name that is not UTF-8", pax({ path: Buffer.from(`${top}/caf\xe9`, "latin1") }), plain),
  tar("a PAX header with a wrong length", { path: "pax", type: "x", data: "99 path=x\n" }, plain),
  tar("a PAX header without a line end", { path: "pax", type: "x", data: "9 path=xy" }, plain),
  tar("a PAX header without a key", { path: "pax", type: "x", data: "5 =x\n" }, plain),
  tar("names in another encoding", pax({ hdrcharset: "BINARY", path: `${top}/x` }), plain),
  tar("a sparse file of PAX", pax({ "GNU.sparse.major": "1", "GNU.sparse.name": `${top}/s` }), plain),
  tar("a sparse file of star", pax({ "SCHILY.realsize": "99" }), plain),
  tar("a sparse file of GNU", { path: `${top}/s`, type: "S", data: "ABC", magic: gnuMagic }),
  ...["Z", "D", "M", "V", "N", "X", "A", "9"].map((type) =>
    tar(`the unknown type ${type}`, { path: `${top}/z`, type, data: "Z" }),
  ),
  tar("a header for a member that is not there", pax({ path: `${top}/x` })),
  tar("a header of 2 MiB", { path: "pax", type: "L", data: Buffer.alloc(2 * 1024 * 1024, "a") }, plain),
  tar("a NUL inside a name", { path: `${top}/x\0y`, data: "X" }),
  tar("a NUL inside a long name", gnuLong(`${top}/x\0y`), plain),
  tar("a name that is not UTF-8", { path: Buffer.from(`${top}/caf\xe9`, "latin1"), data: "X" }),
  tar("a prefix in a header of GNU", { path: "x", prefix: `${top}/d`, magic: gnuMagic, data: "X" }),
  tar("members behind one block of zeros", Buffer.alloc(512), smuggled),
  tar("members behind the end", Buffer.alloc(1024), smuggled),
  gz("bytes behind the end", () => makeTarGz(base, Buffer.concat([Buffer.alloc(1024), Buffer.from("more")]))),
  gz("half a block behind the end", () => makeTarGz(base, Buffer.alloc(1024 + 100))),
  gz("32 MiB of zeros behind the end", () => makeTarGz(base, Buffer.alloc(32 * 1024 * 1024))),
  tar("a wrong checksum", { ...plain, damage: (block) => void block.write("Q", 9) }, smuggled),
  tar("no checksum", { ...plain, damage: (block) => void block.fill(0, 148, 156) }, smuggled),
  tar("a size that is negative", { ...plain, size: Buffer.alloc(12, 0xff) }),
  tar("a small size in base 256", { ...plain, size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }),
  tar("a size in base 256 beyond all numbers", { ...plain, size: Buffer.from([0x80, 255, ...Array(10).fill(255)]) }),
  tar("a size that is no number", { ...plain, size: "00000000009\0" }),
  tar("a size in hexadecimal", { ...plain, size: "0x000000001\0" }),
  tar("a size with text behind it", { ...plain, size: "0000001 7\0" }),
  ...[...zips.MURRE_NOT_A_ZIP, ...zips.MURRE_AMBIGUOUS_ARCHIVE, ...zips.MURRE_CORRUPT_ARCHIVE].map(zip),
  ...zips.MURRE_UNSUPPORTED_WHEEL.map(zip),
  zip({ what: "one path twice", make: () => rawZip([...zipped, zipped[0]!]) }),
];

function patched(archive: Buffer, at: number, bits = 1): Buffer {
  const copy = Buffer.from(archive);
  copy[at] = copy[at]! ^ bits;
  return copy;
}

/** Sdists that are to be refused, by the code of the error; PKG-INFO and pyproject.toml are those of `demo 1.0`. */
export const hostileSdists: Readonly<Record<string, readonly HostileSdist[]>> = {
  MURRE_UNREADABLE_SDIST: unreadable,
  MURRE_UNSAFE_SDIST: [...unsafe, ...zips.MURRE_UNSAFE_PATH.map(zip)],
  MURRE_SDIST_TOO_LARGE: [
    tar("a long name 300 folders deep", gnuLong(`${top}/${"b/".repeat(300)}c`), plain),
    ...zips.MURRE_ARCHIVE_TOO_LARGE.map(zip),
  ],
};
