import { errorCode } from "@murre/files";

/** ESTALE (NFS) says what ENOENT says (protocols/nfs.md, N4). */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESTALE";
}

/** The step's result, or undefined where its file is missing. Every other error passes through. */
export function unlessMissing<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
