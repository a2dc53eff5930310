import { compareVersions, tryParseVersion } from "@murre/pep440";
import type { Condition, Conditions, Marker, NormalizedName } from "@murre/pep508";

/** A version to take, such as that of a lock file, and where: undefined for anywhere. */
export interface PreferredVersion {
  readonly version: string;
  readonly marker: Marker | undefined;
}

interface Preferred {
  readonly version: string;
  readonly condition: Condition;
}

/**
 * What the user prefers in each part of the environments. The one version that an earlier result has of a project is meant for all of them, as its marker only
 * says where it was wanted; of several each is meant for its own, so that what was solved in parts is solved in the same parts again.
 */
export class PreferredVersions {
  private readonly versions: ReadonlyMap<NormalizedName, readonly Preferred[]>;

  constructor(
    versions: ReadonlyMap<NormalizedName, string | readonly (string | PreferredVersion)[]> = new Map(),
    conditions: Conditions,
  ) {
    const read = (one: string | PreferredVersion): Preferred =>
      typeof one === "string"
        ? { version: one, condition: conditions.always }
        : { version: one.version, condition: conditions.of(one.marker) };
    this.versions = new Map(
      [...versions].map(([name, all]) => [name, (typeof all === "string" ? [all] : all).map(read)]),
    );
  }

  within(scope: Condition): Map<NormalizedName, string[]> {
    return new Map([...this.versions].map(([name, all]) => [name, inOrder(all, scope)]));
  }
}

/**
 * What is meant for the whole scope comes first. Of what is meant for a part of it the newest does, because that leads to the next split: it is what an older
 * part could not have.
 */
function inOrder(all: readonly Preferred[], scope: Condition): string[] {
  if (new Set(all.map(({ version }) => version)).size === 1) return [all[0]!.version];
  const meant = all.filter(({ condition }) => scope.implies(condition));
  const partly = all.filter(({ condition }) => !scope.implies(condition) && !scope.isDisjointFrom(condition));
  return [...meant, ...partly.toSorted(newestFirst)].map(({ version }) => version);
}

function newestFirst(a: Preferred, b: Preferred): number {
  const [left, right] = [tryParseVersion(a.version), tryParseVersion(b.version)];
  return left === undefined || right === undefined ? 0 : compareVersions(right, left);
}
