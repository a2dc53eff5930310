import { redactUrl, type NormalizedName, type Requirement } from "@murre/pep508";
import type { Constraint, RequirementEntry } from "@murre/requirements";
import type { Stated, StatedOf } from "@murre/resolver";

/** `requirements.txt:3`. */
export function describeOrigin({ origin }: Pick<RequirementEntry, "origin">): string {
  return origin === undefined ? "the command line" : `${origin.file}:${origin.line}`;
}

type StatedEntry = Pick<Constraint, "requirement"> & Pick<RequirementEntry, "origin">;

/** A line of the request as a failure tells it: without marker and credentials, and with its place where it stands in a file. */
export function stated(
  role: Stated["role"],
  { name, extras, specifiers, url }: Requirement,
  entry: Pick<RequirementEntry, "origin">,
): Stated {
  const asked = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
  const text = url === undefined ? `${asked}${specifiers}` : `${asked} @ ${redactUrl(url)}`;
  return { role, text, ...(entry.origin === undefined ? {} : { origin: describeOrigin(entry) }) };
}

/** What a request says of a project, in the order in which it does. */
export function statedIn({
  wanted,
  overrides = [],
  constraints,
}: {
  readonly wanted: readonly { readonly name: NormalizedName; readonly stated: readonly Stated[] }[];
  readonly overrides?: readonly StatedEntry[];
  readonly constraints: readonly StatedEntry[];
}): StatedOf {
  return (project) => {
    const own = (entries: readonly StatedEntry[], role: Stated["role"]) =>
      entries
        .filter(({ requirement }) => requirement.normalizedName === project)
        .map((entry) => stated(role, entry.requirement, entry));
    const asked = wanted.filter(({ name }) => name === project).flatMap((one) => one.stated);
    return [...asked, ...own(overrides, "override"), ...own(constraints, "constraint")];
  };
}
