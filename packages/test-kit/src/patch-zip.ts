/** What is changed in the headers of one member; nothing else in the archive moves, so that the rest stays valid. */
export interface MemberPatch {
  /** A name of the same length in bytes. */
  readonly name?: string | Buffer;
  /** Bytes, as the headers then claim. */
  readonly uncompressedSize?: number;
  readonly compressedSize?: number;
  readonly crc32?: number;
  readonly compressionMethod?: number;
  /** Bits set in the general purpose flags: 1 is "encrypted". */
  readonly setFlags?: number;
  readonly clearFlags?: number;
  /** File type and permissions as in stat's `st_mode`: 0o120777 is a symbolic link. */
  readonly unixMode?: number;
  /** Where the central directory says that the member begins (bytes). */
  readonly localHeaderOffset?: number;
  /** Only the central directory is changed, so that the local header contradicts it. */
  readonly centralOnly?: boolean;
}

/** Where the headers of one member are (bytes from the start of the archive). */
export interface MemberPlace {
  readonly name: string;
  readonly central: number;
  readonly local: number;
  readonly data: number;
  readonly compressedSize: number;
}

/** The members of an archive without zip64, as the central directory lists them. */
export function memberPlaces(archive: Buffer): MemberPlace[] {
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = archive.readUInt32LE(end + 16);
  return Array.from({ length: archive.readUInt16LE(end + 10) }, () => {
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const place = {
      name: archive.toString("utf8", at + 46, at + 46 + nameLength),
      central: at,
      local,
      data: local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28),
      compressedSize: archive.readUInt32LE(at + 20),
    };
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    return place;
  });
}

/**
 * A copy of the archive with the headers of the last member of that name changed.
 * @throws {Error} when there is no such member, or the new name has another length.
 */
export function patchMember(archive: Buffer, name: string, patch: MemberPatch): Buffer {
  const place = findMember(archive, name);
  const copy = Buffer.from(archive);
  // Central directory header: name at 46, flags at 8, method at 10, CRC at 16, sizes at 20 and 24, attributes at 38, offset at 42.
  patchHeader(copy, place.central + 8, place.central + 46, name, patch);
  // Local file header: name at 30, flags at 6, method at 8, CRC at 14, sizes at 18 and 22.
  if (patch.centralOnly !== true) patchHeader(copy, place.local + 6, place.local + 30, name, patch);
  if (patch.unixMode !== undefined) copy.writeUInt32LE((patch.unixMode << 16) >>> 0, place.central + 38);
  if (patch.localHeaderOffset !== undefined) copy.writeUInt32LE(patch.localHeaderOffset, place.central + 42);
  return copy;
}

/** A copy of the archive with one byte of the member's stored data inverted. */
export function corruptMember(archive: Buffer, name: string): Buffer {
  const place = findMember(archive, name);
  const copy = Buffer.from(archive);
  const at = place.data + Math.floor(place.compressedSize / 2);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}

function findMember(archive: Buffer, name: string): MemberPlace {
  const place = memberPlaces(archive).findLast((candidate) => candidate.name === name);
  if (!place) throw new Error(`the archive has no member ${name}`);
  return place;
}

/** Both headers have the same fields in the same order from the flags on: flags 0, method 2, CRC 8, sizes 12 and 16. */
function patchHeader(copy: Buffer, flags: number, nameAt: number, oldName: string, patch: MemberPatch): void {
  if (patch.name !== undefined) {
    const bytes = Buffer.from(patch.name as string);
    if (bytes.length !== Buffer.byteLength(oldName))
      throw new Error(`the new name of ${oldName} must have ${Buffer.byteLength(oldName)} bytes, not ${bytes.length}`);
    bytes.copy(copy, nameAt);
  }
  const bits = (copy.readUInt16LE(flags) | (patch.setFlags ?? 0)) & ~(patch.clearFlags ?? 0);
  copy.writeUInt16LE(bits, flags);
  if (patch.compressionMethod !== undefined) copy.writeUInt16LE(patch.compressionMethod, flags + 2);
  if (patch.crc32 !== undefined) copy.writeUInt32LE(patch.crc32, flags + 8);
  if (patch.compressedSize !== undefined) copy.writeUInt32LE(patch.compressedSize, flags + 12);
  if (patch.uncompressedSize !== undefined) copy.writeUInt32LE(patch.uncompressedSize, flags + 16);
}
