import { compareBounds, type SpecifierSet, type VersionInterval } from "@murre/pep440";

/** Whether some version, be there one or not, satisfies all clauses of all sets. */
export function specifiersMeet(sets: readonly SpecifierSet[]): boolean {
  let open: readonly VersionInterval[] = [{ lower: undefined, upper: undefined }];
  for (const { specifiers } of sets)
    // What compares texts (`===`) says nothing of versions in between.
    for (const { intervals } of specifiers)
      if (intervals !== undefined) open = open.flatMap((one) => intervals.flatMap((other) => intersect(one, other)));
  return open.length > 0;
}

function intersect(a: VersionInterval, b: VersionInterval): VersionInterval[] {
  const lower = !a.lower || (b.lower && compareBounds(a.lower, b.lower) < 0) ? b.lower : a.lower;
  const upper = !a.upper || (b.upper && compareBounds(a.upper, b.upper) > 0) ? b.upper : a.upper;
  return lower && upper && compareBounds(lower, upper) >= 0 ? [] : [{ lower, upper }];
}
