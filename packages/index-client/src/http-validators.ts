import * as v from "valibot";

/** What tells one state of a URL from another (RFC 9110, 8.8). */
export interface HttpValidators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** A value that may stand in a header of a request; servers send others. */
export const headerValue = v.pipe(v.string(), v.regex(/^[\t -~\u0080-\u00ff]*$/));

const httpValidators = v.object({ etag: v.optional(headerValue), lastModified: v.optional(headerValue) });

/** Reads what was kept of an answer; undefined where it is none of ours. */
export function readHttpValidators(kept: unknown): HttpValidators | undefined {
  const { success, output } = v.safeParse(httpValidators, kept);
  return success ? (output as HttpValidators) : undefined;
}

/** The headers of these names that can be sent back one day. */
export function keptHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined && v.is(headerValue, value)) kept[name] = value;
  }
  return kept;
}

export function validatorsOf(headers: Readonly<Record<string, string | undefined>>): HttpValidators {
  const { etag, "last-modified": lastModified } = keptHeaders(headers, ["etag", "last-modified"]);
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}
