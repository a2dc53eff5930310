import type { DistributionFile } from "@murre/index-client";
import { environmentState, untouchedArchives } from "@murre/linker";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { InstallOptions } from "../api/operations.ts";
import type { WantedState } from "../environment/change-environment.ts";
import type { InstalledState } from "../environment/environment-access.ts";
import { isTorn } from "../environment/incomplete.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { wheelTarget } from "../operation/target-environment.ts";
import { wantedProjects } from "../wanted/gather-requirements.ts";
import { heldPins } from "../wanted/held-pins.ts";
import { resolveDependencies } from "./resolve-dependencies.ts";
import { resolveExact } from "./resolve-exact.ts";
import type { SourceReader } from "./source-reader.ts";
import { transitiveUrls } from "./transitive-urls.ts";

export type Resolved = Pick<WantedState, "resolved" | "preserve">;

/** What of it is there already, and what of that is no reason to stay at its version. */
export interface Present {
  readonly installed: InstalledState;
  readonly upgrade: InstallOptions["upgrade"];
}

/** Resolves, and says how long it took and what was taken although it is yanked. */
export async function timed(
  { onEvent }: Pick<ChangeOperation, "onEvent">,
  resolve: () => Promise<Resolved>,
): Promise<Resolved & { resolveMs: number }> {
  const start = performance.now();
  const result = await resolve();
  for (const { name, version, source } of result.resolved) {
    const { yanked } = source as Partial<DistributionFile>;
    if (yanked === undefined || yanked === false) continue;
    const message = `${name}==${version} is yanked${yanked === "" ? "" : `: ${yanked}`}; it is installed because it is pinned`;
    onEvent({ type: "warning", code: "MURRE_WARNING_YANKED", message });
  }
  const resolveMs = performance.now() - start;
  const distributions = result.resolved.length + (result.preserve?.size ?? 0);
  onEvent({ type: "resolved", distributions, durationMs: resolveMs });
  return { ...result, resolveMs };
}

/** What the requirements lead to: with everything they need, or only what is named. */
export function resolveRequirements(
  operation: ChangeOperation,
  request: Request,
  sources: SourceReader,
  present: Present,
): Promise<Resolved> {
  return operation.decisions.followsDependencies
    ? withDependencies(operation, request, sources, present)
    : resolveNamed(operation, request, sources, present.installed);
}

/** What is named, without what it needs. */
export async function resolveNamed(
  { target, claims, commits, decisions }: ChangeOperation,
  { gathered, client, files, requireHashes }: Request,
  sources: SourceReader,
  { own }: InstalledState,
): Promise<Resolved> {
  const all = wantedProjects(gathered, target.interpreter.markerEnvironment);
  // With --reinstall every file is needed again.
  const archives = decisions.change.reinstalls
    ? undefined
    : untouchedArchives(environmentState(target.destination), target.destination);
  const held = archives === undefined ? new Set<NormalizedName>() : heldPins(all, own, archives, requireHashes);
  const wanted = all.filter(({ name }) => !held.has(name));
  const resolved = await resolveExact(wanted, client, wheelTarget(target, files), sources, {
    requireHashes,
    claims,
    commits,
  });
  return { resolved, preserve: held };
}

async function withDependencies(
  { target, claims, commits, decisions, signal, onEvent }: ChangeOperation,
  { gathered, client, files, requireHashes, memory }: Request,
  sources: SourceReader,
  { installed, upgrade }: Present,
): Promise<Resolved> {
  const staying = decisions.change.reinstalls ? [] : stayingInstalled(installed, upgrade);
  const { resolved, satisfied, warnings } = await resolveDependencies(
    {
      wanted: wantedProjects(gathered, target.interpreter.markerEnvironment),
      constraints: gathered.constraints,
      installed: staying,
      prereleases: files.prereleases,
      requireHashes,
      formats: files.formats,
      signal,
      onEvent,
      claims,
      commits,
      refusedUrl: transitiveUrls(files, staying),
      memory,
    },
    target,
    client,
    sources.readWhole,
  );
  for (const message of warnings) onEvent({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
  return { resolved, preserve: new Set(satisfied) };
}

/** What may stay as it is: with --upgrade nothing, with --upgrade-package all but these. */
function stayingInstalled({ visible }: InstalledState, upgrade: InstallOptions["upgrade"] = []) {
  if (upgrade === "all") return [];
  const upgraded = new Set<string>(upgrade.map(normalizeName));
  return visible.filter((distribution) => !upgraded.has(distribution.normalizedName) && !isTorn(distribution));
}
