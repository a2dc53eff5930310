/** The `code` of an error: a permanent one of a package's, or the system's (`ENOENT`). Undefined where there is none. */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/**
 * Whether an error has one of these codes. Errors are told apart by code and not by class, because two copies of a package may be loaded, and
 * what comes from a thread or another process has no class. The type of the codes has to be given (`hasCode<IndexErrorCode>(error, …)`), so
 * that one that there is not does not compile.
 */
export function hasCode<Code extends string = never>(
  error: unknown,
  ...codes: readonly NoInfer<Code>[]
): error is Error & { readonly code: Code } {
  const code = errorCode(error);
  return codes.some((one) => one === code);
}
