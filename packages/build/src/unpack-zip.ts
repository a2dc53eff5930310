import { open as openZip, type Entry, type ZipFile } from "yauzl";
import { promisify } from "node:util";
import type { Readable } from "node:stream";
import { UnreadableSdist } from "./errors.ts";
import type { SdistWriter } from "./sdist-writer.ts";

const openArchive = promisify<string, { lazyEntries: boolean; decodeStrings: boolean; autoClose: boolean }, ZipFile>(
  openZip,
);

/** Reads a zip archive into the writer. @throws {UnreadableSdist}, and what the writer throws. */
export async function readZip(path: string, archive: string, writer: SdistWriter): Promise<void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openArchive(path, { lazyEntries: true, decodeStrings: false, autoClose: false });
    for await (const entry of zip.eachEntry()) await takeEntry(zip, entry, writer);
  } catch (error) {
    if (
      typeof (error as { code?: unknown }).code === "string" &&
      String((error as { code: string }).code).startsWith("MURRE_")
    )
      throw error;
    throw new UnreadableSdist(archive, `is no readable zip archive (${(error as Error).message})`, { cause: error });
  } finally {
    zip?.close();
  }
}

async function takeEntry(zip: ZipFile, entry: Entry, writer: SdistWriter): Promise<void> {
  // With decodeStrings off, yauzl leaves every name as bytes and checks none of them: the writer does.
  const name = entry.fileNameRaw.toString("utf8");
  // `st_mode` as Unix tools write it, 0 where there is none.
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & 0o170000;
  if (name.endsWith("/")) return writer.directory(name);
  if (type === 0o120000) return writer.link(name, (await content(zip, entry)).toString("utf8"), "symbolic");
  if (type !== 0o100000 && type !== 0) return writer.special(name, "special file");
  const stream = await openStream(zip, entry);
  const member = writer.file(name, (mode & 0o111) !== 0);
  try {
    for await (const chunk of stream) member.write(chunk as Buffer);
  } finally {
    member.end();
  }
}

function openStream(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

/** The target of a link, which is a path and no longer than one. */
const longestTarget = 4096;

async function content(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of await openStream(zip, entry)) {
    length += (chunk as Buffer).length;
    if (length > longestTarget) throw new Error("the target of a link is longer than a path can be");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
