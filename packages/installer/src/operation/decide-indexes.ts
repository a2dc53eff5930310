import {
  mergePipIndexOptions,
  parseIndexLocation,
  pipIndexLocations,
  type IndexLocation,
  type IndexStrategy,
  type PipConfiguration,
  type Setting,
} from "@murre/index-client";
import type { FileOptions } from "@murre/requirements";
import { splitNamedIndex, withNamedCredentials } from "../projects/named-index.ts";
import type { WantedOptions } from "../wanted/gather-requirements.ts";
import type { IndexDecision } from "./decisions.ts";
import { wordsOf, type Said } from "./said.ts";

/**
 * Where to look, and how several places are combined. pip's flags, files and configuration are equals (pip); `--index`,
 * `--default-index` and MURRE_* make an order, in which the first index that has a project is the only one for it (uv).
 * `--index-strategy` overrides both.
 * @throws {InvalidIndexLocation}
 */
export function decideIndexes(said: Said, inFiles: WantedOptions): IndexDecision {
  const { options, configuration, places } = said;
  const ordered = orderedIndexes(said);
  const merged = mergePipIndexOptions(withFileIndex(configured(configuration, ordered), inFiles), {
    indexUrl:
      setting(ordered.defaultIndex, "--default-index") ??
      setting(options.indexUrl, "--index-url") ??
      defaultOf(inFiles.ordered),
    extraIndexUrls: [...inFiles.extraIndexUrls.map(settingOf), ...each(options.extraIndexUrls, "--extra-index-url")],
    findLinks: [
      ...inFiles.findLinks.map(settingOf),
      ...each(ordered.findLinks, "MURRE_FIND_LINKS"),
      ...each(options.findLinks, "--find-links"),
    ],
    noIndex: options.noIndex === true || inFiles.noIndex,
  });
  const locations = pipIndexLocations(merged, places);
  const named = ordered.indexes.map((url) => parseIndexLocation("simple", url, places, "--index"));
  const { ordered: ofProjects = [] } = inFiles;
  const first = [...named, ...ofProjects.filter(({ isDefault }) => !isDefault).map(({ location }) => location)];
  const isOrdered = ordered.given || ofProjects.length > 0;
  const strategy = options.indexStrategy ?? ordered.strategy ?? (isOrdered ? "first-index" : "unsafe-best-match");
  const base = locations.find(({ kind }) => kind === "simple")?.url;
  return {
    locations: merged.noIndex === true || !isOrdered ? locations : inOrder(first, locations),
    ...(base === undefined ? {} : { base }),
    findLinks: [...new Set((merged.findLinks ?? []).map(({ value }) => value))],
    strategy,
  };
}

/** `--index` first, then the extra indexes, the default index last; each once. find-links places keep their rank. */
function inOrder(first: readonly IndexLocation[], merged: readonly IndexLocation[]): readonly IndexLocation[] {
  const places = merged.filter(({ kind }) => kind === "find-links");
  const [base, ...extra] = merged.filter(({ kind }) => kind === "simple");
  const all = [...first, ...extra, ...(base === undefined ? [] : [base])];
  return [...places, ...new Map(all.map((location) => [location.url, location])).values()];
}

/** An `--index-url` inside a requirements file replaces the configured index and all configured extra ones, as in pip. */
function withFileIndex(configuration: PipConfiguration, { indexUrl }: FileOptions): PipConfiguration {
  if (indexUrl === undefined) return configuration;
  const { extraIndexUrls: _, ...rest } = configuration;
  return { ...rest, indexUrl: settingOf(indexUrl) };
}

/** uv's default index stands alone: the extra indexes of pip's configuration belong to the one that it replaces. */
function configured(configuration: PipConfiguration, { defaultIndex }: OrderedIndexes): PipConfiguration {
  if (defaultIndex === undefined) return configuration;
  const { extraIndexUrls: _, ...rest } = configuration;
  return rest;
}

interface OrderedIndexes {
  readonly given: boolean;
  readonly indexes: readonly string[];
  readonly defaultIndex: string | undefined;
  readonly findLinks: readonly string[];
  readonly strategy: IndexStrategy | undefined;
}

function orderedIndexes({ options, variables }: Said): OrderedIndexes {
  const urlOf = (text: string) => {
    const { name, url } = splitNamedIndex(text);
    return withNamedCredentials(url, name, variables);
  };
  const indexes = (options.indexes ?? wordsOf(variables, "MURRE_INDEX")).map(urlOf);
  // Who names the index to begin with by a word of the command line has named the last one.
  const configured = options.indexUrl === undefined ? wordsOf(variables, "MURRE_DEFAULT_INDEX")[0] : undefined;
  const lastAsked = options.defaultIndex ?? configured;
  const defaultIndex = lastAsked === undefined ? undefined : urlOf(lastAsked);
  const strategy = wordsOf(variables, "MURRE_INDEX_STRATEGY")[0];
  return {
    given: indexes.length > 0 || defaultIndex !== undefined,
    indexes,
    defaultIndex,
    findLinks: wordsOf(variables, "MURRE_FIND_LINKS"),
    strategy: isStrategy(strategy) ? strategy : undefined,
  };
}

/** A project's default index goes before what is configured, as one that a requirements file names. */
function defaultOf(indexes: WantedOptions["ordered"] = []): Setting<string> | undefined {
  const found = indexes.find(({ isDefault }) => isDefault)?.location;
  return found && setting(found.url, found.origin ?? "tool.uv.index");
}

function isStrategy(text: string | undefined): text is IndexStrategy {
  return text === "first-index" || text === "unsafe-first-match" || text === "unsafe-best-match";
}

function settingOf({ value, origin }: FileOptions["findLinks"][number]): Setting<string> {
  return { value, origin: `${origin.file}:${origin.line}` };
}

function setting(value: string | undefined, origin: string): Setting<string> | undefined {
  return value === undefined ? undefined : { value, origin };
}

function each(values: readonly string[] | undefined, origin: string): Setting<string>[] {
  return (values ?? []).map((value) => ({ value, origin }));
}
