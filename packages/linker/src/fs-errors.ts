/** The code of a system error, undefined for any other. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Nothing stands at the path: it, or one of its parents, is gone (a stale handle of a network file system says the same). */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESTALE";
}
