import { openFile } from "@murre/files";
import { closeSync, readSync } from "node:fs";
import { InvalidManifest } from "../errors.ts";
import { describeArchive, isArchiveHead, openArchiveManifest, type ArchiveManifest } from "./archive-manifest.ts";
import { parseManifestHead, type FileDetails, type ManifestHead } from "./manifest-head.ts";
import { describeWheel, openWheelManifest, type WheelContents, type WheelManifest } from "./wheel-manifest.ts";

/** What one entry of the store holds: a wheel, unpacked, or an archive of sources as it is. */
export type Manifest = WheelManifest | ArchiveManifest;

/** What an entry is to hold, from whoever filled it. */
export type EntryContents = WheelContents | ArchiveManifest;

/** The inverse of {@link decodeManifest}. */
export function encodeManifest(contents: EntryContents): Buffer {
  const { head, sections } = contents.kind === "wheel" ? describeWheel(contents) : describeArchive(contents);
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`, "utf8"), ...sections]);
}

/** @throws {InvalidManifest} when the bytes are torn, foreign, or of another format; the entry then counts as a miss. */
export function decodeManifest(bytes: Buffer): Manifest {
  return openManifest(bytes, bytes.length, (offset, length) => bytes.subarray(offset, offset + length));
}

/** Up to here a manifest is read as a whole; of a larger one (of some thousand files) what nobody asks for stays on the disk (bytes). */
const readAtOnceBytes = 128 * 1024;
/** A hundred bytes or two for each file of an archive. */
const largestBytes = 512 * 1024 * 1024;

/**
 * The manifest of an entry, for as long as the entry stands: the rows and details of many files are read when they are asked for, and not kept.
 * @throws {InvalidManifest} as {@link decodeManifest}, and what opening it throws.
 */
export function readManifest(path: string): Manifest {
  const { descriptor, stats } = openFile(path, { followsLinks: false });
  try {
    if (stats.size > largestBytes) throw new InvalidManifest(`it has ${stats.size} bytes`);
    const beginning = readPart(descriptor, 0, Math.min(stats.size, readAtOnceBytes));
    if (beginning.length === stats.size) return decodeManifest(beginning);
    // A head may be long as well: of thousands of scripts.
    if (!beginning.includes(10)) return decodeManifest(readPart(descriptor, 0, stats.size));
    return openManifest(beginning, stats.size, (offset, length) => readPart(descriptor, offset, length), path);
  } finally {
    closeSync(descriptor);
  }
}

/** Most heads are shorter; so few bytes need no memory of their own. */
const usualHeadBytes = 2048;

/** The head of a wheel's manifest, where it is a usual one and the file is as long as it says. Of all else, undefined: {@link readManifest} tells. */
export function readWheelHead(path: string): ManifestHead | undefined {
  try {
    const { descriptor, stats } = openFile(path, { followsLinks: false });
    try {
      const beginning = Buffer.allocUnsafe(usualHeadBytes);
      const lineEnd = beginning.subarray(0, readSync(descriptor, beginning, 0, usualHeadBytes, 0)).indexOf(10);
      const head = lineEnd < 0 ? undefined : parseManifestHead(beginning.toString("utf8", 0, lineEnd));
      if (head === undefined || isArchiveHead(head)) return undefined;
      return lineEnd + 1 + head.sections.reduce((sum, length) => sum + length, 0) === stats.size ? head : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Folders and names, which everybody needs, stand before the others. */
const firstSections = 2;

/**
 * @param beginning with the whole head
 * @param read a part of the manifest, now
 * @param path where the parts that are not needed now are read later; none where all is there
 */
function openManifest(
  beginning: Buffer,
  sizeBytes: number,
  read: (offset: number, length: number) => Buffer,
  path?: string,
): Manifest {
  const lineEnd = beginning.indexOf(10);
  if (lineEnd < 0) throw new InvalidManifest("it has no head");
  const head = parseManifestHead(beginning.toString("utf8", 0, lineEnd));
  if (head === undefined) throw new InvalidManifest("its head is of another format, or damaged");
  const places: { readonly offset: number; readonly length: number }[] = [];
  let offset = lineEnd + 1;
  for (const length of head.sections) {
    places.push({ offset, length });
    offset += length;
  }
  if (offset !== sizeBytes) throw new InvalidManifest(`it has ${sizeBytes} bytes and announces ${offset}`);
  const sections = places.map((place, index) =>
    path === undefined || index < firstSections
      ? read(place.offset, place.length)
      : () => readPartOf(path, place.offset, place.length),
  );
  return isArchiveHead(head) ? openArchiveManifest(head, sections) : openWheelManifest(head, sections);
}

function readPartOf(path: string, offset: number, length: number): Buffer {
  const { descriptor } = openFile(path, { followsLinks: false });
  try {
    return readPart(descriptor, offset, length);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws {InvalidManifest} where the file ends before. */
function readPart(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const read = readSync(descriptor, buffer, done, length - done, offset + done);
    if (read === 0) throw new InvalidManifest("it was cut off");
    done += read;
  }
  return buffer;
}

/** As {@link decodeManifest}, for whoever was given the entry of a wheel. */
export function decodeWheelManifest(bytes: Buffer): WheelManifest {
  return asWheels(decodeManifest(bytes));
}

/** As {@link readManifest}, for whoever was given the entry of a wheel. */
export function readWheelManifest({ filesFolder }: { readonly filesFolder: string }): WheelManifest {
  return asWheels(readManifest(manifestBeside(filesFolder)));
}

/** Where the manifest of an entry lies. */
export const manifestBeside = (filesFolder: string): string => `${filesFolder}/../manifest`;

function asWheels(manifest: Manifest): WheelManifest {
  if (manifest.kind !== "wheel") throw new InvalidManifest(`it is of ${manifest.filename}, and a wheel's is needed`);
  return manifest;
}

/** Of all files together. */
export function bytesOf(manifest: Manifest): number {
  return manifest.kind === "wheel" ? manifest.head.totalBytes : manifest.sizeBytes;
}

/** Every file that lies in the entry's folder. */
export function filesOf(manifest: Manifest): readonly FileDetails[] {
  if (manifest.kind === "wheel") return [...manifest.details(), ...manifest.head.apart];
  const { filename: path, sizeBytes, sha256 } = manifest;
  return [{ path, sizeBytes, executable: false, sha256: Buffer.from(sha256, "hex").toString("base64url") }];
}
