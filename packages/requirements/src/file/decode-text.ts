/**
 * Decodes a requirements file as pip does: by its byte order mark, else by a PEP 263 declaration in one of its first two
 * lines (`# -*- coding: latin-1 -*-`), else as UTF-8.
 * @throws {RangeError} when the declared encoding is not known.
 * @throws {TypeError} when the bytes are not of that encoding.
 */
export function decodeText(data: Uint8Array): string {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => data[index] === byte));
  if (mark !== undefined) return decode(data.subarray(mark.bytes.length), mark.encoding);
  return decode(data, declaredEncoding(data) ?? "utf-8");
}

const marks = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/** PEP 263, in the form that pip looks for. */
function declaredEncoding(data: Uint8Array): string | undefined {
  const head = Buffer.from(data.subarray(0, 1024)).toString("latin1");
  for (const line of head.split("\n").slice(0, 2)) {
    const declared = line.startsWith("#") ? /coding[:=]\s*([-\w.]+)/.exec(line)?.[1] : undefined;
    if (declared !== undefined) return declared;
  }
  return undefined;
}

function decode(data: Uint8Array, encoding: string): string {
  const label = encoding.toLowerCase().replaceAll("_", "-");
  // The Web calls windows-1252 "latin1"; Python means ISO 8859-1, in which each byte is the code point.
  if (/^(?:latin-?1|iso-?8859-1|l1)$/.test(label)) return Buffer.from(data).toString("latin1");
  // Not left to TextDecoder: in some releases of Node it reads windows-1252 as ISO 8859-1.
  if (/^(?:cp|windows-)1252$/.test(label))
    return Buffer.from(data)
      .toString("latin1")
      .replace(/[\x80-\x9f]/g, (byte) => windows1252.charAt(byte.charCodeAt(0) - 0x80));
  const known = /^cp125[0-8]$/.test(label) ? `windows-${label.slice(2)}` : label === "utf-8-sig" ? "utf-8" : label;
  return new TextDecoder(known, { fatal: true }).decode(data);
}

/** What windows-1252 has at 0x80 to 0x9f. */
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
