import type { KeptFolder } from "./kept-folder.ts";
import { readOwn } from "./own-file.ts";

/** V8's compiled form of the bundle. It saves time and nothing else: whatever goes wrong with it is passed over. */
export interface CodeCache {
  read(): Buffer | undefined;
  write(code: Buffer): void;
}

/**
 * A file for each kind of command, because V8 keeps the functions that were used: `<folder>/<command>`. V8 believes what it reads, and compares
 * no more than the source's length; see {@link KeptFolder}.
 */
export function openCodeCache(folder: KeptFolder, words: readonly string[]): CodeCache {
  const name = commandName(words);
  return {
    read: () => readCode(`${folder.path}/${name}`),
    write: (code) => {
      if (words.includes("--no-cache") || words.includes("-n")) return;
      folder.keep(name, Buffer.concat([headOf(code), code]));
    },
  };
}

/** `pip-install`, `venv`: the words before the first option, at most two, as far as they can be a command's. */
function commandName(words: readonly string[]): string {
  const named = words.filter((word) => !word.startsWith("-")).slice(0, 2);
  return named.filter((word) => /^[a-z]{2,12}(?:-[a-z]{2,12})?$/.test(word)).join("-") || "murre";
}

function readCode(path: string): Buffer | undefined {
  const whole = readOwn(path, process.getuid?.());
  if (whole === undefined || whole.length <= headBytes) return undefined;
  const code = whole.subarray(headBytes);
  return headOf(code).equals(whole.subarray(0, headBytes)) ? code : undefined;
}

const wordsApart = 256;

/** Keeps what follows aligned, as V8 wants it (bytes). */
const headBytes = 16;

/**
 * The length, and a sum over one word of each kilobyte. V8 looks at the first bytes only, and would run what a power loss has left in the
 * place of others.
 */
function headOf(code: Buffer): Buffer {
  let sum = 0;
  const aligned = code.byteOffset % 4 === 0 ? code : Uint8Array.from(code);
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  for (let at = 0; at < words.length; at += wordsApart) sum = (Math.imul(sum, 31) + words[at]!) | 0;
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(code.length, 0);
  head.writeInt32LE(sum, 4);
  return head;
}
