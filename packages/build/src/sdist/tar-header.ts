import { BadArchive } from "./read-gzip.ts";

export const blockBytes = 512;

/** One header block of a tar archive, its fields as they are written. */
export interface TarHeader {
  readonly type: string;
  /** With the prefix of POSIX headers. */
  readonly path: string;
  readonly linkPath: string;
  readonly mode: number;
  /** Bytes of the content that follows. */
  readonly size: number;
}

/** From here on sizes do not fit into the eleven octal digits of the field. */
export const largestOctalSize = 8 ** 11;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws {BadArchive} where it is not UTF-8: others would make it a name of their own. */
export function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BadArchive(`has the name ${JSON.stringify(bytes.toString("latin1"))}, which is not UTF-8`);
  }
}

/**
 * POSIX.1-1988: 0 - name, 100 - mode, 124 - size, 148 - checksum, 156 - type, 157 - target, 257 - magic, 345 - prefix.
 * @throws {BadArchive}
 */
export function readHeader(block: Buffer): TarHeader {
  if (!hasRightChecksum(block)) throw new BadArchive("has a header with a wrong checksum");
  const magic = block.toString("latin1", 257, 265);
  const isPosix = magic.startsWith("ustar\0");
  const prefix = block.subarray(345, 500);
  // GNU has times and parts of sparse files there, which some readers take for a prefix; before POSIX it was padding.
  if (!isPosix && !isZero(prefix)) throw new BadArchive("has a header of two formats");
  const name = field(block, 0, 100);
  const folder = isPosix ? field(block, 345, 155) : "";
  return {
    type: String.fromCharCode(block[156]!),
    path: folder === "" ? name : `${folder}/${name}`,
    linkPath: field(block, 157, 100),
    mode: octal(block, 100, 8),
    size: readSize(block),
  };
}

export const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

/** Text up to a NUL, with nothing behind that. */
function field(block: Buffer, at: number, length: number): string {
  return terminated(block.subarray(at, at + length));
}

/** @throws {BadArchive} where something is behind the NUL that ends it. */
export function terminated(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  if (end === -1) return decodeText(bytes);
  if (!isZero(bytes.subarray(end))) throw new BadArchive("has a name with a NUL in it");
  return decodeText(bytes.subarray(0, end));
}

function octal(block: Buffer, at: number, length: number): number {
  const text = block.toString("latin1", at, at + length);
  const match = /^ *(?:([0-7]+)[ \0]*|\0[ \0]*)?$/.exec(text);
  if (!match) throw new BadArchive(`has the number ${JSON.stringify(text)} in a header`);
  return match[1] === undefined ? 0 : Number.parseInt(match[1], 8);
}

/** Octal, or as GNU writes what has no room there: in base 256, marked by the first bit. */
function readSize(block: Buffer): number {
  if ((block[124]! & 0x80) === 0) return octal(block, 124, 12);
  const value = Number(block.readBigUInt64BE(128));
  const isPlain = block[124] === 0x80 && isZero(block.subarray(125, 128)) && Number.isSafeInteger(value);
  if (!isPlain || value < largestOctalSize)
    throw new BadArchive("has a size that is negative, or written in a strange way");
  return value;
}

/** The sum of all bytes, the checksum's own taken for blanks; old tools took bytes for signed. */
function hasRightChecksum(block: Buffer): boolean {
  const written = /^ *([0-7]+)[ \0]*$/.exec(block.toString("latin1", 148, 156))?.[1];
  if (written === undefined) return false;
  const expected = Number.parseInt(written, 8);
  let unsigned = 8 * 32;
  let signed = 8 * 32;
  for (let at = 0; at < blockBytes; at++) {
    if (at === 148) at = 156;
    unsigned += block[at]!;
    signed += block.readInt8(at);
  }
  return expected === unsigned || expected === signed;
}
