import { crc32 } from "node:zlib";

/** The archive with the CRC-32 of what its stored members hold now, wherever its headers can still be followed: so that changed content is read at all. */
export function withRightCrcs(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  for (let at = copy.indexOf("PK\u0001\u0002"); at >= 0; at = copy.indexOf("PK\u0001\u0002", at + 4)) {
    if (at + 46 > copy.length || copy.readUInt16LE(at + 10) !== 0) continue; // 10: method
    const local = copy.readUInt32LE(at + 42); // 42: where its local header begins
    if (local + 30 > copy.length) continue;
    const start = local + 30 + copy.readUInt16LE(local + 26) + copy.readUInt16LE(local + 28); // 26, 28: lengths of name and extra
    const crc = crc32(copy.subarray(start, start + copy.readUInt32LE(at + 20))); // 20: packed size
    copy.writeUInt32LE(crc, at + 16); // 16: CRC-32
    if (copy.readUInt32LE(local) === 0x04034b50) copy.writeUInt32LE(crc, local + 14);
  }
  return copy;
}

/** The archive with the right checksum in every header that is found by following the sizes. */
export function withRightChecksums(tar: Buffer): Buffer {
  const copy = Buffer.from(tar);
  for (let at = 0; at + 512 <= copy.length;) {
    const block = copy.subarray(at, at + 512);
    if (block.every((byte) => byte === 0)) break;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    const size = Number.parseInt(block.toString("latin1", 124, 136), 8);
    at += 512 * (1 + Math.ceil((Number.isSafeInteger(size) && size > 0 ? size : 0) / 512));
  }
  return copy;
}
