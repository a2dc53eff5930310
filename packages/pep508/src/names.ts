declare const normalized: unique symbol;

/** The name of a project or of an extra as PEP 503 normalises it. Only {@link normalizeName} makes one. */
export type NormalizedName = string & { readonly [normalized]: true };

const alreadyNormal = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** PEP 503: lower case, each run of `-`, `_` and `.` one `-`. Two names mean the same project when this makes them equal (PEP 685: extras too). */
export function normalizeName(name: string): NormalizedName {
  if (alreadyNormal.test(name)) return name as NormalizedName;
  return name.toLowerCase().replace(/[-_.]+/g, "-") as NormalizedName;
}

const validName = /^(?:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$/i;

/** Whether this can be a project's name at all (core metadata, "Name"): ASCII letters, digits, `.`, `_`, `-`, the first and last no sign. */
export function isValidName(name: string): boolean {
  return validName.test(name);
}
