import type { WindowedReader } from "./windowed-reader.ts";
import { readUInt64 } from "./extra-fields.ts";

/** Where the central directory is, by the end of the archive. */
export interface ZipEnd {
  readonly entryCount: number;
  /** Bytes from the start of the archive. */
  readonly directoryStart: number;
  readonly directoryEnd: number;
}

/** What is wrong with the end of an archive: it is no zip, or one that could be read in two ways. */
export class BadEnd extends Error {
  override readonly name = "BadEnd";
  readonly isAmbiguous: boolean;
  constructor(isAmbiguous: boolean, text: string) {
    super(text);
    this.isAmbiguous = isAmbiguous;
  }
}

const ambiguous = (text: string): BadEnd => new BadEnd(true, text);

const endSignature = Buffer.from("PK\u0005\u0006", "latin1");
const endBytes = 22;
const locatorBytes = 20;
const zip64EndBytes = 56;

/**
 * The end record, which has to be the only one that any reader could find: the last bytes of the archive, but for a comment that holds none,
 * with the central directory right before it.
 * @throws {BadEnd}
 */
export async function readZipEnd(reader: WindowedReader): Promise<ZipEnd> {
  const tail = await reader.tail();
  const at = tail.lastIndexOf(endSignature);
  if (at === -1 || tail.length - at < endBytes) throw new BadEnd(false, "has no end record");
  const end = tail.subarray(at);
  // 4 and 6 - numbers of disks, 8 and 10 - entries of this disk and of all, 12 - size of the directory, 16 - its place, 20 - length of the comment
  const behind = end.length - endBytes - end.readUInt16LE(20);
  if (behind > 0) throw ambiguous(`has ${behind} bytes behind its end`);
  if (behind < 0) throw new BadEnd(false, "is cut off in its end record");
  const plain: EndFields = {
    disks: [end.readUInt16LE(4), end.readUInt16LE(6)],
    counts: [end.readUInt16LE(8), end.readUInt16LE(10)],
    size: end.readUInt32LE(12),
    start: end.readUInt32LE(16),
  };
  const endStart = reader.size - end.length;
  const wide = await readZip64End(reader, endStart);
  if (wide !== undefined && !mayStandFor(plain, wide.fields)) throw ambiguous("has two end records that disagree");
  const { disks, counts, size, start } = wide?.fields ?? plain;
  if (disks.some((disk) => disk !== 0) || counts[0] !== counts[1]) throw ambiguous("is said to be one part of several");
  const directoryEnd = wide?.at ?? endStart;
  if (start + size !== directoryEnd)
    throw ambiguous(`has an end record for ${size} bytes from ${start} on, which do not end where it begins`);
  return { entryCount: counts[1], directoryStart: start, directoryEnd };
}

interface EndFields {
  readonly disks: readonly [number, number];
  readonly counts: readonly [number, number];
  readonly size: number;
  readonly start: number;
}

/** A field of the short record has the value itself, or says by all ones that the long one has it. */
function mayStandFor(plain: EndFields, wide: EndFields): boolean {
  const fits = (short: number, long: number, ones: number) => short === ones || short === long;
  return (
    plain.disks.every((disk, index) => fits(disk, wide.disks[index]!, 0xffff)) &&
    plain.counts.every((count, index) => fits(count, wide.counts[index]!, 0xffff)) &&
    fits(plain.size, wide.size, 0xffffffff) &&
    fits(plain.start, wide.start, 0xffffffff)
  );
}

/** The zip64 end record and its locator, which lie right before the end record where there are any. */
async function readZip64End(
  reader: WindowedReader,
  endStart: number,
): Promise<{ readonly fields: EndFields; readonly at: number } | undefined> {
  const at = endStart - locatorBytes - zip64EndBytes;
  if (at < 0) return undefined;
  const block = await reader.range(at, endStart);
  const locator = block.subarray(zip64EndBytes);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  // 4 - disk of the record, 8 - its place, 16 - number of disks
  const isWhole = locator.readUInt32LE(4) === 0 && locator.readUInt32LE(16) <= 1;
  // 0 - signature, 4 - size of what follows: 44 where it has no fields of others
  if (!isWhole || readUInt64(locator, 8) !== at || block.readUInt32LE(0) !== 0x06064b50 || readUInt64(block, 4) !== 44)
    throw ambiguous("has a zip64 end record that is not where it has to be");
  const fields: EndFields = {
    disks: [block.readUInt32LE(16), block.readUInt32LE(20)],
    counts: [readUInt64(block, 24), readUInt64(block, 32)],
    size: readUInt64(block, 40),
    start: readUInt64(block, 48),
  };
  return { fields, at };
}
