import { isLocalUrl, normalizeName } from "@murre/pep508";
import { readDirectUrl, type InstalledDistribution } from "@murre/python";
import type { RequirementEntry } from "@murre/requirements";
import { changeEnvironment } from "../environment/change-environment.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { gather, nowhere } from "../operation/read-requirements.ts";
import { isFromUrl } from "../wanted/direct-url-info.ts";
import { ownFolder, withSubdirectory } from "../wanted/source-url.ts";
import type { UninstallOptions } from "../api/operations.ts";
import type { ChangeReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** `murre pip uninstall`: removes distributions by their RECORD. What is not installed is warned about and is no error (pip). */
export function uninstallDistributions(settings: InstallerSettings, options: UninstallOptions): Promise<ChangeReport> {
  const { names, requirementFiles, ...others } = options;
  return withChangeOperation(settings, others, async (operation) => {
    const { onEvent } = operation;
    // Nothing is looked up, so that constraints and indexes do not matter, nor do mistakes in them.
    const gathered = await gather(operation, { files: requirementFiles, words: names, constraintFiles: [] });
    const client = operation.openClient(nowhere);
    const told = new Set<string>();
    return changeEnvironment(operation, client, async ({ own }) => {
      const wished = new Set(gathered.entries.flatMap((entry) => wishedNames(entry, own)));
      for (const name of wished)
        if (!told.has(name) && !own.some(({ normalizedName }) => normalizedName === name))
          onEvent({
            type: "warning",
            code: "MURRE_WARNING_NOT_INSTALLED",
            message: `${name} is not installed, and is passed over`,
          });
      for (const name of wished) told.add(name);
      const preserve = new Set(own.map(({ normalizedName }) => normalizedName).filter((name) => !wished.has(name)));
      return { resolved: [], extraneous: "remove", preserve, resolveMs: 0 };
    });
  });
}

/** Versions and markers in a requirement do not matter: the name says what goes, or the place from which it was installed. */
function wishedNames(entry: RequirementEntry, installed: readonly InstalledDistribution[]): readonly string[] {
  if (entry.kind === "named") return [entry.requirement.normalizedName];
  const { url, egg, subdirectory } = entry.reference;
  if (egg !== undefined) return [normalizeName(egg)];
  const place = withSubdirectory(url, subdirectory);
  const own = isLocalUrl(url) ? ownFolder(place) : place;
  const found = installed.filter((one) => isInstalledFrom(one, place) || isInstalledFrom(one, own));
  return found.length === 0 ? [entry.text] : found.map(({ normalizedName }) => normalizedName);
}

function isInstalledFrom(distribution: InstalledDistribution, url: string): boolean {
  try {
    const from = readDirectUrl(distribution);
    return from !== undefined && isFromUrl(from, url);
  } catch {
    return false; // nobody can tell where it is from
  }
}
