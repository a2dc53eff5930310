import {
  createIndexClient,
  loadPipConfiguration,
  mergePipIndexOptions,
  parseIndexLocation,
  pipIndexLocations,
  type IndexClient,
  type IndexLocation,
  type IndexStrategy,
  type PipConfiguration,
  type Setting,
} from "@murre/index-client";
import type { CacheOperation } from "@murre/cache";
import { normalizeName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import type { OnEvent } from "../api/events.ts";
import type { IndexOptions, OperationContext } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** pip's configuration for the environment with this prefix; nothing at all when the user asked for that. */
export function readPipConfiguration(
  settings: InstallerSettings,
  options: IndexOptions,
  prefix: string | undefined,
): PipConfiguration {
  if (options.ignoreConfiguration === true) return { files: [] };
  const { env, platform, home, cwd } = settings;
  return loadPipConfiguration({ env, platform, home, cwd, ...(prefix === undefined ? {} : { prefix }) });
}

export interface IndexSettings {
  readonly locations: readonly IndexLocation[];
  readonly strategy: IndexStrategy;
}

/**
 * Where to look, and how several places are combined. pip's flags, files and configuration are equals (pip); `--index`,
 * `--default-index` and MURRE_* make an order, in which the first index that has a project is the only one for it (uv).
 * `--index-strategy` overrides both.
 */
export function indexSettings(
  settings: InstallerSettings,
  options: IndexOptions,
  configuration: PipConfiguration,
  inFiles: FileOptions | undefined,
): IndexSettings {
  const ordered = orderedIndexes(settings, options);
  const merged = mergePipIndexOptions(withFileIndex(configuration, inFiles), {
    indexUrl: setting(ordered.defaultIndex, "--default-index") ?? setting(options.indexUrl, "--index-url"),
    extraIndexUrls: [
      ...(inFiles?.extraIndexUrls ?? []).map(({ value, origin }) => ({
        value,
        origin: `${origin.file}:${origin.line}`,
      })),
      ...each(options.extraIndexUrls, "--extra-index-url"),
    ],
    findLinks: [
      ...(inFiles?.findLinks ?? []).map(({ value, origin }) => ({ value, origin: `${origin.file}:${origin.line}` })),
      ...each(ordered.findLinks, "MURRE_FIND_LINKS"),
      ...each(options.findLinks, "--find-links"),
    ],
    noIndex: options.noIndex === true || inFiles?.noIndex === true,
  });
  const locations = pipIndexLocations(merged, settings);
  const first = ordered.indexes.map((url) => parseIndexLocation("simple", url, settings, "--index"));
  const strategy = options.indexStrategy ?? ordered.strategy ?? (ordered.given ? "first-index" : "unsafe-best-match");
  return { locations: merged.noIndex === true || !ordered.given ? locations : inOrder(first, locations), strategy };
}

/** `--index` first, then the extra indexes, the default index last; each once. find-links places keep their rank. */
function inOrder(first: readonly IndexLocation[], merged: readonly IndexLocation[]): readonly IndexLocation[] {
  const places = merged.filter(({ kind }) => kind === "find-links");
  const [base, ...extra] = merged.filter(({ kind }) => kind === "simple");
  const all = [...first, ...extra, ...(base === undefined ? [] : [base])];
  return [...places, ...new Map(all.map((location) => [location.url, location])).values()];
}

/** An `--index-url` inside a requirements file replaces the configured index and all configured extra ones, as in pip. */
function withFileIndex(configuration: PipConfiguration, inFiles: FileOptions | undefined): PipConfiguration {
  const inFile = inFiles?.indexUrl;
  if (inFile === undefined) return configuration;
  const { extraIndexUrls: _, ...rest } = configuration;
  return { ...rest, indexUrl: { value: inFile.value, origin: `${inFile.origin.file}:${inFile.origin.line}` } };
}

interface OrderedIndexes {
  readonly given: boolean;
  readonly indexes: readonly string[];
  readonly defaultIndex: string | undefined;
  readonly findLinks: readonly string[];
  readonly strategy: IndexStrategy | undefined;
}

function orderedIndexes({ env }: InstallerSettings, options: IndexOptions): OrderedIndexes {
  const variable = (name: string) => (options.ignoreConfiguration === true ? "" : (env[name] ?? ""));
  const words = (name: string) =>
    variable(name)
      .split(/\s+/)
      .filter((word) => word !== "");
  const indexes = options.indexes ?? words("MURRE_INDEX");
  const defaultIndex = options.defaultIndex ?? words("MURRE_DEFAULT_INDEX")[0];
  const strategy = words("MURRE_INDEX_STRATEGY")[0];
  return {
    given: indexes.length > 0 || defaultIndex !== undefined,
    indexes,
    defaultIndex,
    findLinks: words("MURRE_FIND_LINKS"),
    strategy: isStrategy(strategy) ? strategy : undefined,
  };
}

function isStrategy(text: string | undefined): text is IndexStrategy {
  return text === "first-index" || text === "unsafe-first-match" || text === "unsafe-best-match";
}

function setting(value: string | undefined, origin: string): Setting<string> | undefined {
  return value === undefined ? undefined : { value, origin };
}

function each(values: readonly string[] | undefined, origin: string): Setting<string>[] {
  return (values ?? []).map((value) => ({ value, origin }));
}

export interface ClientSettings {
  readonly settings: InstallerSettings;
  readonly options: IndexOptions & OperationContext;
  readonly places: IndexSettings;
  readonly configuration: PipConfiguration;
  readonly cache: CacheOperation;
  readonly onEvent: OnEvent;
}

/** Opens the client of one operation, with its warnings as events. */
export function openIndexClient({
  settings,
  options,
  places,
  configuration,
  cache,
  onEvent,
}: ClientSettings): IndexClient {
  const { locations, strategy } = places;
  const { env, home, platform } = settings;
  const timeout = configuration.timeoutSeconds?.value;
  return createIndexClient(
    {
      locations,
      strategy,
      documents: cache.documents,
      once: (request) => cache.documentOnce(request),
      env,
      home,
      platform,
      ...(options.offline === undefined ? {} : { offline: options.offline }),
      ...(options.refresh === undefined ? {} : { refresh: refreshed(options.refresh) }),
      network: {
        cert: configuration.cert?.value,
        clientCert: configuration.clientCert?.value,
        proxy: configuration.proxy?.value,
        trustedHosts: configuration.trustedHosts?.value,
        retries: configuration.retries?.value,
        silenceTimeoutMs: timeout === undefined ? undefined : timeout * 1000,
        userAgent: `murre/${settings.version}`,
      },
      onEvent(event) {
        const text = describeIndexEvent(event);
        onEvent(
          event.kind === "retry" || event.kind === "ranges-unsupported"
            ? { type: "debug", message: text }
            : {
                type: "warning",
                code: `MURRE_WARNING_${event.kind.toUpperCase().replaceAll("-", "_")}`,
                message: text,
              },
        );
      },
    },
    options.signal,
  );
}

function refreshed(refresh: NonNullable<IndexOptions["refresh"]>): "all" | ReadonlySet<string> {
  return refresh === "all" ? "all" : new Set(refresh.map(normalizeName));
}

type IndexEvent = Parameters<NonNullable<Parameters<typeof createIndexClient>[0]["onEvent"]>>[0];

function describeIndexEvent(event: IndexEvent): string {
  switch (event.kind) {
    case "index-skipped":
      return `going on without ${event.url}: ${event.error.message}`;
    case "mixed-origins":
      return (
        `${event.project}: its files come from ${event.hosts.join(" and ")}; whoever registers the name in the public ` +
        "index can replace a private project of that name. Give --index-strategy first-index to take only the first"
      );
    case "retry":
      return `${event.url}: attempt ${event.attempt} failed (${event.reason}); the next one in ${Math.round(event.delayMs)} ms`;
    case "newer-api":
      return `${event.url}: speaks version ${event.version} of the simple API, which is newer than murre knows`;
    case "ranges-unsupported":
      return `${event.url}: the server knows no byte ranges; metadata comes from whole files`;
  }
}
