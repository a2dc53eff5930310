import type { NormalizedName, Requirement } from "@murre/pep508";
import { type DerivationTree, namesIn } from "../solver/derivation-tree.ts";
import { resolveInTurns } from "../solver/resolve.ts";
import type { Outcome, SolverStatistics } from "../solver/solver.ts";
import { admissionOf, prereleaseMode, type PrereleaseModes } from "./candidates/admission.ts";
import { Catalog } from "./candidates/catalog.ts";
import { type AllowedFormats, FileChooser, type FileRule, type ResolutionTarget } from "./candidates/choose-file.ts";
import type { Listings } from "./candidates/listings.ts";
import { Places } from "./candidates/places.ts";
import type { Origin } from "./candidates/project.ts";
import { Turns } from "../solver/turns.ts";
import { type Asker, explainNoSolution, type Explanation } from "./explain/explain-no-solution.ts";
import type { StatedOf } from "./explain/stated.ts";
import type { ProviderObserver, Rules } from "./provider-rules.ts";
import { rootName } from "./needs.ts";
import { AttemptOutdated, ConflictMet, PythonProvider, type Way } from "./python-provider.ts";
import {
  EnvironmentRule,
  type KnownRequirement,
  type OnRepair,
  RequirementTable,
  RequirementTexts,
} from "./candidates/requirement-table.ts";
import type { DistributionFile, DistributionMetadata, PythonSource } from "./candidates/source.ts";

export interface PythonRequest<File extends DistributionFile> {
  readonly requirements: readonly Requirement[];
  readonly target: ResolutionTarget;
  readonly source: PythonSource<File>;
  /** Limit the versions of projects that something else requires. */
  readonly constraints?: readonly Requirement[];
  /** Take the place of every requirement of the same project, direct ones among them. */
  readonly overrides?: readonly Requirement[];
  /** Projects whose requirements are ignored. */
  readonly excludes?: readonly NormalizedName[];
  readonly prereleases?: PrereleaseModes;
  /** `lowest-direct`: the lowest versions of the direct requirements, the highest of the rest. Default `highest`. */
  readonly strategy?: "highest" | "lowest" | "lowest-direct";
  /** Versions to take wherever the requirements allow, such as those of a lock file; of several the first one that they allow. */
  readonly preferences?: ReadonlyMap<NormalizedName, string | readonly string[]>;
  /** Distributions that need not be looked up in an index as long as they satisfy the requirements. */
  readonly installed?: ReadonlyMap<NormalizedName, DistributionMetadata>;
  /** Default: wheels and sdists for every project. */
  readonly formats?: (project: NormalizedName) => AllowedFormats;
  /** Releases that have a wheel come before newer ones that have none (pip's `--prefer-binary`). Default false. */
  readonly prefersWheels?: boolean;
  readonly signal?: AbortSignal;
  /** Default: the user. */
  readonly asker?: Asker;
  /** For the explanation of a failure: in which lines the request says what it says of a project. Default: not told. */
  readonly stated?: StatedOf;
  /** For the same: names of projects that exist, one of which may be meant by a name that does not. */
  readonly knownNames?: () => Iterable<string>;
  readonly onRepair?: OnRepair;
  /**
   * Why a distribution from there may not require a project by this URL: a clause such as "which a rule does not allow". It is passed over
   * then. Not asked for URLs that requirements, constraints or overrides of the request name for the same project. Default: all may.
   */
  readonly refusedUrl?: (url: string, project: NormalizedName, from: Origin<File>) => string | undefined;
}

/** One distribution of the solution; `from` says where it comes from. */
export interface ResolvedDistribution<File extends DistributionFile> {
  readonly name: NormalizedName;
  /** Normalised. */
  readonly version: string;
  readonly from: Origin<File>;
  /** The extras that something asked for, sorted. */
  readonly extras: readonly NormalizedName[];
  /** The projects of the solution that it or one of its extras needs, sorted. */
  readonly needs: readonly NormalizedName[];
  readonly isDirect: boolean;
}

export interface PythonStatistics extends SolverStatistics {
  /** How often the source was asked. */
  readonly projects: number;
  readonly metadata: number;
  readonly attempts: number;
}

export type PythonOutcome<File extends DistributionFile> =
  | {
      readonly kind: "solution";
      /** In the order of their names. */
      readonly distributions: readonly ResolvedDistribution<File>[];
      readonly warnings: readonly string[];
      readonly statistics: PythonStatistics;
    }
  | ({
      readonly kind: "no-solution";
      readonly tree: DerivationTree;
      readonly statistics: PythonStatistics;
    } & Explanation);

/**
 * Finds one file for every project that the requirements lead to, or shows that there is no way. The outcome depends on the
 * request and on what the source answers, not on the order in which it does.
 * @throws whatever the source rejects with, the signal's reason, and what a direct requirement's marker without a meaning throws.
 */
export async function resolvePython<File extends DistributionFile>(
  request: PythonRequest<File>,
): Promise<PythonOutcome<File>> {
  const texts = new RequirementTexts(request.onRepair);
  const table = new RequirementTable(new EnvironmentRule(request.target.markerEnvironment), texts);
  const chooser = new FileChooser(request.target, request.formats ?? (() => "any"), request.onRepair);
  return (await search(request, new Turns(request.signal), table, chooser)).outcome;
}

/** What is searched for, whatever it is for. */
export interface SearchRequest<File extends DistributionFile> extends Omit<PythonRequest<File>, "target"> {
  /** Those of earlier searches in the same source, which gave way by the same turns. */
  readonly listings?: Listings<File>;
  /** What those took: it is preferred after all preferences, and admits nothing that would not be taken without. */
  readonly taken?: ReadonlyMap<NormalizedName, readonly string[]>;
}

/** An outcome, and what it came from. */
export interface Search<File extends DistributionFile> {
  readonly outcome: PythonOutcome<File>;
  readonly provider: PythonProvider<File>;
  readonly catalog: Catalog<File>;
  /** By the solver's name; empty where there is no solution. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Attempts until one stands. @throws as `resolvePython`, and what the observer throws. */
export async function search<File extends DistributionFile>(
  request: SearchRequest<File>,
  turns: Turns,
  table: RequirementTable,
  chooser: FileRule,
  observer?: ProviderObserver,
): Promise<Search<File>> {
  const rules = readRules(request, table);
  const catalog = openCatalog(request, turns, rules, chooser);
  let way: Way = "plain-until-conflict";
  for (let attempts = 1; ; attempts++) {
    const provider = new PythonProvider(catalog, table, rules, chooser, observer, way);
    const outcome = await attempt(provider, turns);
    if (outcome === "conflict") way = "proxies";
    if (typeof outcome === "string") continue;
    const statistics = { ...outcome.statistics, ...catalog.requests, attempts };
    if (outcome.kind === "solution") {
      const versions = provider.withoutProxies(outcome.versions);
      if (provider.banUnfounded(versions)) continue;
      const found = promised(collect(versions, provider, catalog, rules), table);
      return { outcome: { kind: "solution", ...found, statistics }, provider, catalog, versions };
    }
    if (way === "proxies") {
      // The proof is to speak of what was required, and not of proxies.
      way = "plain";
      continue;
    }
    const { tree } = outcome;
    if (lookFurther(tree, provider, catalog)) {
      way = "plain-until-conflict";
      continue;
    }
    const explanation = await turns.through(explainNoSolution(tree, catalog, provider.packages, request));
    return {
      outcome: { kind: "no-solution", tree, ...explanation, statistics },
      provider,
      catalog,
      versions: new Map(),
    };
  }
}

/** `outdated`: another attempt has to be made, with a place that some project can come from as well; `conflict`: with proxies. */
async function attempt<File extends DistributionFile>(
  provider: PythonProvider<File>,
  turns: Turns,
): Promise<Outcome | "outdated" | "conflict"> {
  try {
    return await resolveInTurns(provider, rootName, turns);
  } catch (error) {
    if (error instanceof AttemptOutdated) return "outdated";
    if (error instanceof ConflictMet) return "conflict";
    throw error;
  }
}

/**
 * After a failure: what the proof names was looked up too little where only what is installed was taken into account. Whatever the proof does
 * not name has no part in it, and stays as it is. Returns whether anything changed.
 */
function lookFurther<File extends DistributionFile>(
  tree: DerivationTree,
  provider: PythonProvider<File>,
  catalog: Catalog<File>,
): boolean {
  let changed = false;
  for (const name of namesIn(tree)) {
    const own = provider.packages.get(name);
    if (own === undefined || !catalog.places.of(own.project).wantIndex()) continue;
    catalog.forget(own.project);
    changed = true;
  }
  return changed;
}

function readRules<File extends DistributionFile>(request: SearchRequest<File>, table: RequirementTable): Rules {
  const known = (requirements: readonly Requirement[] = []) =>
    requirements.map((requirement) => table.know(requirement)).filter(({ applies }) => applies);
  const direct = known(request.requirements);
  const directNames = new Set(direct.map(({ requirement }) => requirement.normalizedName));
  const overrides = byProject(known(request.overrides));
  const { strategy = "highest", preferences } = request;
  return {
    direct,
    directOf: byProject(direct),
    constraints: byProject(known(request.constraints)),
    // An override whose marker does not hold still takes the place of the others: the project is not required at all.
    overrides: new Map(
      (request.overrides ?? []).map(({ normalizedName }) => [normalizedName, overrides.get(normalizedName) ?? []]),
    ),
    excludes: new Set(request.excludes),
    order: (project) =>
      strategy === "lowest" || (strategy === "lowest-direct" && directNames.has(project)) ? "lowest" : "highest",
    preferences: (project) => listed(preferences?.get(project)),
    taken: (project) => request.taken?.get(project) ?? [],
    // Only files of this source are handed back.
    refusedUrl: (url, project, from) => request.refusedUrl?.(url, project, from as Origin<File>),
  };
}

function listed(preferred: string | readonly string[] | undefined): readonly string[] {
  return preferred === undefined ? [] : typeof preferred === "string" ? [preferred] : preferred;
}

function byProject(requirements: readonly KnownRequirement[]): Map<NormalizedName, KnownRequirement[]> {
  const found = new Map<NormalizedName, KnownRequirement[]>();
  for (const known of requirements) {
    const name = known.requirement.normalizedName;
    found.set(name, [...(found.get(name) ?? []), known]);
  }
  return found;
}

/** Direct requirements, constraints and overrides with a URL bind their projects to it, the first one of each. */
function openCatalog<File extends DistributionFile>(
  request: SearchRequest<File>,
  turns: Turns,
  rules: Rules,
  chooser: FileRule,
): Catalog<File> {
  const stated = [...[...rules.overrides.values()].flat(), ...rules.direct, ...[...rules.constraints.values()].flat()];
  const urls = new Map<NormalizedName, string>();
  for (const { requirement } of stated) {
    const { normalizedName, url } = requirement;
    if (url !== undefined && !urls.has(normalizedName)) urls.set(normalizedName, url);
  }
  const statedOf = byProject(stated);
  const admission = (project: NormalizedName) =>
    admissionOf(
      (statedOf.get(project) ?? []).flatMap(({ requirement }) => requirement.specifiers.specifiers),
      {
        mode: prereleaseMode(request.prereleases, project),
        preferred: listed(request.preferences?.get(project)),
        prefersWheels: request.prefersWheels,
      },
    );
  return new Catalog(
    request.source,
    turns,
    chooser,
    admission,
    new Places(urls, request.installed ?? new Map()),
    request.listings,
  );
}

/** What a URL's distribution has to be is what all requirements on that place say, not only the one whose spelling was taken. */
function promised<Found extends { readonly distributions: readonly ResolvedDistribution<DistributionFile>[] }>(
  found: Found,
  { urls }: RequirementTable,
): Found {
  const distributions = found.distributions.map((one) =>
    one.from.kind === "url" ? { ...one, from: { ...one.from, url: urls.withPromises(one.from.url) } } : one,
  );
  return { ...found, distributions };
}

function collect<File extends DistributionFile>(
  versions: ReadonlyMap<string, number>,
  provider: PythonProvider<File>,
  catalog: Catalog<File>,
  rules: Rules,
): { distributions: ResolvedDistribution<File>[]; warnings: string[] } {
  const direct = new Set(rules.direct.map(({ requirement }) => requirement.normalizedName));
  const extras = new Map<NormalizedName, NormalizedName[]>();
  const needs = new Map<NormalizedName, Set<NormalizedName>>();
  const warnings: string[] = [];
  const reachable = provider.reachable(versions);
  for (const [name, version] of versions) {
    if (!reachable.has(name)) continue;
    const { project, extra } = provider.packages.get(name)!;
    const own = needs.get(project) ?? new Set();
    needs.set(project, own);
    for (const need of provider.needs(name, version)) if (need.project !== project) own.add(need.project);
    if (extra === undefined) continue;
    extras.set(project, [...(extras.get(project) ?? []), extra]);
    const metadata = catalog.metadata(catalog.project(project)!, version);
    if (metadata && "providesExtra" in metadata && !metadata.providesExtra?.includes(extra))
      warnings.push(`${project} ${catalog.project(project)!.version(version)} has no extra ${extra}`);
  }
  const distributions = [...needs.keys()].sort().map((name): ResolvedDistribution<File> => {
    const version = versions.get(name)!;
    const project = catalog.project(name)!;
    return {
      name,
      version: project.version(version).toString(),
      from: project.origin(version),
      extras: (extras.get(name) ?? []).sort(),
      needs: [...needs.get(name)!].sort(),
      isDirect: direct.has(name),
    };
  });
  return { distributions, warnings: warnings.sort() };
}
