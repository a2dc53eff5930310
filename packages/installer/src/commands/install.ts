import { readSmallText } from "@murre/files";
import { requiresHashes } from "../wanted/accepted-hashes.ts";
import type { DistributionFile, IndexClient } from "@murre/index-client";
import { environmentState, untouchedArchives } from "@murre/linker";
import { normalizeName, type NormalizedName } from "@murre/pep508";

import { join } from "node:path";
import { changeEnvironment, type WantedState } from "../environment/change-environment.ts";
import { gather, withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import type { InstalledState } from "../environment/environment-access.ts";
import { NothingRequired } from "../errors.ts";
import { allowsPrereleases, formats } from "../operation/format-choice.ts";
import { wantedProjects, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import type { InstallOptions, SyncOptions } from "../api/operations.ts";
import type { ChangeReport } from "../api/reports.ts";
import { resolveDependencies } from "../resolve/resolve-dependencies.ts";
import { heldPins } from "../wanted/held-pins.ts";
import { resolveExact } from "../resolve/resolve-exact.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { wheelTarget, type TargetEnvironment } from "../operation/target-environment.ts";
import { isTorn } from "../environment/incomplete.ts";
import { transitiveUrls } from "../resolve/transitive-urls.ts";
import { withSources, type Sources } from "../sources/lazy-sources.ts";

/** `murre pip sync`: the environment holds exactly what the files pin. */
export function syncEnvironment(settings: InstallerSettings, options: SyncOptions): Promise<ChangeReport> {
  return withChangeOperation(settings, options, async (operation) => {
    const gathered = await gather(operation, options.requirementFiles, []);
    if (options.allowEmpty !== true && gathered.entries.length === 0)
      throw new NothingRequired(options.requirementFiles);
    const client = operation.openClient(gathered.options);
    return withSources(operation, gathered, client, async (named, sources) => {
      const preserve = seeds(operation.target);
      return changeEnvironment(operation, client, async (installed) => {
        const resolve = () => exactly(operation, named, client, sources, installed);
        const { resolved, resolveMs, preserve: held = [] } = await timed(operation, resolve);
        return {
          resolved,
          resolveMs,
          extraneous: "remove",
          preserve: new Set([...preserve, ...held]),
          build: sources.wheel,
        };
      });
    });
  });
}

/** `murre pip install`: what is named is added with everything it needs; the rest stays unless `exact`. */
export function installDistributions(settings: InstallerSettings, options: InstallOptions): Promise<ChangeReport> {
  return withChangeOperation(settings, options, async (operation) => {
    const gathered = await gather(operation, options.requirementFiles ?? [], options.requirements ?? []);
    const client = operation.openClient(gathered.options);
    return withSources(operation, gathered, client, async (named, sources) => {
      const extraneous = options.exact === true ? "remove" : "keep";
      return changeEnvironment(operation, client, async (installed) => {
        const resolve = () => resolveRequirements(operation, named, client, sources, installed);
        return { ...(await timed(operation, resolve)), extraneous, build: sources.wheel };
      });
    });
  });
}

type Resolved = Pick<WantedState, "resolved" | "preserve">;

async function timed(
  { onEvent }: ChangeOperation,
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
  operation: ChangeOperation<InstallOptions>,
  gathered: GatheredRequirements,
  client: IndexClient,
  sources: Sources,
  installed: InstalledState,
): Promise<Resolved> {
  const { options, configuration } = operation;
  const follows = options.dependencies !== "none" && configuration.noDeps?.value !== true;
  return follows
    ? withDependencies(operation, gathered, client, sources, installed)
    : exactly(operation, gathered, client, sources, installed);
}

async function exactly(
  operation: ChangeOperation<SyncOptions | InstallOptions>,
  gathered: GatheredRequirements,
  client: IndexClient,
  sources: Sources,
  installed: InstalledState,
): Promise<Resolved> {
  const { target, options } = operation;
  const all = wantedProjects(gathered, target.interpreter.markerEnvironment);
  // With --reinstall every file is needed again.
  const requireHashes = requiresHashes(operation, gathered);
  const archives =
    options.reinstall === true
      ? undefined
      : untouchedArchives(environmentState(target.destination), target.destination);
  const held =
    archives === undefined ? new Set<NormalizedName>() : heldPins(all, installed.own, archives, requireHashes);
  const wanted = all.filter(({ name }) => !held.has(name));
  const pre = allowsPrereleases(operation, gathered.options) ? true : undefined;
  const files = wheelTarget(target, pre, formats(operation, gathered.options));
  const { claims } = operation;
  return { resolved: await resolveExact(wanted, client, files, sources, { requireHashes, claims }), preserve: held };
}

async function withDependencies(
  operation: ChangeOperation<InstallOptions>,
  gathered: GatheredRequirements,
  client: IndexClient,
  sources: Sources,
  installed: InstalledState,
): Promise<Resolved> {
  const { target, options, onEvent } = operation;
  const wanted = wantedProjects(gathered, target.interpreter.markerEnvironment);
  const staying = stayingInstalled(operation, installed);
  const { resolved, satisfied, warnings } = await resolveDependencies(
    {
      wanted,
      constraints: gathered.constraints,
      installed: staying,
      prereleases: allowsPrereleases(operation, gathered.options),
      requireHashes: requiresHashes(operation, gathered),
      formats: formats(operation, gathered.options),
      signal: options.signal,
      onEvent,
      claims: operation.claims,
      refusedUrl: transitiveUrls(operation, staying),
    },
    target,
    client,
    sources.readWhole,
  );
  for (const message of warnings) onEvent({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
  return { resolved, preserve: new Set(satisfied) };
}

/** What may stay as it is: with --upgrade and --reinstall nothing, with --upgrade-package all but these. */
function stayingInstalled({ options }: ChangeOperation<InstallOptions>, { visible }: InstalledState) {
  if (options.upgrade === "all" || options.reinstall === true) return [];
  const upgraded = new Set<string>((options.upgrade ?? []).map(normalizeName));
  return visible.filter((distribution) => !upgraded.has(distribution.normalizedName) && !isTorn(distribution));
}

/** What an environment was seeded with is no leftover of a sync, as in uv: `venv --seed` notes it, and others' environments hold it unasked. */
function seeds({ interpreter }: TargetEnvironment): ReadonlySet<string> {
  const configuration = interpreter.isVirtual ? readText(join(interpreter.prefix, "pyvenv.cfg")) : "";
  const isBare = /^murre\s*=/m.test(configuration) && !/^seed\s*=\s*true/m.test(configuration);
  return new Set(isBare ? [] : ["pip", "setuptools", "wheel"]);
}

function readText(path: string): string {
  try {
    return readSmallText(path);
  } catch {
    return "";
  }
}
