import { readSmallText } from "@murre/files";
import { type Marker, type NormalizedName, parseMarker, parseRequirement } from "@murre/pep508";
import { isPin, type PreferredVersion } from "@murre/resolver";
import { isLockFileName, parseLockFile, type Constraint } from "@murre/requirements";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { CompileOptions } from "../api/operations.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Preferences } from "./resolve-marked.ts";
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
  { reading }: Pick<ChangeOperation, "reading">,
  outputFile: string | undefined,
  { all, projects }: Upgrade,
): Promise<Preferences> {
  const preferred = new Map<NormalizedName, readonly PreferredVersion[]>();
  if (outputFile === undefined || all || !existsSync(outputFile)) return preferred;
  const prefer = (name: NormalizedName, version: string, marker: Marker | undefined) => {
    if (!projects.has(name)) preferred.set(name, [...(preferred.get(name) ?? []), { version, marker }]);
  };
  if (isLockFileName(basename(outputFile))) {
    const { lock } = parseLockFile(readSmallText(outputFile), outputFile);
    for (const { name, version, marker, source } of lock.packages)
      if (version !== undefined && source?.kind === "files")
        prefer(name, version, marker === undefined ? undefined : parseMarker(marker));
    return preferred;
  }
  const { entries } = await gather({ reading, onEvent: () => {} }, { files: [outputFile], constraintFiles: [] });
  for (const entry of entries) {
    if (entry.kind !== "named") continue;
    const { normalizedName, specifiers, marker } = entry.requirement;
    const pin = specifiers.specifiers.find(isPin);
    if (pin !== undefined) prefer(normalizedName, pin.version, marker);
  }
  return preferred;
}
