/** What tells one state of a URL from another (RFC 9110, 8.8). */
export interface HttpValidators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Whether a value may stand in a header of a request; servers send others. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && /^[\t -~\u0080-\u00ff]*$/.test(value);
}

/** Reads what was kept of an answer; undefined where it is none of ours. */
export function readHttpValidators(kept: unknown): HttpValidators | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const { etag, lastModified } = kept as HttpValidators;
  const isSound = [etag, lastModified].every((value) => value === undefined || isHeaderValue(value));
  return isSound
    ? { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) }
    : undefined;
}

/** The headers of these names that can be sent back one day. */
export function keptHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (isHeaderValue(value)) kept[name] = value;
  }
  return kept;
}

export function validatorsOf(headers: Readonly<Record<string, string | undefined>>): HttpValidators {
  const { etag, "last-modified": lastModified } = keptHeaders(headers, ["etag", "last-modified"]);
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}
