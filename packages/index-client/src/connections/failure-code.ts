/** The system's or undici's code of a failed connection, searched through causes. */
export function failureCode(error: unknown): string | undefined {
  for (
    let current: unknown = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth++
  ) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
  }
  return undefined;
}
