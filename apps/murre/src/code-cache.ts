import { distrust } from "@murre/cache";
import { openFile, refuseLink } from "@murre/files";
import { closeSync, mkdirSync, readdirSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

export interface CodeCacheSettings {
  readonly cacheFolder: string;
  /** Which Node: its V8 reads its own code only. */
  readonly node: string;
}

/** V8's compiled form of the bundle. It saves time and nothing else: whatever goes wrong with it is passed over. */
export interface CodeCache {
  read(): Buffer | undefined;
  write(code: Buffer): void;
}

/** Folders of other versions of murre or Node go when nothing was added to them for so long (ms). */
const staleAfterMs = 30 * 24 * 3600 * 1000;

/**
 * A file for each kind of command, because V8 keeps the functions that were used. Where it lies:
 * `<cache>/code/u<uid>/<id of the bundle>-<node>/<command>`.
 *
 * V8 believes what it reads, so that only a file is read that this user owns and nobody else can write; and it compares no more than the
 * source's length, so that the bundle's id, a hash in its first line, is in the path.
 */
export function openCodeCache(
  { cacheFolder, node }: CodeCacheSettings,
  source: string,
  words: readonly string[],
): CodeCache | undefined {
  const id = /^\(\/\*([0-9a-f]{32})\*\//.exec(source)?.[1];
  const uid = process.getuid?.();
  if (id === undefined || !cacheFolder.startsWith("/") !== (process.platform === "win32")) return undefined;
  const own = `${cacheFolder}/code/u${uid ?? ""}`;
  const folder = `${own}/${id}-${node}`;
  const path = `${folder}/${commandName(words)}`;
  return {
    read: () => readOwn(path, uid),
    write: (code) => {
      if (words.includes("--no-cache") || words.includes("-n")) return;
      try {
        if (distrust(cacheFolder) !== undefined) return;
        for (const place of [`${cacheFolder}/code`, own, folder]) refuseLink(place);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const aside = `${path}.${process.pid}-${Date.now()}`;
        writeFileSync(aside, Buffer.concat([headOf(code), code]), { mode: 0o600, flag: "wx" });
        renameSync(aside, path);
        removeStale(own, folder);
      } catch {
        // A place that cannot be written.
      }
    },
  };
}

/** `pip-install`, `venv`: the words before the first option, at most two, as far as they can be a command's. */
function commandName(words: readonly string[]): string {
  const named = words.filter((word) => !word.startsWith("-")).slice(0, 2);
  return named.filter((word) => /^[a-z]{2,12}(?:-[a-z]{2,12})?$/.test(word)).join("-") || "murre";
}

function readOwn(path: string, uid: number | undefined): Buffer | undefined {
  let file: number | undefined;
  try {
    const opened = openFile(path, { followsLinks: false });
    file = opened.descriptor;
    const { size, mode, uid: owner } = opened.stats;
    if (uid !== undefined && (owner !== uid || (mode & 0o022) !== 0)) return undefined;
    const whole = Buffer.allocUnsafeSlow(size);
    if (readSync(file, whole, 0, size, 0) !== size || size <= headBytes) return undefined;
    const code = whole.subarray(headBytes);
    return headOf(code).equals(whole.subarray(0, headBytes)) ? code : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Keeps what follows aligned, as V8 wants it (bytes). */
const headBytes = 16;

/**
 * The length, and a sum over one word of each 256 bytes. V8 looks at the first bytes only, and would run what a power loss has left in the
 * place of others.
 */
function headOf(code: Buffer): Buffer {
  let sum = 0;
  const aligned = code.byteOffset % 4 === 0 ? code : Uint8Array.from(code);
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  for (let at = 0; at < words.length; at += 64) sum = (Math.imul(sum, 31) + words[at]!) | 0;
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(code.length, 0);
  head.writeInt32LE(sum, 4);
  return head;
}

function removeStale(own: string, current: string): void {
  for (const name of readdirSync(own)) {
    const folder = `${own}/${name}`;
    if (folder !== current && Date.now() - statSync(folder).mtimeMs > staleAfterMs)
      rmSync(folder, { recursive: true, force: true });
  }
}
