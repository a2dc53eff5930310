import { acceptsPython, parseSpecifierSet } from "@murre/pep440";
import { normalizeName, parseMarker, type MarkerEnvironment, type NormalizedName } from "@murre/pep508";
import { UnfitLockFile } from "../errors.ts";
import type { LockedPackage, LockFile } from "./lock-file.ts";

/** What of a lock file is to be installed, and where. */
export interface LockSelection {
  readonly environment: MarkerEnvironment;
  /** None by default. */
  readonly extras?: readonly string[] | "all";
  /** Besides the default groups. */
  readonly groups?: readonly string[] | "all";
  /** Whether the groups are installed that the file names for it; true by default. */
  readonly defaultGroups?: boolean;
}

/**
 * The entries of a lock file that are to be installed, in its order, as PEP 751 ("Installation") says.
 * @throws {UnfitLockFile} where it is not made for the environment, does not know what is asked for, or has no one answer.
 */
export function selectPackages(lock: LockFile, selection: LockSelection): readonly LockedPackage[] {
  const { environment } = selection;
  const python = environment.python_full_version;
  const extras = chosen(selection.extras ?? [], lock.extras ?? [], "extra");
  const asked = chosen(
    selection.groups ?? [],
    [...(lock.dependencyGroups ?? []), ...(lock.defaultGroups ?? [])],
    "group",
  );
  const groups = selection.defaultGroups === false ? asked : [...(lock.defaultGroups ?? []), ...asked];
  if (lock.requiresPython !== undefined && !accepts(lock.requiresPython, python))
    throw new UnfitLockFile("MURRE_LOCK_PYTHON", `it is for Python ${lock.requiresPython}, and this is ${python}`);
  const { environments } = lock;
  if (environments !== undefined && !environments.some((marker) => parseMarker(marker).evaluate(environment)))
    throw new UnfitLockFile(
      "MURRE_LOCK_ENVIRONMENT",
      `this environment is none of those that it is for: ${environments.join("; ") || "none"}`,
    );
  const selected = new Map<NormalizedName, LockedPackage>();
  for (const entry of lock.packages) {
    const known = { extras, dependencyGroups: groups };
    if (entry.marker !== undefined && !parseMarker(entry.marker).evaluateInLockFile(environment, known)) continue;
    const other = selected.get(entry.name);
    if (other !== undefined)
      throw new UnfitLockFile(
        "MURRE_LOCK_AMBIGUOUS",
        `two of its entries are to be installed here: ${shown(other)}, and ${shown(entry)}`,
      );
    if (entry.requiresPython !== undefined && !accepts(entry.requiresPython, python))
      throw new UnfitLockFile(
        "MURRE_LOCK_PYTHON",
        `${shown(entry)} is for Python ${entry.requiresPython}, and this is ${python}`,
      );
    if (entry.source === undefined)
      throw new UnfitLockFile("MURRE_LOCK_SOURCE", `${shown(entry)} has no source that is known`);
    selected.set(entry.name, entry);
  }
  return [...selected.values()];
}

function chosen(
  asked: readonly string[] | "all",
  known: readonly NormalizedName[],
  what: "extra" | "group",
): readonly NormalizedName[] {
  if (asked === "all") return known;
  const normalized = asked.map(normalizeName);
  const strange = normalized.filter((name) => !known.includes(name));
  if (strange.length === 0) return normalized;
  const has = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  throw new UnfitLockFile("MURRE_LOCK_UNKNOWN_NAME", `there is no ${what} ${strange.join(", ")}; ${has}`);
}

const accepts = (requiresPython: string, python: string): boolean =>
  acceptsPython(parseSpecifierSet(requiresPython), python);

function shown({ name, version, marker }: LockedPackage): string {
  const release = version === undefined ? name : `${name} ${version}`;
  return marker === undefined ? release : `${release} (${marker})`;
}
