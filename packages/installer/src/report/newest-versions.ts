import { compareVersions, tryParseVersion } from "@murre/pep440";
import { normalizeName } from "@murre/pep508";
import type { OperationContext, PythonOptions } from "../api/operations.ts";
import type { FreshnessOptions } from "../api/inspection-options.ts";
import type { Pin } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { usableReleases } from "./usable-releases.ts";

/** The newest version of a project for this Python. */
export interface NewestVersion {
  readonly version: string;
  readonly kind: "wheel" | "sdist";
  /** Than the installed one. */
  readonly isNewer: boolean;
}

type Query = OperationContext & PythonOptions & FreshnessOptions;

/** By name; without what no index has. An installed version that is none of PEP 440 is older than all others. */
export async function newestVersions(
  settings: InstallerSettings,
  options: Query,
  installed: readonly Pin[],
): Promise<ReadonlyMap<string, NewestVersion>> {
  const names = installed.map(({ name }) => normalizeName(name));
  const releases = await usableReleases(settings, options, names);
  const newest = new Map<string, NewestVersion>();
  for (const { name, version: text } of installed) {
    const [first] = releases.get(normalizeName(name)) ?? [];
    if (first === undefined) continue;
    const version = tryParseVersion(text);
    const isNewer = version === undefined || compareVersions(first.version, version) > 0;
    newest.set(name, { version: first.version.toString(), kind: first.file.kind, isNewer });
  }
  return newest;
}
