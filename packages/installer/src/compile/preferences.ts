import { type NormalizedName, parseRequirement } from "@murre/pep508";
import { isPin } from "@murre/resolver";
import type { Constraint } from "@murre/requirements";
import { existsSync } from "node:fs";
import type { CompileOptions } from "../api/operations.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { gather } from "../operation/read-requirements.ts";

/** What is to be taken again, and what is not. */
export interface Upgrade {
  readonly all: boolean;
  readonly projects: ReadonlySet<NormalizedName>;
  /** `--upgrade-package NAME<2` limits the version as well. */
  readonly constraints: readonly Constraint[];
}

/** @throws {ResolutionOptionInvalid} */
export function readUpgrade(upgrade: CompileOptions["upgrade"] = []): Upgrade {
  if (upgrade === "all") return { all: true, projects: new Set(), constraints: [] };
  const requirements = upgrade.map((text) => {
    try {
      return parseRequirement(text);
    } catch (error) {
      throw new ResolutionOptionInvalid("--upgrade-package", text, (error as Error).message);
    }
  });
  return {
    all: false,
    projects: new Set(requirements.map(({ normalizedName }) => normalizedName)),
    constraints: requirements
      .filter(({ specifiers }) => specifiers.specifiers.length > 0)
      .map((requirement, i) => ({
        origin: { file: "--upgrade-package", line: i + 1 },
        text: requirement.toString(),
        requirement,
        hashes: {},
        fragmentHashes: {},
      })),
  };
}

/** The versions that an earlier result has, and that are to stay wherever the requirements allow. */
export async function readPreferences(
  { reading, python }: Pick<ChangeOperation, "reading" | "python">,
  outputFile: string | undefined,
  { all, projects }: Upgrade,
): Promise<ReadonlyMap<NormalizedName, readonly string[]>> {
  const preferred = new Map<NormalizedName, readonly string[]>();
  if (outputFile === undefined || all || !existsSync(outputFile)) return preferred;
  const { entries } = await gather({ reading, onEvent: () => {} }, { files: [outputFile], constraintFiles: [] });
  for (const entry of entries) {
    if (entry.kind !== "named") continue;
    const { normalizedName, specifiers, marker } = entry.requirement;
    const pin = specifiers.specifiers.find(isPin);
    if (pin === undefined || projects.has(normalizedName)) continue;
    if (marker?.evaluate(python.markerEnvironment) === false) continue;
    preferred.set(normalizedName, [...(preferred.get(normalizedName) ?? []), pin.version]);
  }
  return preferred;
}
