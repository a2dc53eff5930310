import { readSmallText } from "@murre/files";
import { type NormalizedName, parseMarker, parseRequirement } from "@murre/pep508";
import { isPin, type PreferredVersion } from "@murre/resolver";
import { isLockFileName, parseLockFile, type Constraint, type LockFile, type UvPin } from "@murre/requirements";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { CompileOptions } from "../api/operations.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { gather } from "../operation/read-requirements.ts";

/** Versions to take wherever the requirements allow, as an earlier result has them, and where it has them. */
export type Preferences = ReadonlyMap<NormalizedName, readonly PreferredVersion[]>;

/** Those that are meant for the Python at hand. */
export function preferencesHere(
  preferences: Preferences,
  { python: { markerEnvironment } }: Pick<ChangeOperation, "python">,
): ReadonlyMap<NormalizedName, readonly string[]> {
  return new Map(
    [...preferences].map(([name, versions]) => [
      name,
      versions.filter(({ marker }) => marker?.evaluate(markerEnvironment) !== false).map(({ version }) => version),
    ]),
  );
}

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

/** An earlier result. */
export interface EarlierResult {
  /** The versions that are to stay wherever the requirements allow. */
  readonly preferences: Preferences;
  readonly lock?: LockFile;
}

/** What the file that is to be written says so far, unless all of it is to be taken again. */
export async function readEarlier(
  { reading }: Pick<ChangeOperation, "reading">,
  outputFile: string | undefined,
  upgrade: Upgrade,
): Promise<EarlierResult> {
  if (outputFile === undefined || upgrade.all || !existsSync(outputFile)) return { preferences: new Map() };
  if (isLockFileName(basename(outputFile))) {
    const { lock } = parseLockFile(readSmallText(outputFile), outputFile);
    return { preferences: lockedPreferences(lock, upgrade), lock };
  }
  const { entries } = await gather({ reading, onEvent: () => {} }, { files: [outputFile], constraintFiles: [] });
  const pins: UvPin[] = [];
  for (const entry of entries) {
    if (entry.kind !== "named") continue;
    const { normalizedName, specifiers, marker } = entry.requirement;
    const pin = specifiers.specifiers.find(isPin);
    if (pin !== undefined) pins.push({ name: normalizedName, version: pin.version, ...(marker && { marker }) });
  }
  return { preferences: preferred(pins, upgrade) };
}

/** Those of a lock file that has been read. */
export function lockedPreferences({ packages }: LockFile, upgrade: Upgrade): Preferences {
  const pins = packages.flatMap(({ name, version, marker, source }) =>
    version !== undefined && source?.kind === "files"
      ? [{ name, version, ...(marker === undefined ? {} : { marker: parseMarker(marker) }) }]
      : [],
  );
  return preferred(pins, upgrade);
}

/** What of an earlier result's versions is to stay. */
export function preferred(pins: readonly UvPin[], { all, projects }: Upgrade): Preferences {
  const found = new Map<NormalizedName, readonly PreferredVersion[]>();
  for (const { name, version, marker } of all ? [] : pins)
    if (!projects.has(name)) found.set(name, [...(found.get(name) ?? []), { version, marker }]);
  return found;
}
