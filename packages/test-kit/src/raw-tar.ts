import { gzipSync } from "node:zlib";

/** One header block of a tar archive and what follows it; nothing about it is checked. */
export interface RawTarMember {
  readonly path: string | Buffer;
  readonly data?: string | Buffer;
  /** The type flag: "0" file, "1" hard link, "2" symbolic link, "3" character device, "5" folder, "6" pipe, "x" PAX, "L" long name of GNU. */
  readonly type?: string;
  readonly target?: string;
  readonly mode?: number;
  /** Bytes, as the header claims; text or bytes stand there as they are. */
  readonly size?: number | string | Buffer;
  readonly prefix?: string;
  /** Default: POSIX. */
  readonly magic?: string;
  /** Changes the block before its checksum is written, or afterwards. */
  readonly change?: (block: Buffer) => void;
  readonly damage?: (block: Buffer) => void;
}

/** A member, or bytes as they are. */
export type RawTarPart = RawTarMember | Buffer;

/** The bytes of a tar archive with exactly these parts in their order, and two blocks of zeros. */
export function rawTar(parts: readonly RawTarPart[], end: Buffer = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...parts.flatMap((part) => (Buffer.isBuffer(part) ? [part] : memberBlocks(part))), end]);
}

export const makeTarGz = (parts: readonly RawTarPart[], end?: Buffer): Buffer => gzipSync(rawTar(parts, end));

/** A PAX header for the next member: records as they are written, `LENGTH KEY=VALUE\n`. */
export function pax(records: Readonly<Record<string, string | Buffer>>, type = "x"): RawTarMember {
  const lines = Object.entries(records).map(([key, value]) => {
    const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from("\n")]);
    let length = body.length;
    while (String(length).length + body.length !== length) length = String(length).length + body.length;
    return Buffer.concat([Buffer.from(String(length)), body]);
  });
  return { path: "PaxHeaders/x", type, data: Buffer.concat(lines) };
}

/** A long name (`L`) or target (`K`) of GNU for the next member. */
export function gnuLong(text: string, type: "L" | "K" = "L"): RawTarMember {
  return { path: "././@LongLink", type, data: `${text}\0`, magic: gnuMagic };
}

export const gnuMagic = "ustar  \0";

export function memberBlocks(member: RawTarMember): Buffer[] {
  const data = Buffer.from((member.data ?? "") as string);
  return [header(member, data.length), data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}

/** POSIX.1-1988: 0 - name, 100 - mode, 124 - size, 136 - mtime, 148 - checksum, 156 - type, 157 - target, 257 - magic, 345 - prefix. */
function header(member: RawTarMember, length: number): Buffer {
  const { path, type = "0", target = "", mode = 0o644, size = length, prefix = "" } = member;
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits - 1, "0")}\0`, at, "latin1");
  Buffer.from(path as string).copy(block, 0, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (typeof size === "number") octal(size, 124, 12);
  else Buffer.from(size as string).copy(block, 124, 0, 12);
  octal(1_700_000_000, 136, 12);
  block.write(type, 156, "latin1");
  block.write(target, 157, 100, "utf8");
  block.write(member.magic ?? "ustar\u000000", 257, "latin1");
  block.write(prefix, 345, 155, "utf8");
  member.change?.(block);
  block.write("        ", 148, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  member.damage?.(block);
  return block;
}
