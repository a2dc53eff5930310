import { compareVersions, tryParseVersion, type Version } from "@murre/pep440";
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
  private readonly versions = new Map<NormalizedName, readonly Preferred[]>();

  constructor(
    versions: ReadonlyMap<NormalizedName, string | readonly (string | PreferredVersion)[]> = new Map(),
    conditions: Conditions,
  ) {
    const read = (one: string | PreferredVersion): Preferred =>
      typeof one === "string"
        ? { version: one, condition: conditions.always }
        : { version: one.version, condition: conditions.of(one.marker) };
    for (const [name, versionsOf] of versions) {
      const all = (typeof versionsOf === "string" ? [versionsOf] : versionsOf).map(read);
      const isOne = new Set(all.map(({ version }) => version)).size === 1;
      this.versions.set(name, isOne ? [{ version: all[0]!.version, condition: conditions.always }] : all);
    }
  }

  within(scope: Condition): Map<NormalizedName, string[]> {
    return new Map([...this.versions].map(([name, all]) => [name, inOrder(all, scope)]));
  }

  /**
   * What to split the scope by where a version is about to be taken that is not the one that is meant for all of the scope: by the Pythons that the others are
   * meant for, as far as those tell the parts apart. What led to the parts need not show again, because it was not taken.
   */
  partsOf(project: NormalizedName, version: Version, scope: Condition): Condition[] {
    const all = (this.versions.get(project) ?? []).filter(({ condition }) => !scope.isDisjointFrom(condition));
    const own = all.filter((one) => tryParseVersion(one.version)?.key === version.key);
    if (own.length === all.length || own.some(({ condition }) => scope.implies(condition))) return [];
    const parts = all.map(({ condition }) => scope.and(condition));
    const pythons = parts.map((part) => part.pythons).filter((part) => !scope.implies(part));
    return pythons.length > 0 ? pythons : parts;
  }
}

/**
 * What is meant for the whole scope comes first. Of what is meant for a part of it the newest does, because that leads to the next split: it is what an older
 * part could not have.
 */
function inOrder(all: readonly Preferred[], scope: Condition): string[] {
  const meant = all.filter(({ condition }) => scope.implies(condition));
  const partly = all.filter(({ condition }) => !scope.implies(condition) && !scope.isDisjointFrom(condition));
  return [...meant, ...partly.toSorted(newestFirst)].map(({ version }) => version);
}

function newestFirst(a: Preferred, b: Preferred): number {
  const [left, right] = [tryParseVersion(a.version), tryParseVersion(b.version)];
  return left === undefined || right === undefined ? 0 : compareVersions(right, left);
}
