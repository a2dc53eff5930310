import type { NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { hasStrongHash, meetsAll } from "./accepted-hashes.ts";
import type { WantedProject } from "./gather-requirements.ts";

/** What of the wanted projects is there already, in a version that is accepted. */
export interface HeldProjects {
  /** Whatever an index says today, nothing has to be done for them, so that none is asked. */
  readonly held: ReadonlySet<NormalizedName>;
  /** The versions of the others: to be taken again wherever an index has them. */
  readonly versions: ReadonlyMap<NormalizedName, string>;
}

/**
 * What is installed and fits stays, as in pip and uv, whatever is newer and wherever it came from. Where another program has changed the environment,
 * an index is asked for the same version, so that what was damaged can be installed again. Of what has to have a hash, the one counts that the
 * installed wheel had.
 * @param installed what may stay
 * @param archives what murre knows of an environment that nobody else has changed
 */
export function heldProjects(
  wanted: readonly WantedProject[],
  installed: readonly InstalledDistribution[],
  archives: ReadonlyMap<string, string | undefined> | undefined,
  requireHashes: boolean,
): HeldProjects {
  const byName = new Map<string, InstalledDistribution | "several">();
  for (const distribution of installed) {
    const { normalizedName } = distribution;
    byName.set(normalizedName, byName.has(normalizedName) ? "several" : distribution);
  }
  const held = new Set<NormalizedName>();
  const versions = new Map<NormalizedName, string>();
  for (const { name, specifiers, url, hashes } of wanted) {
    const present = byName.get(name);
    if (url !== undefined || present === undefined || present === "several") continue;
    if (!specifiers.contains(present.version, { prereleases: true })) continue;
    const needsHash = requireHashes || hashes.length > 0;
    const sha256 = archives?.get(present.path.replaceAll(sep, "/"));
    const isMet = !needsHash || (hasStrongHash(hashes) && sha256 !== undefined && meetsAll({ sha256 }, hashes));
    const isOfIndex = () => !existsSync(join(present.path, "direct_url.json"));
    if (isMet && (archives !== undefined || !isOfIndex())) held.add(name);
    else versions.set(name, present.version);
  }
  return { held, versions };
}
