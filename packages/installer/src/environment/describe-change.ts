import type { ChangePlan } from "@murre/linker";
import type { InstalledDistribution } from "@murre/python";
import type { Difference } from "./compare-installed.ts";
import type { DamagedFile } from "./damage.ts";
import type { OnEvent } from "../api/events.ts";
import type { PlannedChange } from "./plan-change.ts";

const mostNamed = 3;

/** `a`, `a and 2 more`. */
function listed(paths: readonly string[]): string {
  const named = paths.slice(0, mostNamed).join(", ");
  return paths.length > mostNamed ? `${named} and ${paths.length - mostNamed} more` : named;
}

/** One warning for all paths that the same distributions have with different bytes; those with the same bytes are only for the curious. */
export function describeConflicts({ conflicts }: ChangePlan, onEvent: OnEvent): void {
  const groups = new Map<string, { readonly paths: Set<string>; readonly owners: string; readonly winner: string }>();
  for (const { path, winner, losers, identical } of conflicts) {
    const owners = [...new Set([...losers, winner])].toSorted().join(", ");
    if (identical) {
      onEvent({ type: "debug", message: `${path}: ${owners} have the same bytes` });
      continue;
    }
    const group = groups.get(`${winner}: ${owners}`);
    if (group === undefined) groups.set(`${winner}: ${owners}`, { paths: new Set([path]), owners, winner });
    else group.paths.add(path);
  }
  for (const { paths, owners, winner } of groups.values())
    onEvent({
      type: "warning",
      code: "MURRE_WARNING_CONTESTED_PATH",
      message: `${listed([...paths])}: ${owners} all have ${paths.size === 1 ? "this file" : "these files"}, with different bytes; ${paths.size === 1 ? "the one" : "those"} of ${winner} ${paths.size === 1 ? "is" : "are"} used`,
    });
}

/** What an installed RECORD lists is what a wheel or another program wrote there. */
export function describeForeignRows({ foreign }: ChangePlan, onEvent: OnEvent): void {
  for (const { name, rows } of foreign) {
    const named = rows.map(({ path, reason }) => `${JSON.stringify(path)} ${reason}`);
    onEvent({
      type: "warning",
      code: "MURRE_WARNING_FOREIGN_ROW",
      message: `the RECORD of ${name} lists what is no file of it, and stays: ${listed(named)}`,
    });
  }
}

export function describeDamage(
  { add, remove }: Difference,
  damage: ReadonlyMap<InstalledDistribution, readonly DamagedFile[]>,
  onEvent: OnEvent,
): void {
  const comesAgain = new Set<string>(add.map(({ name }) => name));
  for (const distribution of remove) {
    const files = damage.get(distribution);
    if (files === undefined || !comesAgain.has(distribution.normalizedName)) continue;
    const what = `${files.length} ${files.length === 1 ? "file" : "files"} of ${distribution.normalizedName} ${distribution.version}`;
    onEvent({
      type: "warning",
      code: "MURRE_WARNING_DAMAGED_DISTRIBUTION",
      message: `another program removed or changed ${what} (${listed(files.map(({ path }) => path))}); it is installed again`,
    });
  }
}

export function describeUnrestored(unrestored: PlannedChange["unrestored"], onEvent: OnEvent): void {
  const byOwner = new Map<string, string[]>();
  for (const { distribution, path } of unrestored)
    byOwner.set(distribution.normalizedName, [...(byOwner.get(distribution.normalizedName) ?? []), path]);
  for (const [name, paths] of byOwner)
    onEvent({
      type: "warning",
      code: "MURRE_WARNING_NOT_RESTORED",
      message: `${listed(paths)}: the bytes that ${name} has there are not in the cache; they come back with "murre pip sync", or when ${name} is reinstalled`,
    });
}
