import { mkdirSync, readdirSync, rmSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { isSourceArchive } from "@murre/platform-tags";
import { UnreadableSdist } from "../errors.ts";
import { defaultSdistLimits, type SdistLimits } from "./sdist-limits.ts";
import { SdistWriter } from "./sdist-writer.ts";
import { readTar } from "./unpack-tar.ts";
import { readZip } from "./unpack-zip.ts";

/**
 * Unpacks an archive of sources. Whatever it holds, nothing outside of the destination is written, and no link in it leads outside.
 * @param destination a path at which nothing is yet; removed again when this throws
 * @param filename the archive's own, where the path has another one
 * @returns the source tree: the one folder at the archive's top, else the destination
 * @throws {UnreadableSdist} {UnsafeSdist} {SdistTooLarge}, and errors of the system
 */
export async function unpackSdist(
  path: string,
  destination: string,
  filename: string,
  limits: Partial<SdistLimits> = {},
): Promise<string> {
  if (!isSourceArchive(filename))
    throw new UnreadableSdist(filename, "is neither a .tar.gz nor a .zip, the forms of archives that can be built");
  mkdirSync(destination);
  try {
    const all = { ...defaultSdistLimits, ...limits };
    const writer = new SdistWriter(path, filename, destination, all);
    if (/\.zip$/i.test(filename)) await readZip(path, filename, writer, all);
    else await readTar(path, filename, writer);
    writer.finish();
  } catch (error) {
    rmSync(destination, { recursive: true, force: true });
    throw error;
  }
  return topFolder(destination);
}

function topFolder(destination: string): string {
  // pax_global_header is what archives of git repositories have beside their folder, read by tools that do not know it.
  const names = readdirSync(destination).filter((name) => name !== "pax_global_header");
  const [only] = names;
  if (names.length !== 1 || only === undefined) return destination;
  const path = join(destination, only);
  return lstatSync(path).isDirectory() ? path : destination;
}
