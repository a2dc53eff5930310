import { streamFile } from "@murre/files";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";

/** The sha256 of a file's bytes, hexadecimal. @throws {NotAFile}, and the system's error */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(streamFile(path), hash);
  return hash.digest("hex");
}
