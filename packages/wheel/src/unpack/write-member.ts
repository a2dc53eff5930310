import { writeAll } from "@murre/files";
import { createHash, hash } from "node:crypto";
import { closeSync, constants, openSync } from "node:fs";
import type { RecordEntry } from "../metadata/record.ts";

/** Exclusive: a path that exists already is an error, so nothing is ever written through a link or over a file. */
const createFlags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;

/** The digests of one file: sha256 for the manifest, and the one that RECORD asks for. */
export interface FileDigests {
  readonly sha256: string;
  /** By the row's algorithm; undefined where there is no row with a hash. */
  readonly recorded: string | undefined;
}

export function digestsOf(data: Buffer, row: RecordEntry | undefined): FileDigests {
  const sha256 = hash("sha256", data, "base64url");
  if (row?.algorithm === undefined) return { sha256, recorded: undefined };
  return { sha256, recorded: row.algorithm === "sha256" ? sha256 : hash(row.algorithm, data, "base64url") };
}

/** Makes the file with the permissions of the process's umask; the folder must exist. */
export function writeFileExclusive(path: string, data: Buffer, executable: boolean): void {
  const fd = openSync(path, createFlags, executable ? 0o777 : 0o666);
  try {
    writeAll(fd, data);
  } finally {
    closeSync(fd);
  }
}

/** As {@link writeFileExclusive}, from pieces; hashes while it writes. `check` is called for each piece and may throw. */
export async function writeStreamExclusive(
  path: string,
  pieces: AsyncIterable<Buffer>,
  executable: boolean,
  row: RecordEntry | undefined,
  check: () => void,
): Promise<FileDigests> {
  const sha256 = createHash("sha256");
  const other = row?.algorithm === undefined || row.algorithm === "sha256" ? undefined : createHash(row.algorithm);
  const fd = openSync(path, createFlags, executable ? 0o777 : 0o666);
  try {
    for await (const piece of pieces) {
      check();
      sha256.update(piece);
      other?.update(piece);
      writeAll(fd, piece);
    }
  } finally {
    closeSync(fd);
  }
  const digest = sha256.digest("base64url");
  const recorded = row?.algorithm === undefined ? undefined : (other?.digest("base64url") ?? digest);
  return { sha256: digest, recorded };
}
