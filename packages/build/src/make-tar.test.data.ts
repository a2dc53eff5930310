import { gzipSync } from "node:zlib";

/** One member of a made-up tar archive; nothing about it is checked. */
export interface TarMember {
  readonly path: string;
  readonly data?: string | Buffer;
  /** The type flag of ustar: "0" file, "1" hard link, "2" symbolic link, "3" character device, "5" folder, "6" pipe. */
  readonly type?: string;
  readonly target?: string;
  readonly mode?: number;
}

/** The bytes of a tar.gz archive with exactly these members, in their order. */
export function makeTarGz(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap((member) => {
    const data = Buffer.from(member.data ?? "");
    return [header(member, data.length), data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** POSIX.1-1988: 0 - name, 100 - mode, 124 - size, 136 - mtime, 148 - checksum, 156 - type, 157 - target, 257 - magic. */
function header({ path, type = "0", target = "", mode = 0o644 }: TarMember, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  block.write(path, 0, 100, "utf8");
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(1_700_000_000, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  block.write(target, 157, 100, "utf8");
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
