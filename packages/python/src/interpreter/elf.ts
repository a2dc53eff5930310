import { closeSync, openSync, readSync } from "node:fs";
import type { ElfHeader } from "@murre/platform-tags";

/** What the tags of Linux interpreters depend on in an executable. */
export interface ElfFacts {
  readonly header: ElfHeader;
  /** The dynamic loader (`PT_INTERP`), absent in static executables. */
  readonly loader?: string;
}

const PT_INTERP = 3;

/** Reads the facts of an ELF file; undefined for anything else, and where it cannot be read. */
export function readElf(path: string): ElfFacts | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    return parseElf((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** System V ABI, "ELF Header" and "Program Header". Offsets in the comments are of the 64-bit form. */
export function parseElf(read: (offset: number, length: number) => Buffer): ElfFacts | undefined {
  const head = read(0, 64);
  if (head.length < 52 || head.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const bits = head[4] === 1 ? 32 : 64; // 4: EI_CLASS
  const littleEndian = head[5] === 1; // 5: EI_DATA
  const short = (bytes: Buffer, at: number) => (littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const word = (bytes: Buffer, at: number) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const long = (bytes: Buffer, at: number) =>
    Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const wide = bits === 64;
  const header: ElfHeader = {
    bits,
    littleEndian,
    machine: short(head, 18), // 18: e_machine
    flags: word(head, wide ? 48 : 36), // 48: e_flags
  };
  const tableOffset = wide ? long(head, 32) : word(head, 28); // 32: e_phoff
  const entrySize = short(head, wide ? 54 : 42); // 54: e_phentsize
  const entryCount = short(head, wide ? 56 : 44); // 56: e_phnum
  for (let index = 0; index < entryCount; index++) {
    const entry = read(tableOffset + index * entrySize, entrySize);
    if (word(entry, 0) !== PT_INTERP) continue; // 0: p_type
    const offset = wide ? long(entry, 8) : word(entry, 4); // 8: p_offset
    const size = wide ? long(entry, 32) : word(entry, 16); // 32: p_filesz
    return { header, loader: read(offset, Math.min(size, 4096)).toString("latin1").replace(/\0.*$/s, "") };
  }
  return { header };
}
