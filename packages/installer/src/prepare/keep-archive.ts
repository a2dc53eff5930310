import { streamFile } from "@murre/files";
import { ARCHIVE_MARK } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import type { UnpackedWheel } from "@murre/wheel";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileVersion } from "../wanted/file-version.ts";
import type { WheelSource } from "../wanted/resolved.ts";

/**
 * Puts an archive of sources into an entry as it is, under its own filename, and describes it as the only file of something that is
 * nowhere linked to: the cache tells it from a wheel by {@link ARCHIVE_MARK}. Who asks for it verifies its hashes.
 */
export async function keepArchive(
  path: string,
  destination: string,
  project: NormalizedName,
  { filename }: WheelSource,
): Promise<UnpackedWheel> {
  const target = `${destination}/${filename}`;
  const hash = createHash("sha256");
  let size = 0;
  const source = streamFile(path).on("data", (chunk) => {
    hash.update(chunk);
    size += chunk.length;
  });
  await pipeline(source, createWriteStream(target, { flags: "wx" }));
  const digest = hash.digest();
  const sha256 = digest.toString("hex");
  const version = fileVersion({ filename, kind: "sdist" }, project)?.toString() ?? "";
  return {
    distInfo: ARCHIVE_MARK,
    name: project,
    version,
    rootIsPurelib: true,
    wheelTags: [],
    entryPoints: { console: [], gui: [] },
    metadataText: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
    directories: [],
    files: [{ path: filename, sizeBytes: size, executable: false, sha256: digest.toString("base64url") }],
    totalBytes: size,
    archiveSha256: sha256,
    caseCollisions: [],
    warnings: [],
  };
}
