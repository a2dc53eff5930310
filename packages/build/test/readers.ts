import {
  bytesReader,
  fileReader,
  hostileSdists,
  makeTarGz,
  rawTar,
  temporaryFolder,
  withRightChecksums,
  withRightCrcs,
} from "@murre/test-kit";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readBuildSystem, staticPkgInfo } from "../src/source/static-metadata.ts";
import { unpackSdist } from "../src/sdist/unpack-sdist.ts";

const folder = realpathSync(temporaryFolder("fuzz-build"));
const tree = join(folder, "tree");
mkdirSync(tree);

async function unpack(bytes: Buffer, filename: string): Promise<void> {
  const path = join(folder, filename);
  const destination = join(folder, "out");
  writeFileSync(path, bytes);
  try {
    const tree = await unpackSdist(path, destination, filename);
    for (const entry of readdirSync(destination, { recursive: true, encoding: "utf8" }))
      if (!`${realpathOf(join(destination, entry))}/`.startsWith(`${destination}/`))
        throw new Error(`${entry} leads outside`);
    if (!`${tree}/`.startsWith(`${destination}/`)) throw new Error(`its tree is ${tree}`);
  } finally {
    rmSync(destination, { recursive: true, force: true });
  }
}

/** Of a link that leads nowhere, the place to which it would. */
function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return lstatSync(path).isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : path;
  }
}

const parts = [
  { path: "demo-1.0/", type: "5", mode: 0o755 },
  { path: "demo-1.0/setup.py", data: "print()\n" },
  { path: "demo-1.0/link", type: "2", target: "setup.py" },
  { path: "demo-1.0/same", type: "1", target: "demo-1.0/setup.py" },
];
const cases = Object.values(hostileSdists).flat();
const hostile = await Promise.all(cases.map(async ({ make, filename }) => ({ bytes: await make(), filename })));
const small = hostile.filter(({ bytes }) => bytes.length < 8000);
const zips = small.filter(({ filename }) => filename.endsWith(".zip")).map(({ bytes }) => bytes);
const tars = small
  .filter(({ filename }) => filename.endsWith(".tar.gz"))
  .flatMap(({ bytes }) => {
    try {
      return [gunzipSync(bytes, { maxOutputLength: 16 * 1024 })];
    } catch {
      return []; // damaged on purpose, or large
    }
  });
const options = { maxBytes: 16 * 1024, runs: 250 };

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  bytesReader(
    "tar",
    (bytes) => unpack(gzipSync(withRightChecksums(bytes), { level: 1 }), "demo-1.0.tar.gz"),
    [rawTar(parts), ...tars],
    options,
  ),
  bytesReader("tar-gz", (bytes) => unpack(bytes, "demo-1.0.tar.gz"), [makeTarGz(parts)], options),
  bytesReader("zip", (bytes) => unpack(withRightCrcs(bytes), "demo-1.0.zip"), zips, options),
  fileReader("pkg-info", join(tree, "PKG-INFO"), () => staticPkgInfo(tree), [
    "Metadata-Version: 2.2\nName: x\nVersion: 1.0\nDynamic: license\n",
  ]),
  fileReader("build-system", join(tree, "pyproject.toml"), () => readBuildSystem(tree, "x"), [
    '[build-system]\nrequires = ["a"]\nbuild-backend = "b"\n',
  ]),
];
