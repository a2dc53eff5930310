import { bytesReader, hostileWheels, temporaryFolder, textReader, withRightCrcs } from "@murre/test-kit";
import { hostileWheelName, makeWheel, mustRead } from "@murre/test-kit";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fitsFilename } from "../src/metadata/dist-info.ts";
import { parseEntryPoints } from "../src/metadata/entry-points.ts";
import { unsafePathReason } from "../src/archive/member-paths.ts";
import { parseMetadata } from "../src/metadata/metadata.ts";
import { readWheelMetadata } from "../src/inspect/read-wheel-metadata.ts";
import { formatRecord, parseRecord } from "../src/metadata/record.ts";
import { unpackArchive } from "../src/unpack/unpack-archive.ts";
import { parseWheelFile } from "../src/metadata/wheel-file.ts";

const made = {
  name: "x",
  version: "1.0",
  requiresDist: ["y>=1"],
  files: { "x.py": "one = 1\n", "x-1.0.data/scripts/t": "#!python\n" },
};
const entryPoints = { console_scripts: { t: "x:main" } };
const cases = Object.values(hostileWheels).flat();
const hostile = await Promise.all(cases.filter(({ job }) => job === undefined).map(({ make }) => make()));
const archives = [
  await makeWheel({ ...made, entryPoints, zip: { stored: true } }),
  await makeWheel({ ...made, entryPoints }),
  await makeWheel({ ...made, zip: { zip64: true } }),
  await makeWheel({ ...made, zip: { dataDescriptors: true } }),
  ...hostile.filter((archive) => archive.length < 4000),
];
const folder = temporaryFolder("fuzz-wheel");

/** As an installer does it, in a folder of its own that is removed. */
async function unpack(archive: Buffer): Promise<void> {
  const [wheelPath, destination] = [join(folder, hostileWheelName), join(folder, "out")];
  writeFileSync(wheelPath, archive);
  mkdirSync(destination);
  try {
    const task = {
      wheelPath,
      destination,
      filename: hostileWheelName,
      expectedHashes: {},
      platform: "linux",
      limits: {},
    };
    await unpackArchive(task, () => {});
    const names = readdirSync(folder).toSorted();
    if (names.join() !== `out,${hostileWheelName}`) throw new Error(`it writes to ${names.join()}`);
  } finally {
    rmSync(destination, { recursive: true });
  }
}

function readMetadata(archive: Buffer): Promise<unknown> {
  const read = (offset: number, length: number) => Promise.resolve(archive.subarray(offset, offset + length));
  return readWheelMetadata({ size: archive.length, read }, hostileWheelName);
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  bytesReader("wheel", (bytes) => unpack(withRightCrcs(bytes)), archives, { maxBytes: 16 * 1024, runs: 500 }),
  bytesReader("metadata-of-wheel", (bytes) => readMetadata(withRightCrcs(bytes)), archives, { maxBytes: 16 * 1024 }),
  textReader("metadata", (text) => parseMetadata(text), [
    "Metadata-Version: 2.4\nName: x\nVersion: 1.0\nRequires-Dist: y>=1; extra=='z'\nProvides-Extra: z\nDynamic: Version\nSummary: a\n  b\n\n# x\n",
    "Metadata-Version: 1.1\r\nName: x\r\nVersion: 1.0\r\nRequires-Python: >=3.6\r\nDescription: a\r\n        |b\r\n",
  ]),
  textReader("wheel-file", (text) => parseWheelFile(text), [
    "Wheel-Version: 1.0\nGenerator: a (1)\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: py2-none-any\nBuild: 1\n",
  ]),
  textReader(
    "record",
    (text) => {
      const rows = parseRecord(text);
      const again = mustRead(() => parseRecord(formatRecord(rows)));
      if (!isDeepStrictEqual(again, rows)) throw new Error("its rows are others when they are written and read again");
    },
    [
      `x.py,sha256=${"A".repeat(43)},8\n"a,b ""c"".py",,\r\nx-1.0.dist-info/RECORD,,\n`,
      `a\\b.py,md5=00,9007199254740993\n"x\ny",sha512=x,1`,
    ],
  ),
  textReader("entry-points", (text) => parseEntryPoints(text), [
    "[console_scripts]\nt = x.y:main.sub [extra1, extra2]\n# c\n[gui_scripts]\nG-1: x:g\n[other.group]\nx = y\n",
  ]),
  textReader("member-path", (text) => [unsafePathReason(text, "linux"), unsafePathReason(text, "win32")], [
    "a/b.py",
    "a\\..\\CON.txt ",
    "C:/x",
    "x-1.0.data/data/../y",
  ]),
  textReader(
    "dist-info-name",
    (text) => fitsFilename({ distInfo: `${text}.dist-info`, name: text, version: text }, hostileWheelName),
    ["x", "1.0", "X.0"],
  ),
];
