import type { NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import { isPin } from "@murre/resolver";
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { meetsAll } from "./accepted-hashes.ts";
import type { WantedProject } from "./gather-requirements.ts";

/**
 * Those of the wanted projects that are pinned to the very version that is installed, from an index: whatever an index says today, nothing has
 * to be done for them, so that none is asked. Of what has to have a hash, the one counts that the installed wheel had.
 * @param archives what murre knows of an environment that nobody else has changed
 */
export function heldPins(
  wanted: readonly WantedProject[],
  installed: readonly InstalledDistribution[],
  archives: ReadonlyMap<string, string | undefined>,
  requireHashes: boolean,
): ReadonlySet<NormalizedName> {
  const byName = new Map<string, InstalledDistribution | "several">();
  for (const distribution of installed) {
    const { normalizedName } = distribution;
    byName.set(normalizedName, byName.has(normalizedName) ? "several" : distribution);
  }
  const held = new Set<NormalizedName>();
  for (const { name, specifiers, url, hashes } of wanted) {
    const present = byName.get(name);
    if (url !== undefined || present === undefined || present === "several") continue;
    if (!specifiers.specifiers.some(isPin) || !specifiers.contains(present.version, { prereleases: true })) continue;
    if (requireHashes || hashes.length > 0) {
      const sha256 = archives.get(present.path.replaceAll(sep, "/"));
      if (hashes.length === 0 || sha256 === undefined || !meetsAll({ sha256 }, hashes)) continue;
    }
    if (!existsSync(join(present.path, "direct_url.json"))) held.add(name);
  }
  return held;
}
