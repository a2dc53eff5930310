import { fileState } from "@murre/files";
import type { Documents } from "./documents.ts";
import { hashedName } from "../folder/layout.ts";

/**
 * `files/<sha256 of URL>`: the sha256 of a local file whose index gave no hash, valid as long as the file keeps its
 * size, times in nanoseconds and inode. One document, so that the validators and the hash cannot disagree.
 */
interface RememberedFile {
  readonly validators: string;
  readonly sha256: string;
}

/** The sha256 (hex) that the file at `path` had when it last had this size, these times and inode; else undefined. */
export function rememberedFileHash(documents: Documents, path: string): string | undefined {
  const bytes = documents.read("files", hashedName(path));
  const validators = fileValidators(path);
  if (bytes === undefined || validators === undefined) return undefined;
  try {
    const remembered = JSON.parse(bytes.toString("utf8")) as Partial<RememberedFile> | null;
    const sha256: unknown = remembered?.sha256;
    const isSound = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
    return isSound && remembered?.validators === validators ? sha256 : undefined;
  } catch {
    return undefined; // torn or foreign: computed again
  }
}

/** @param validators what {@link fileValidators} said before the file was read: a change meanwhile is then noticed. */
export function rememberFileHash(documents: Documents, path: string, validators: string, sha256: string): void {
  documents.write(["files", hashedName(path)], JSON.stringify({ validators, sha256 } satisfies RememberedFile));
}

/** The {@link fileState} of a file; undefined when there is none. */
export function fileValidators(path: string): string | undefined {
  try {
    return fileState(path);
  } catch {
    return undefined;
  }
}
