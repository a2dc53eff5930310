import type { DistributionFile } from "@murre/index-client";
import { redactUrl, type NormalizedName } from "@murre/pep508";
import type { ResolvedNode, ResolveOptions, ResolveReport } from "../api/resolution.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withVersion } from "../compile/compile-target.ts";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import { openRequest } from "../operation/open-request.ts";
import { askedBy } from "../operation/read-requirements.ts";
import { nothingPresent, resolveRequirements, timed } from "../resolve/resolve.ts";
import type { ResolutionGraph } from "../resolve/resolution-request.ts";
import { withSources } from "../sources/lazy-sources.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { selectionOf } from "../wanted/selection.ts";
import { urlKind } from "../wanted/source-url.ts";

/** What an installation into an empty environment would take, as a graph. Nothing is installed. */
export function resolveGraph(settings: InstallerSettings, options: ResolveOptions): Promise<ResolveReport> {
  const asked = withVersion(options);
  return withChangeOperation(settings, asked, (operation) => resolve(operation, asked), "resolve");
}

async function resolve(operation: ChangeOperation, options: ResolveOptions): Promise<ResolveReport> {
  const asked = await openRequest(operation, {
    ...askedBy(options, operation.decisions),
    selection: { ...selectionOf(options), hasSettings: options.ignoreConfiguration !== true, asksBackends: true },
  });
  // With preferences, of which there are none, the graph is told as well.
  const present = { ...nothingPresent, preferences: new Map<NormalizedName, readonly string[]>() };
  const { resolved, graph, resolveMs } = await withSources(operation, asked, (request, sources) =>
    timed(operation, () => resolveRequirements(operation, request, sources, present)),
  );
  const { implementation, version, markerEnvironment } = operation.python;
  return {
    python: {
      implementation,
      version,
      platform: markerEnvironment.sys_platform,
      machine: markerEnvironment.platform_machine,
    },
    distributions: nodes(resolved, graph),
    durationMs: resolveMs,
  };
}

function nodes(resolved: readonly ResolvedDistribution[], graph: ResolutionGraph): readonly ResolvedNode[] {
  const names = new Set(resolved.map(({ name }) => name));
  const needsOf = (name: NormalizedName) => (graph.get(name)?.needs ?? []).filter((other) => names.has(other));
  const dependents = new Map<NormalizedName, NormalizedName[]>(resolved.map(({ name }) => [name, []]));
  for (const name of names) for (const other of new Set(needsOf(name))) dependents.get(other)?.push(name);
  return resolved
    .map((one): ResolvedNode => ({
      name: one.name,
      version: one.version,
      ...fileOf(one),
      extras: [...(graph.get(one.name)?.extras ?? [])].toSorted(),
      requested: one.requested,
      dependencies: [...new Set(needsOf(one.name))].toSorted(),
      dependents: (dependents.get(one.name) ?? []).toSorted(),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

type FileOf = Omit<ResolvedNode, "name" | "version" | "extras" | "requested" | "dependencies" | "dependents">;

function fileOf({ source, directUrl }: ResolvedDistribution): FileOf {
  const { filename, hashes, sizeBytes, commit, isEditable } = source;
  const { index, requiresPython, yanked }: Partial<DistributionFile> = source;
  const kind = kindOf(source.url, filename);
  return {
    kind,
    url: redactUrl(source.url),
    ...(kind === "wheel" || kind === "sdist" ? { filename } : {}),
    hashes,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(index === undefined || directUrl !== undefined ? {} : { index }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined || yanked === false ? {} : { yanked }),
    ...(commit === undefined ? {} : { commit }),
    ...(isEditable === true ? { editable: true } : {}),
  };
}

function kindOf(url: string, filename: string): ResolvedNode["kind"] {
  const kind = urlKind(url);
  if (kind === "version-control") return "repository";
  if (kind === "directory") return "folder";
  return filename.endsWith(".whl") ? "wheel" : "sdist";
}
