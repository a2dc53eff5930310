import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { UnreadableSdist } from "./errors.ts";
import type { SdistWriter } from "./sdist-writer.ts";

/** What tar calls the types; those that are not here (devices, pipes) are refused. */
const files = new Set(["File", "OldFile", "ContiguousFile"]);

/** Reads a gzipped tar archive once, from its beginning, into the writer. @throws {UnreadableSdist}, and what the writer throws. */
export async function readTar(path: string, archive: string, writer: SdistWriter): Promise<void> {
  const parser = new Parser({ strict: false, maxMetaEntrySize: 1024 * 1024 });
  let failure: unknown;
  let seen = 0;
  const fail = (error: unknown) => {
    failure ??= error;
  };
  parser.on("warn", (code: string, message: string) => {
    // Unknown header keywords and the like are harmless; an entry that cannot be read is not.
    if (code === "TAR_BAD_ARCHIVE" || code === "TAR_ABORT" || code === "TAR_ENTRY_INVALID")
      fail(new UnreadableSdist(archive, `is no readable tar archive (${message})`));
  });
  parser.on("entry", (entry: ReadEntry) => {
    seen += 1;
    try {
      if (failure === undefined) return takeEntry(entry, writer, fail);
    } catch (error) {
      fail(error);
    }
    entry.resume();
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), async (source) => {
      for await (const chunk of source) {
        parser.write(chunk as Buffer);
        if (failure !== undefined) throw failure as Error;
      }
    });
    await new Promise<void>((resolve) => parser.end(resolve));
  } catch (error) {
    if (failure !== undefined) throw failure as Error;
    throw new UnreadableSdist(archive, `is no readable tar.gz archive (${(error as Error).message})`, { cause: error });
  }
  if (failure !== undefined) throw failure as Error;
  if (seen === 0) throw new UnreadableSdist(archive, "is an empty tar archive");
}

function takeEntry(entry: ReadEntry, writer: SdistWriter, fail: (error: unknown) => void): void {
  const { path, type, linkpath = "" } = entry;
  if (files.has(type)) {
    const member = writer.file(path, ((entry.mode ?? 0) & 0o111) !== 0);
    entry.on("data", (chunk: Buffer) => {
      try {
        member.write(chunk);
      } catch (error) {
        fail(error);
      }
    });
    entry.on("end", () => member.end());
    return;
  }
  if (type === "Directory" || type === "GNUDumpDir") writer.directory(path);
  else if (type === "SymbolicLink") writer.link(path, linkpath, "symbolic");
  else if (type === "Link") writer.link(path, linkpath, "hard");
  else writer.special(path, type);
  entry.resume();
}
