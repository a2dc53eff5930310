import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";

const pieceBytes = 128 * 1024;

/** The bytes of an archive contradict each other, or could be read in two ways. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
}

/**
 * The content of a gzip file in pieces, in bounded memory. It has one member and nothing behind it: other readers stop there, or read on.
 * Reads block. Whatever ends the iteration ends the stream that inflates.
 * @throws {BadArchive} and errors of the system
 */
export async function* readGzip(path: string): AsyncGenerator<Buffer> {
  const fd = openSync(path, "r");
  const inflate = createInflateRaw();
  try {
    const { size } = fstatSync(fd);
    const read = (at: number, length = pieceBytes): Buffer => {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, at));
    };
    const start = headerLength(read(0));
    let length = 0;
    let crc = 0;
    feed(inflate, (done) => read(start + done));
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      crc = crc32(piece, crc);
      length += piece.length;
      yield piece;
    }
    // Its CRC-32 and its length, modulo 2^32
    const end = start + inflate.bytesWritten + 8;
    const trailer = read(end - 8, 8);
    if (trailer.length < 8) throw new BadArchive("is cut off");
    if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32)
      throw new BadArchive("has another checksum than its content");
    if (end < size) throw new BadArchive(`has ${size - end} bytes behind its end`);
  } catch (error) {
    const isOfZlib = String((error as NodeJS.ErrnoException).code).startsWith("Z_");
    throw isOfZlib ? new BadArchive(`has damaged compressed data: ${(error as Error).message}`) : error;
  } finally {
    inflate.destroy();
    closeSync(fd);
  }
}

/** Writes what is read as fast as it is taken. Nothing is read once the stream has ended or was destroyed. */
function feed(inflate: InflateRaw, readFrom: (done: number) => Buffer): void {
  let done = 0;
  const more = () => {
    try {
      for (let piece = readFrom(done); piece.length > 0; piece = readFrom(done)) {
        done += piece.length;
        if (!inflate.write(piece)) return void inflate.once("drain", more);
      }
      inflate.end();
    } catch (error) {
      inflate.destroy(error as Error);
    }
  };
  more();
}

/** RFC 1952: 0 - magic, 2 - method, 3 - flags, 10 - what the flags announce. */
function headerLength(header: Buffer): number {
  if (header.length < 18 || header.readUInt16BE(0) !== 0x1f8b || header[2] !== 8)
    throw new BadArchive("is not gzipped");
  const flags = header[3]!;
  if ((flags & 0xe0) !== 0) throw new BadArchive("has a gzip header of an unknown kind");
  let at = 10;
  if ((flags & 0x04) !== 0) at += 2 + header.readUInt16LE(at);
  // A name, and a comment, each up to a NUL
  for (const flag of [0x08, 0x10]) if ((flags & flag) !== 0) at = header.indexOf(0, at) + 1 || Infinity;
  if ((flags & 0x02) !== 0) at += 2;
  if (at >= header.length) throw new BadArchive("has a gzip header without an end");
  return at;
}
