import type { DistributionFile } from "@murre/index-client";
import { environmentState, untouchedArchives } from "@murre/linker";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import type { ChangeDecision, UpgradedProjects } from "../operation/decisions.ts";
import type { WantedState } from "../environment/change-environment.ts";
import type { InstalledState } from "../environment/environment-access.ts";
import { isTorn } from "../environment/incomplete.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { wheelTarget, type TargetEnvironment } from "../operation/target-environment.ts";
import { wantedProjects } from "../wanted/gather-requirements.ts";
import { heldProjects } from "../wanted/held-projects.ts";
import type { ResolutionGraph } from "./resolution-request.ts";
import type { SourceReader } from "./source-reader.ts";
import { transitiveUrls } from "./transitive-urls.ts";

export interface Resolved extends Pick<WantedState, "resolved" | "preserve"> {
  /** Empty where no dependencies were followed. */
  readonly graph: ResolutionGraph;
}

/** What of it is there already, and what of that is no reason to stay at its version. */
export interface Present {
  readonly installed: InstalledState;
  readonly upgrade: UpgradedProjects | undefined;
  /** Versions to take wherever the requirements allow, as an earlier result has them. */
  readonly preferences?: ReadonlyMap<NormalizedName, readonly string[]>;
}

/** What is installed is no reason to take a version or to leave one out. */
export const nothingPresent: Present = { installed: { own: [], visible: [] }, upgrade: undefined };

/** Resolves, and says how long it took and what was taken although it is yanked. */
export async function timed<Result extends Pick<Resolved, "resolved" | "preserve">>(
  { onEvent }: Pick<ChangeOperation, "onEvent">,
  resolve: () => Promise<Result>,
): Promise<Result & { resolveMs: number }> {
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
    : resolveNamed(operation, request, sources, present);
}

/** What is named, without what it needs. */
export async function resolveNamed(
  { findTarget, python, claims, commits, decisions }: ChangeOperation,
  { gathered, client, files, requireHashes }: Request,
  sources: SourceReader,
  { installed: { own }, upgrade, preferences }: Present,
): Promise<Resolved> {
  const all = wantedProjects(gathered, python.markerEnvironment);
  const staying = stayingInstalled(own, upgrade, decisions.change.reinstalls);
  // Who only resolves may have no interpreter.
  const archives = staying.length === 0 ? undefined : untouched(await findTarget());
  const { held, versions } = heldProjects(all, staying, archives, requireHashes);
  const wanted = all.filter(({ name }) => !held.has(name));
  if (wanted.length === 0) return { resolved: [], preserve: held, graph: new Map() };
  const { resolveExact } = await import("./resolve-exact.ts");
  const resolved = await resolveExact(wanted, client, wheelTarget(python, files), sources, {
    requireHashes,
    claims,
    commits,
    preferences: preferences ?? new Map([...versions].map(([name, version]) => [name, [version]])),
    staying: versions,
    order: () => (decisions.resolution.strategy === "highest" ? "highest" : "lowest"),
  });
  const moving = new Set(resolved.map(({ name }) => name));
  return {
    resolved,
    preserve: new Set(all.flatMap(({ name }) => (moving.has(name) ? [] : [name]))),
    graph: new Map(),
  };
}

function untouched({ destination }: TargetEnvironment) {
  return untouchedArchives(environmentState(destination), destination);
}

async function withDependencies(
  { python, claims, commits, decisions, projects, signal, onEvent }: ChangeOperation,
  { gathered, client, files, requireHashes, memory }: Request,
  sources: SourceReader,
  { installed, upgrade, preferences }: Present,
): Promise<Resolved> {
  const staying = stayingInstalled(installed.visible, upgrade, decisions.change.reinstalls);
  const { resolveDependencies } = await import("./resolve-dependencies.ts");
  const { resolved, satisfied, warnings, graph } = await resolveDependencies(
    {
      wanted: wantedProjects(gathered, python.markerEnvironment),
      constraints: gathered.constraints,
      installed: staying,
      overrides: gathered.replacements.overrides,
      excludes: gathered.replacements.excludes,
      strategy: decisions.resolution.strategy,
      ...(preferences === undefined ? {} : { preferences }),
      prereleases: files.prereleases,
      prefersWheels: files.prefersWheels,
      uploadedBefore: files.uploadedBefore,
      uploadLimits: files.uploadLimits,
      wantsGraph: preferences !== undefined,
      requireHashes,
      formats: files.formats,
      signal,
      onEvent,
      claims,
      commits,
      editables: projects.editables,
      refusedUrl: transitiveUrls(files, staying),
      memory,
    },
    python,
    client,
    sources.readWhole,
  );
  for (const message of warnings) onEvent({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
  return { resolved, preserve: new Set(satisfied), graph };
}

/** What may stay as it is: with --upgrade nothing, with --upgrade-package all but these. */
function stayingInstalled(
  installed: readonly InstalledDistribution[],
  upgrade: Present["upgrade"] = [],
  reinstalls: ChangeDecision["reinstalls"],
) {
  if (upgrade === "all" || reinstalls === "all") return [];
  const moving = new Set<NormalizedName>([...upgrade.map(normalizeName), ...reinstalls]);
  return installed.filter((distribution) => !moving.has(distribution.normalizedName) && !isTorn(distribution));
}
