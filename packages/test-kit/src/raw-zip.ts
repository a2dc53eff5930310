import { crc32, deflateRawSync } from "node:zlib";

/** One member of a zip archive in which every field may lie; what is not given is right. */
export interface RawZipMember {
  readonly name: string | Buffer;
  readonly data?: string | Buffer;
  /** 0 stored (the default), 8 deflate. */
  readonly method?: number;
  /** Replaces the packed data. */
  readonly packed?: Buffer;
  readonly flags?: number;
  readonly unixMode?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly extra?: Buffer;
  readonly disk?: number;
  /** What the local header says instead. */
  readonly local?: Partial<LocalFields>;
  /** Bytes behind the data, such as a descriptor, or something that belongs to nobody. */
  readonly behind?: Buffer;
  /** Not in the central directory. */
  readonly isHidden?: boolean;
  /** In the central directory and nowhere else. */
  readonly isCentralOnly?: boolean;
  /** Where the central directory says that it begins. */
  readonly offset?: number;
}

interface LocalFields {
  readonly name: string | Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly packedSize: number;
  readonly extra: Buffer;
}

/** What surrounds the members. */
export interface RawZipForm {
  readonly prefix?: Buffer;
  /** Added to every place, as if the prefix were no part of the archive, or another one came before. */
  readonly shift?: number;
  readonly beforeDirectory?: Buffer;
  readonly behindDirectory?: Buffer;
  readonly comment?: Buffer;
  readonly suffix?: Buffer;
  readonly count?: number;
  readonly diskCount?: number;
  readonly disk?: number;
  readonly directorySize?: number;
  readonly directoryStart?: number;
  /** Adds the records of zip64, changed by the function. */
  readonly zip64?: (end: Buffer, locator: Buffer) => void;
}

/** The bytes of a zip archive with exactly these headers: for archives that no writer makes. */
export function rawZip(members: readonly RawZipMember[], form: RawZipForm = {}): Buffer {
  const { prefix = Buffer.alloc(0), shift = 0 } = form;
  const parts: Buffer[] = [prefix];
  const headers: Buffer[] = [];
  let at = prefix.length;
  for (const member of members) {
    const local = member.isCentralOnly === true ? Buffer.alloc(0) : localPart(member);
    if (member.isHidden !== true) headers.push(centralHeader(member, member.offset ?? at + shift));
    parts.push(local);
    at += local.length;
  }
  const { beforeDirectory = Buffer.alloc(0), behindDirectory = Buffer.alloc(0) } = form;
  const directory = Buffer.concat(headers);
  const start = form.directoryStart ?? at + beforeDirectory.length + shift;
  const size = form.directorySize ?? directory.length;
  const count = form.count ?? headers.length;
  const wide = form.zip64 === undefined ? Buffer.alloc(0) : zip64Records(start, size, count, form.zip64);
  const end = fields([
    [0x06054b50, 4],
    [form.disk ?? 0, 2],
    [0, 2],
    [Math.min(form.diskCount ?? count, 0xffff), 2],
    [Math.min(count, 0xffff), 2],
    [size, 4],
    [start, 4],
    [form.comment?.length ?? 0, 2],
  ]);
  const tail = [form.comment ?? Buffer.alloc(0), form.suffix ?? Buffer.alloc(0)];
  return Buffer.concat([...parts, beforeDirectory, directory, behindDirectory, wide, end, ...tail]);
}

const bytesOf = (text: string | Buffer): Buffer => Buffer.from(text as string);

function factsOf(member: RawZipMember) {
  const data = bytesOf(member.data ?? "");
  const method = member.method ?? 0;
  const packed = member.packed ?? (method === 8 ? deflateRawSync(data) : data);
  return {
    name: bytesOf(member.name),
    flags: member.flags ?? 0,
    method,
    crc: member.crc ?? crc32(data),
    size: member.size ?? data.length,
    packedSize: member.packedSize ?? packed.length,
    extra: member.extra ?? Buffer.alloc(0),
    packed,
  };
}

type Facts = Omit<ReturnType<typeof factsOf>, "packed">;

/** What both headers of a member say, in the same order. */
function sharedFields({ name, flags, method, crc, size, packedSize, extra }: Facts): [value: number, bytes: number][] {
  return [
    [20, 2],
    [flags, 2],
    [method, 2],
    [0, 2],
    [0x21, 2],
    [crc, 4],
    [packedSize, 4],
    [size, 4],
    [name.length, 2],
    [extra.length, 2],
  ];
}

function localPart(member: RawZipMember): Buffer {
  const { packed, ...facts } = factsOf(member);
  const { name, extra } = { ...facts, ...member.local };
  const header = fields([[0x04034b50, 4], ...sharedFields({ ...facts, ...member.local, name: bytesOf(name) })]);
  return Buffer.concat([header, bytesOf(name), extra, packed, member.behind ?? Buffer.alloc(0)]);
}

/** One header of a central directory. */
export function centralHeader(member: RawZipMember, offset: number): Buffer {
  const facts = factsOf(member);
  const { name, extra } = facts;
  const header = fields([
    [0x02014b50, 4],
    [0x0314, 2],
    ...sharedFields(facts),
    [0, 2],
    [member.disk ?? 0, 2],
    [0, 2],
    [((member.unixMode ?? (name.at(-1) === 0x2f ? 0o040755 : 0o100644)) << 16) >>> 0, 4],
    [offset, 4],
  ]);
  return Buffer.concat([header, name, extra]);
}

function zip64Records(start: number, size: number, count: number, change: NonNullable<RawZipForm["zip64"]>): Buffer {
  const end = fields([
    [0x06064b50, 4],
    [44, 8],
    [45, 2],
    [45, 2],
    [0, 4],
    [0, 4],
    [count, 8],
    [count, 8],
    [size, 8],
    [start, 8],
  ]);
  const locator = fields([
    [0x07064b50, 4],
    [0, 4],
    [start + size, 8],
    [1, 4],
  ]);
  change(end, locator);
  return Buffer.concat([end, locator]);
}

/** Numbers in little endian, each with its length in bytes. */
export function fields(values: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );
}

/** One extra field of a header. */
export function extraField(id: number, data: Buffer): Buffer {
  return Buffer.concat([
    fields([
      [id, 2],
      [data.length, 2],
    ]),
    data,
  ]);
}

/** The name as Info-ZIP repeats it (0x7075), with the checksum of the name that it stands beside. */
export function unicodePath(name: string, repeated: string, crc = crc32(name)): Buffer {
  const head = fields([
    [1, 1],
    [crc, 4],
  ]);
  return extraField(0x7075, Buffer.concat([head, Buffer.from(repeated)]));
}
