import { crc32 } from "node:zlib";

/** What of a header's extra fields says where a member is, how large it is, and what its name is. */
export interface ExtraFields {
  /** Sizes and places that do not fit into 32 bits. */
  readonly zip64: Buffer | undefined;
  /** The name as Info-ZIP repeats it in UTF-8. */
  readonly unicodePath: Buffer | undefined;
}

const none: ExtraFields = { zip64: undefined, unicodePath: undefined };
const zip64Id = 0x0001;
const unicodePathId = 0x7075;

/** @returns undefined where they are no list of fields, or one that decides is there twice. */
export function readExtraFields(extra: Buffer): ExtraFields | undefined {
  if (extra.length === 0) return none;
  const found = new Map<number, Buffer>();
  let at = 0;
  while (at + 4 <= extra.length) {
    const id = extra.readUInt16LE(at);
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return undefined;
    if (found.has(id) && (id === zip64Id || id === unicodePathId)) return undefined;
    found.set(id, extra.subarray(at + 4, end));
    at = end;
  }
  // Tools that align members leave up to three zeros.
  if (extra.subarray(at).some((byte) => byte !== 0)) return undefined;
  return { zip64: found.get(zip64Id), unicodePath: found.get(unicodePathId) };
}

/** Whether the name that Info-ZIP repeats is the name: 0 - version, 1 - CRC-32 of the name, 5 - the name in UTF-8. */
export function repeatsName({ unicodePath }: ExtraFields, name: Buffer): boolean {
  if (unicodePath === undefined) return true;
  return unicodePath.length >= 5 && unicodePath.readUInt32LE(1) === crc32(name) && unicodePath.subarray(5).equals(name);
}

/** A number of 64 bits, as far as JavaScript counts exactly; beyond that, one that lies in no archive. */
export function readUInt64(buffer: Buffer, at: number): number {
  const value = Number(buffer.readBigUInt64LE(at));
  return Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER;
}
