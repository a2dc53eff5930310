import { hasCode } from "@murre/files";
import type { NormalizedName } from "@murre/pep508";
import { IndexUnreachable, ProjectNotFound, type IndexErrorCode } from "../errors.ts";
import { withoutCredentials } from "../location/index-location.ts";
import type { IndexLocation, IndexStrategy, ProjectFiles, ProjectPage } from "../location/types.ts";

export interface FindFiles {
  readonly locations: readonly IndexLocation[];
  readonly strategy: IndexStrategy;
  /** The page of one location; undefined when it does not have the project. */
  readonly page: (location: IndexLocation, project: NormalizedName) => Promise<ProjectPage | undefined>;
  readonly onSkipped: (location: IndexLocation, project: NormalizedName, error: Error) => void;
}

/** An index that was not asked for a project, and the versions that it has, where they are known. */
export interface UnaskedIndex {
  /** Without credentials. */
  readonly url: string;
  readonly versions: readonly string[] | undefined;
}

type Outcome = { readonly page: ProjectPage | undefined } | { readonly error: Error };

/**
 * Looks for a project in all locations, as the strategy says. find-links places are always asked and come first; one that fails is skipped
 * when another location has the project, as in pip. So is an index where all are equals ("unsafe-best-match"). Where the user gave them an
 * order, only an index that answers that it does not have the project is passed over.
 * @throws {ProjectNotFound} when every location answered, and none has it.
 * @throws what a location threw that may not be skipped, or, when none of the others has the project, what one that may threw.
 */
export async function findProjectFiles(project: NormalizedName, find: FindFiles): Promise<ProjectFiles> {
  const places = find.locations.filter(({ kind }) => kind === "find-links");
  const indexes = find.locations.filter(({ kind }) => kind === "simple");
  const ask = async (location: IndexLocation): Promise<readonly [IndexLocation, Outcome]> => {
    try {
      return [location, { page: await find.page(location, project) }];
    } catch (error) {
      if (!isSkippable(error, location, find.strategy)) throw notPassedOver(error, location, project);
      return [location, { error: error as Error }];
    }
  };
  const [linked, indexed] = await Promise.all([
    Promise.all(places.map(ask)),
    find.strategy === "first-index" ? askUntilFound(indexes, ask) : Promise.all(indexes.map(ask)),
  ]);
  return combine(project, [...linked, ...indexed], find);
}

async function askUntilFound(
  indexes: readonly IndexLocation[],
  ask: (location: IndexLocation) => Promise<readonly [IndexLocation, Outcome]>,
): Promise<readonly (readonly [IndexLocation, Outcome])[]> {
  const outcomes: (readonly [IndexLocation, Outcome])[] = [];
  for (const index of indexes) {
    const outcome = await ask(index);
    outcomes.push(outcome);
    if ("page" in outcome[1] && !isEmpty(outcome[1].page)) break;
  }
  return outcomes;
}

/**
 * The indexes that were not asked, because an earlier one has the project. Those on this machine are looked into; others are not, because that
 * would tell them the name of what may be a private project.
 */
export async function unaskedIndexes(
  project: NormalizedName,
  { locations, strategy, page }: Pick<FindFiles, "locations" | "strategy" | "page">,
): Promise<readonly UnaskedIndex[]> {
  if (strategy !== "first-index") return [];
  const indexes = locations.filter(({ kind }) => kind === "simple");
  for (const [i, index] of indexes.entries())
    if (!isEmpty(await page(index, project)))
      return Promise.all(indexes.slice(i + 1).map((one) => lookInto(one, () => page(one, project))));
  return [];
}

async function lookInto({ url }: IndexLocation, page: () => Promise<ProjectPage | undefined>): Promise<UnaskedIndex> {
  const shown = withoutCredentials(url);
  if (!/^file:/i.test(url)) return { url: shown, versions: undefined };
  try {
    const versions = (await page())?.releases.flatMap(({ version = [] }) => version) ?? [];
    return { url: shown, versions };
  } catch {
    return { url: shown, versions: undefined }; // nobody asked for it: it is no reason to fail
  }
}

/** An index says that it does not have a project by a status, or, as some do of every name, by a page without a single link. */
function isEmpty(page: ProjectPage | undefined): boolean {
  return page === undefined || (page.releases.length === 0 && page.skipped.length === 0);
}

const ofLocations: readonly IndexErrorCode[] = [
  "MURRE_INDEX_UNREACHABLE",
  "MURRE_HTTP_STATUS",
  "MURRE_INVALID_INDEX_PAGE",
  "MURRE_OFFLINE",
];

/**
 * Where indexes have an order, one that cannot say whether it has a project must not be passed over: the next one might be the public one, and
 * have a project of the same name (dependency confusion). Offline, what is not cached is nobody's answer: what is cached was looked for by
 * the same rule.
 */
function isSkippable(error: unknown, { kind }: IndexLocation, strategy: IndexStrategy): boolean {
  if (!hasCode<IndexErrorCode>(error, ...ofLocations)) return false;
  return error.code === "MURRE_OFFLINE" || kind === "find-links" || strategy === "unsafe-best-match";
}

/** An index that gives no connection does not say by itself what it was asked for. */
function notPassedOver(error: unknown, { url }: IndexLocation, project: NormalizedName): unknown {
  return error instanceof IndexUnreachable
    ? new IndexUnreachable(url, `needed for ${project}, and no later index is asked in its place`, { cause: error })
    : error;
}

function combine(
  project: NormalizedName,
  outcomes: readonly (readonly [IndexLocation, Outcome])[],
  find: FindFiles,
): ProjectFiles {
  const groups: ProjectPage[] = [];
  for (const [, outcome] of outcomes) if ("page" in outcome && outcome.page !== undefined) groups.push(outcome.page);
  const failures = outcomes.flatMap(([location, outcome]) =>
    "error" in outcome ? [{ location, error: outcome.error }] : [],
  );
  if (groups.length === 0) throw nothingFound(project, find.locations, failures);
  for (const { location, error } of failures) find.onSkipped(location, project, error);
  return {
    project,
    groups,
    ...releasesOf(groups),
    get files() {
      return groups.flatMap((group) => group.files);
    },
  };
}

function releasesOf(groups: readonly ProjectPage[]): Pick<ProjectFiles, "releases" | "ascending"> {
  const [one] = groups;
  return one !== undefined && groups.length === 1
    ? { releases: one.releases, ascending: one.ascending }
    : { releases: groups.flatMap(({ releases }) => releases) };
}

/** A find-links folder that is not there explains a missing project less well than the indexes that answered. */
function nothingFound(
  project: NormalizedName,
  locations: readonly IndexLocation[],
  failures: readonly { location: IndexLocation; error: Error }[],
): Error {
  const failure = failures.find(({ location }) => location.kind === "simple") ?? failures[0];
  if (failure === undefined)
    return new ProjectNotFound(
      project,
      locations.map(({ url }) => url),
    );
  if (failure.location.kind === "find-links" && locations.some(({ kind }) => kind === "simple"))
    return new ProjectNotFound(
      project,
      locations.map(({ url }) => url),
      { cause: failure.error },
    );
  return failure.error instanceof IndexUnreachable
    ? new IndexUnreachable(failure.location.url, `needed for ${project}, which no other location has`, {
        cause: failure.error,
      })
    : failure.error;
}
