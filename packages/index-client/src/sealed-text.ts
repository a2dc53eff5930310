import { crc32 } from "node:zlib";

// A METADATA that is cut off is still one, which requires less. So a text in the cache stands behind its checksum.

const seal = (text: Buffer): string => `${crc32(text).toString(16).padStart(8, "0")}\n`;

/** Eight hexadecimal digits, a line feed, and the text. */
export function sealText(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(seal(bytes)), bytes]);
}

/** Undefined for what was damaged, or was never sealed. */
export function unsealText(document: Buffer | undefined): string | undefined {
  if (document === undefined) return undefined;
  const bytes = document.subarray(9);
  return document.toString("latin1", 0, 9) === seal(bytes) ? bytes.toString("utf8") : undefined;
}
