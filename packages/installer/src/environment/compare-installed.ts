import { isSameVersion } from "@murre/pep440";
import type { DirectUrl, InstalledDistribution } from "@murre/python";
import { installedSha256, isFromUrl } from "../wanted/direct-url-info.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";

/** What has to happen for the environment to hold what was resolved. */
export interface Difference {
  readonly add: readonly ResolvedDistribution[];
  readonly remove: readonly InstalledDistribution[];
  readonly keep: readonly InstalledDistribution[];
}

export interface CompareOptions {
  /** Whether what is installed and not resolved goes (`sync`) or stays (`install`). */
  readonly extraneous: "remove" | "keep";
  readonly reinstalls: "all" | ReadonlySet<string>;
  /** Names that stay although nobody asked for them. */
  readonly preserve?: ReadonlySet<string>;
  /** Where an installed distribution came from, when not from an index (PEP 610). */
  readonly directUrlOf: (installed: InstalledDistribution) => DirectUrl | undefined;
  /** Whether what is installed of a folder is the wheel that was built from the folder as it is now. */
  readonly isCurrent: (wanted: ResolvedDistribution) => boolean;
  /** The sha256 of an archive that lies here, by its URL; undefined for what is no file, as a folder. */
  readonly localSha256: (directUrl: string) => string | undefined;
  /** Whether bytes with this sha256, or of which none is known, are all that is asked for. */
  readonly isKnownToFit: (wanted: ResolvedDistribution, sha256: string | undefined) => boolean;
  /** Whether a killed command left only a part of it. */
  readonly isTorn: (installed: InstalledDistribution) => boolean;
}

/**
 * Compares what was resolved with what is installed. A distribution from an index satisfies only a requirement on an
 * index, one from a URL only that URL (uv's rule), and an editable one only an editable one; of several installed versions of one name none stays.
 */
export function compareInstalled(
  resolved: readonly ResolvedDistribution[],
  installed: readonly InstalledDistribution[],
  options: CompareOptions,
): Difference {
  const byName = new Map<string, InstalledDistribution[]>();
  for (const distribution of installed) {
    const others = byName.get(distribution.normalizedName);
    if (others === undefined) byName.set(distribution.normalizedName, [distribution]);
    else others.push(distribution);
  }
  const add: ResolvedDistribution[] = [];
  const remove: InstalledDistribution[] = [];
  const keep: InstalledDistribution[] = [];
  for (const wanted of resolved) {
    const present = byName.get(wanted.name) ?? [];
    byName.delete(wanted.name);
    const [only] = present;
    const again = options.reinstalls === "all" || options.reinstalls.has(wanted.name);
    if (only !== undefined && present.length === 1 && !again && satisfies(only, wanted, options)) keep.push(only);
    else {
      add.push(wanted);
      remove.push(...present);
    }
  }
  for (const [name, present] of byName)
    if (options.extraneous === "keep" || options.preserve?.has(name) === true) keep.push(...present);
    else remove.push(...present);
  return { add, remove, keep };
}

function satisfies(
  installed: InstalledDistribution,
  wanted: ResolvedDistribution,
  { directUrlOf, isCurrent, localSha256, isKnownToFit, isTorn }: CompareOptions,
): boolean {
  if (isTorn(installed)) return false;
  if (wanted.directUrl === undefined && !isSameVersion(installed.version, wanted.version)) return false;
  let from: DirectUrl | undefined;
  try {
    from = directUrlOf(installed);
  } catch {
    return false; // nobody can tell what it is: it is installed again
  }
  if (wanted.directUrl === undefined || from === undefined) return wanted.directUrl === undefined && from === undefined;
  if (!isFromUrl(from, wanted.directUrl)) return false;
  if (from.dir_info !== undefined)
    return (from.dir_info.editable === true) === (wanted.source.isEditable === true) && isCurrent(wanted);
  const sha256 = installedSha256(from);
  // A file may have changed under its name.
  const isLocal = /^file:/i.test(wanted.directUrl);
  if (isLocal && (sha256 === undefined || localSha256(wanted.directUrl) !== sha256)) return false;
  if (from.vcs_info?.commit_id !== wanted.source.commit) return false;
  return isKnownToFit(wanted, sha256);
}
