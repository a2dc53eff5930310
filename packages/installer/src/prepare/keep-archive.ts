import { streamFile } from "@murre/files";
import type { ArchiveManifest } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileVersion } from "../wanted/file-version.ts";

/** Puts an archive of sources into an entry as it is, under its own filename. Who asks for it verifies its hashes. */
export async function keepArchive(
  path: string,
  destination: string,
  project: NormalizedName,
  filename: string,
): Promise<ArchiveManifest> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const source = streamFile(path).on("data", (chunk) => {
    hash.update(chunk);
    sizeBytes += chunk.length;
  });
  await pipeline(source, createWriteStream(`${destination}/${filename}`, { flags: "wx" }));
  const version = fileVersion({ filename, kind: "sdist" }, project)?.toString();
  return {
    kind: "archive",
    filename,
    project,
    ...(version === undefined ? {} : { version }),
    sizeBytes,
    sha256: hash.digest("hex"),
  };
}
