import { normalizeName } from "@murre/pep508";
import { changeEnvironment } from "../environment/change-environment.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { gather, nowhere } from "../operation/read-requirements.ts";
import { UnsupportedRequirement } from "../errors.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";
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
    const wished = wishedNames(gathered);
    const client = operation.openClient(nowhere);
    const told = new Set<string>();
    return changeEnvironment(operation, client, async ({ own }) => {
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

/** Versions and markers in a requirement do not matter: the name says what goes. */
function wishedNames({ entries }: GatheredRequirements): ReadonlySet<string> {
  return new Set(
    entries.map((entry) => {
      if (entry.kind === "named") return entry.requirement.normalizedName;
      const { egg } = entry.reference;
      if (egg !== undefined) return normalizeName(egg);
      throw new UnsupportedRequirement(
        entry.text,
        "an installed distribution is named by its name, not by a path or URL",
        "uninstall",
      );
    }),
  );
}
