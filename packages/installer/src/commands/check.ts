import type { Destination } from "@murre/linker";
import type { MarkerEnvironment, NormalizedName } from "@murre/pep508";
import {
  readAllInstalled,
  readInstalled,
  readInstalledMetadata,
  readInstalledRecord,
  type InstalledDistribution,
} from "@murre/python";
import type { CoreMetadata } from "@murre/wheel";
import { satisfiesPython } from "../wanted/requires-python.ts";
import { findDamage } from "../environment/damage.ts";
import type { CheckOptions } from "../api/inspection-options.ts";
import type { CheckProblem, CheckReport } from "../api/reports.ts";
import { decidePython } from "../operation/decide-resolution.ts";
import { describedPython } from "../options/target-python.ts";
import { withReadOperation } from "../environment/read-operation.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { isTorn } from "../environment/incomplete.ts";
import { applicableRequirements } from "../environment/installed-needs.ts";

/** `murre pip check`: whether every requirement of what is installed is met, and its files are there. Writes nothing into the environment. */
export function checkInstalled(settings: InstallerSettings, options: CheckOptions): Promise<CheckReport> {
  return withReadOperation(settings, options, (target) => {
    const installed = readInstalled(target.visible);
    const byName = new Map(installed.map((distribution) => [distribution.normalizedName, distribution]));
    const { markerEnvironment, version } = describedPython(target.interpreter, decidePython(options, settings.env));
    const problems = installed.flatMap((distribution) => problemsOf(distribution, byName, markerEnvironment, version));
    const own = readAllInstalled(target.sitePackages);
    problems.push(...duplicates(own));
    if (options.files === true) problems.push(...damagedFiles(own, target.destination));
    return { environment: target.folder, checked: installed.length, problems };
  });
}

/** Of two of one name only one is found when its name is asked for, but the files of both are there. */
function duplicates(installed: readonly InstalledDistribution[]): CheckProblem[] {
  return installed
    .filter((one, at) => installed[at - 1]?.normalizedName === one.normalizedName)
    .map(({ normalizedName: name, version }) => ({ kind: "duplicate", name, version, requirement: "" }));
}

function damagedFiles(installed: readonly InstalledDistribution[], destination: Destination): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const readable = installed.filter((distribution) => {
    const { normalizedName: name, version } = distribution;
    try {
      readInstalledRecord(distribution);
      return true;
    } catch (error) {
      problems.push({ kind: "unreadable", name, version, requirement: (error as Error).message });
      return false;
    }
  });
  for (const [{ normalizedName: name, version }, files] of findDamage(readable, destination))
    for (const { kind, path } of files) problems.push({ kind, name, version, requirement: path });
  return problems;
}

function problemsOf(
  distribution: InstalledDistribution,
  installed: ReadonlyMap<NormalizedName, InstalledDistribution>,
  environment: MarkerEnvironment,
  pythonVersion: string,
): CheckProblem[] {
  const own = { name: distribution.normalizedName, version: distribution.version };
  if (isTorn(distribution)) return [{ kind: "incomplete", ...own, requirement: "" }];
  let metadata: CoreMetadata;
  try {
    metadata = readInstalledMetadata(distribution);
  } catch (error) {
    return [{ kind: "unreadable", ...own, requirement: (error as Error).message }];
  }
  const problems: CheckProblem[] = [];
  const { requiresPython } = metadata;
  if (requiresPython !== undefined && !satisfiesPython(requiresPython, pythonVersion, true))
    problems.push({ kind: "requires-python", ...own, requirement: requiresPython });
  for (const requirement of applicableRequirements(metadata, environment)) {
    const other = installed.get(requirement.normalizedName);
    if (other === undefined) problems.push({ kind: "missing", ...own, requirement: requirement.toString() });
    else if (!requirement.specifiers.contains(other.version, { prereleases: true }))
      problems.push({ kind: "incompatible", ...own, requirement: requirement.toString(), installed: other.version });
  }
  return problems;
}
