declare const normalized: unique symbol;

/** The name of a project or of an extra as PEP 503 normalises it. Only {@link normalizeName} makes one, and {@link isNormalizedName} knows one. */
export type NormalizedName = string & { readonly [normalized]: true };

const alreadyNormal = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** PEP 503: lower case, each run of `-`, `_` and `.` one `-`. Two names mean the same project when this makes them equal (PEP 685: extras too). */
export function normalizeName(name: string): NormalizedName {
  if (isNormalizedName(name)) return name;
  return name.toLowerCase().replace(/[-_.]+/g, "-") as NormalizedName;
}

/** Whether this is a project's name as PEP 503 normalises it. */
export function isNormalizedName(name: string): name is NormalizedName {
  return alreadyNormal.test(name);
}

const validName = /^(?:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$/i;

/** Whether this can be a project's name at all (core metadata, "Name"): ASCII letters, digits, `.`, `_`, `-`, the first and last no sign. */
export function isValidName(name: string): boolean {
  return validName.test(name);
}
