import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import type { ZipForm } from "./wheel-spec.ts";

export interface ZipMember {
  readonly path: string;
  readonly data: Buffer;
  readonly executable: boolean;
}

/** An ordinary zip archive of the members in this order, by yazl; deterministic. */
export async function makeZip(members: readonly ZipMember[], form: ZipForm = {}): Promise<Buffer> {
  const zip = new ZipFile();
  // yazl writes the local wall clock, so a local date gives the same bytes in every time zone.
  const mtime = new Date(1990, 0, 1);
  // A failure inside yazl is an event on the archive; it must end the reading of the output.
  zip.on("error", (error: Error) => (zip.outputStream as Readable).destroy(error));
  if (form.folderEntries === true)
    for (const folder of folders(members))
      zip.addEmptyDirectory(folder, { mtime, mode: 0o40755, forceDosTimestamp: true });
  for (const { path, data, executable } of members) {
    const options = {
      mtime,
      mode: executable ? 0o100755 : 0o100644,
      compress: form.stored !== true,
      forceZip64Format: form.zip64 === true,
      forceDosTimestamp: true,
    };
    if (form.dataDescriptors === true) zip.addReadStream(Readable.from([data]), path, options);
    else zip.addBuffer(data, path, options);
  }
  zip.end({ forceZip64Format: form.zip64 === true, comment: "" });
  return buffer(zip.outputStream);
}

function folders(members: readonly ZipMember[]): string[] {
  const found = new Set<string>();
  for (const { path } of members) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, index) => found.add(parts.slice(0, index + 1).join("/")));
  }
  return [...found].toSorted();
}
