import { InvalidManifest } from "../errors.ts";
import { describeArchive, isArchiveHead, openArchiveManifest, type ArchiveManifest } from "./archive-manifest.ts";
import { parseManifestHead, type FileDetails } from "./manifest-head.ts";
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
  const lineEnd = bytes.indexOf(10);
  if (lineEnd < 0) throw new InvalidManifest("it has no head");
  const head = parseManifestHead(bytes.toString("utf8", 0, lineEnd));
  if (head === undefined) throw new InvalidManifest("its head is of another format, or damaged");
  const sections: Buffer[] = [];
  let offset = lineEnd + 1;
  for (const length of head.sections) {
    sections.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== bytes.length) throw new InvalidManifest(`it has ${bytes.length} bytes and announces ${offset}`);
  return isArchiveHead(head) ? openArchiveManifest(head, sections) : openWheelManifest(head, sections);
}

/** As {@link decodeManifest}, for whoever was given the entry of a wheel. */
export function decodeWheelManifest(bytes: Buffer): WheelManifest {
  const manifest = decodeManifest(bytes);
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
