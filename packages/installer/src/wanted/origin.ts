import type { RequirementEntry } from "@murre/requirements";

/** `requirements.txt:3`. */
export function describeOrigin({ origin }: Pick<RequirementEntry, "origin">): string {
  return origin === undefined ? "the command line" : `${origin.file}:${origin.line}`;
}
