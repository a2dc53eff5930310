import { sha256 } from "@noble/hashes/sha2.js";

// Node's `crypto` takes longer to load than most commands spend on all the names that they make of hashes: a library's own sha256 makes the
// first of them. Both say the same.

const crypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");

/** From then on the other one pays. */
const mostHere = 8;
/** Characters, or bytes: a long text takes the library longer than a process takes to load `crypto`. */
const longestHere = 8192;
let made = 0;

/** The sha256 of a text's UTF-8, or of bytes, in hexadecimal: for names, keys and small files. */
export function sha256Hex(content: string | Uint8Array): string {
  if (content.length > longestHere || ++made > mostHere) return crypto().hash("sha256", content);
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  return Buffer.from(sha256(bytes)).toString("hex");
}

/** 16 hexadecimal digits that nobody has had before: 64 bits of the system's random numbers. */
export function randomDigits(platform: NodeJS.Platform = process.platform): string {
  return (fromDevice(platform) ?? crypto().randomBytes(randomSize)).toString("hex");
}

const randomSize = 8;

/** What Node's `crypto` asks in the end, where it has a name in the file system; undefined where it has none. */
function fromDevice(platform: NodeJS.Platform): Buffer | undefined {
  if (platform === "win32") return undefined;
  // Not by the file system that a command is given: what is random is nothing that a run rests on.
  const { closeSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  try {
    const device = openSync("/dev/urandom", "r");
    try {
      const bytes = Buffer.alloc(randomSize);
      return readSync(device, bytes, 0, randomSize, null) === randomSize ? bytes : undefined;
    } finally {
      closeSync(device);
    }
  } catch {
    return undefined;
  }
}
