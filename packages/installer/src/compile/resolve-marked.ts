import type { DistributionFile } from "@murre/index-client";
import { tryParseVersion, type SpecifierSet } from "@murre/pep440";
import { redactUrl, type Marker, type NormalizedName } from "@murre/pep508";
import { supportedTags } from "@murre/platform-tags";
import {
  resolveMarked,
  resolveUniversal,
  type DistributionMetadata,
  type MarkedOutcome,
  type PythonSource,
  type Unavailable,
  type UniversalDistribution,
  type UniversalOutcome,
  type UniversalRequest,
} from "@murre/resolver";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { describePython } from "../options/target-python.ts";
import { askedProjects, demandsAnywhere } from "./asked-projects.ts";
import { preferencesHere, type Preferences } from "./preferences.ts";
import { demandsHere, directSource, wantedProjects, type WantedProject } from "../wanted/gather-requirements.ts";
import { statedIn } from "../wanted/origin.ts";
import type { HashDemand, ResolvedDistribution } from "../wanted/resolved.ts";
import { tellHints } from "../resolve/failure/tell-hints.ts";
import { IndexSource, type IndexedFile } from "../resolve/index-source.ts";
import { FailedReleases } from "../resolve/source-metadata.ts";
import type { SourceReader } from "../resolve/source-reader.ts";
import { transitiveUrls } from "../resolve/transitive-urls.ts";

/** What the result is for: the Python at hand, or many. */
export type MarkedTarget =
  | { readonly kind: "one"; readonly requiresPython: SpecifierSet }
  | {
      readonly kind: "many";
      readonly requiresPython: SpecifierSet;
      readonly environments: readonly Marker[];
      readonly requiredEnvironments: readonly Marker[];
      readonly forkStrategy: NonNullable<UniversalRequest<IndexedFile>["forkStrategy"]>;
    };

/** A distribution of a result that is written down. */
export interface MarkedDistribution {
  readonly distribution: ResolvedDistribution;
  /** Of an index, all that can be used. */
  readonly files: readonly DistributionFile[];
  /** When it is wanted; undefined: always. */
  readonly marker?: string | undefined;
  readonly extras: readonly NormalizedName[];
  /** What its metadata says that it needs. */
  readonly requiresDist?: readonly string[];
  readonly needs: readonly {
    readonly name: NormalizedName;
    readonly version: string;
    readonly url: string | undefined;
  }[];
}

/**
 * Resolves with everything that a file about the result says: markers, all usable files, who needs whom. Nothing of it is remembered.
 * @throws {NoSolution} and what the index client and the wheels throw
 */
export async function resolveWithMarkers(
  operation: ChangeOperation,
  request: Request,
  sources: SourceReader,
  { target, preferences }: { readonly target: MarkedTarget; readonly preferences: Preferences },
): Promise<readonly MarkedDistribution[]> {
  const { python, commits, decisions, projects, signal, onEvent } = operation;
  const { gathered, client, files } = request;
  const asked = askedProjects(gathered, request.environment);
  const { markerEnvironment } = python;
  // For one Python this also says what contradicts itself, before anything is looked up.
  const demands =
    target.kind === "one"
      ? demandsHere(wantedProjects(gathered, markerEnvironment), gathered.constraints, markerEnvironment)
      : demandsAnywhere(asked);
  const requirements = asked.map(({ requirement }) => requirement);
  const constraints = gathered.constraints.map(({ requirement }) => requirement);
  const failed = new FailedReleases([...requirements, ...constraints]);
  const tags = supportedTags(python.tagTarget);
  const requiresDist = new Map<string, readonly string[]>();
  const outcome = await client.whilePagesHold((): Promise<Outcome> => {
    const found = new IndexSource(client, {
      wanted: asked,
      editables: projects.editables,
      demands,
      formats: files.formats,
      uploadedBefore: files.uploadedBefore,
      requireHashes: false,
      target: target.kind === "one" ? { tags, description: describePython(python) } : undefined,
      readWhole: sources.readWhole,
      claims: operation.claims,
      failed,
    });
    const common = {
      requirements,
      constraints,
      source: noting(found, requiresDist, decisions.followsDependencies),
      overrides: gathered.replacements.overrides.map(({ requirement }) => requirement),
      excludes: gathered.replacements.excludes,
      strategy: decisions.resolution.strategy,
      prereleases: files.prereleases,
      prefersWheels: files.prefersWheels,
      formats: files.formats,
      refusedUrl: transitiveUrls(files, []),
      stated: statedIn({
        wanted: asked,
        overrides: gathered.replacements.overrides,
        constraints: gathered.constraints,
      }),
      ...(signal === undefined ? {} : { signal }),
      onRepair: (text: string, meant: string) =>
        onEvent({
          type: "debug",
          message: `published metadata says ${redactUrl(text)}: read as ${redactUrl(meant)}`,
        }),
    };
    if (target.kind === "many") {
      const { kind: _, ...rest } = target;
      return resolveUniversal<IndexedFile>({ ...common, ...rest, preferences });
    }
    return resolveMarked<IndexedFile>({
      ...common,
      requiresPython: target.requiresPython,
      target: { markerEnvironment, tags, ignoresRequiresPython: python.ignoresRequiresPython === true },
      preferences: preferencesHere(preferences, operation),
    });
  });
  if (outcome.kind === "no-solution") {
    const { message, proof, hints } = outcome;
    throw failed.whyNoSolution(message, proof, await tellHints(hints, client));
  }
  for (const message of [...outcome.warnings, ...failed.warnings])
    onEvent({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
  return outcome.distributions.map((one) => ({
    distribution: distributionOf(one, asked, {
      demands: demands.get(one.name) ?? [],
      commits,
      editables: projects.editables,
    }),
    files: one.files,
    marker: one.marker,
    extras: one.extras,
    requiresDist: requiresDist.get(`${one.name} ${one.version}`) ?? [],
    needs: one.needs,
  }));
}

/** The source, which notes what each version says that it needs; that is nothing where what is named is all that is wanted. */
function noting(
  source: IndexSource,
  requiresDist: Map<string, readonly string[]>,
  followsNeeds: boolean,
): PythonSource<IndexedFile> {
  const note = (project: NormalizedName, told: DistributionMetadata | Unavailable) => {
    if ("unavailable" in told) return told;
    const { version } = told;
    const needs = followsNeeds ? (told.requiresDist ?? []) : [];
    if (version !== undefined) requiresDist.set(`${project} ${tryParseVersion(version)?.toString() ?? version}`, needs);
    return followsNeeds ? told : { ...told, requiresDist: needs };
  };
  return {
    files: (project) => source.files(project),
    metadata: async (file, project) => note(project, await source.metadata(file, project)),
    urlMetadata: async (url, project) => note(project, await source.urlMetadata(url, project)),
  };
}

type Outcome = UniversalOutcome<IndexedFile> | MarkedOutcome<IndexedFile>;

function distributionOf(
  { name, version, from, isDirect }: UniversalDistribution<IndexedFile>,
  asked: readonly WantedProject[],
  {
    demands,
    commits,
    editables,
  }: {
    readonly demands: readonly HashDemand[];
    readonly commits: ReadonlyMap<string, string>;
    readonly editables: ReadonlySet<string>;
  },
): ResolvedDistribution {
  const common = { name, version, hashes: demands, requested: isDirect };
  if (from.kind === "index") return { ...common, source: from.file };
  if (from.kind === "installed") throw new TypeError(`${name} is installed, which nobody asked for`);
  const isEditable =
    editables.has(from.url) ||
    asked.some((one) => one.name === name && one.url === from.url && one.isEditable === true);
  return { ...common, source: directSource(from.url, demands, { commits, isEditable }), directUrl: from.url };
}
