import { hasCode } from "@murre/files";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { CacheOperation, Documents } from "@murre/cache";
import { largestTextBytes } from "./location/answer-limits.ts";
import { Witness, type Witnessed } from "./answers/witness.ts";
import { acceptedEncodings, answerText } from "./http/answer-text.ts";
import { createCredentials } from "./credentials/credentials.ts";
import type { Keyring, KeyringProvider } from "./credentials/keyring.ts";
import { DEFAULT_INDEX_URL } from "./location/default-index.ts";
import { createDispatchers, defaultSilenceMs, type ConnectionSettings } from "./connections/dispatchers.ts";
import { downloadFile, type Downloadable, type Downloaded, type DownloadOptions } from "./http/download.ts";
import { DamagedPage, HttpStatusError, InvalidIndexLocation, type IndexErrorCode } from "./errors.ts";
import { urlProblem } from "./location/file-url.ts";
import { readFilePage } from "./pages/file-index.ts";
import { findProjectFiles, unaskedIndexes, type UnaskedIndex } from "./pages/find-files.ts";
import { mixedHosts } from "./pages/namespaces.ts";
import { groupByProject, readFindLinks, singleDistribution, type FindLinksPlace } from "./pages/find-links.ts";
import { readHttpPage, type HttpPages } from "./pages/http-page.ts";
import { withoutCredentials } from "./location/index-location.ts";
import { keptPages } from "./pages/kept-pages.ts";
import { MetadataPacks } from "./metadata/metadata-packs.ts";
import { knownMetadata, readMetadata, type MetadataSources, type ToldMetadata } from "./metadata/metadata.ts";
import type { PublisherIdentity } from "./provenance/parse-provenance.ts";
import type { ProvenanceSources } from "./provenance/read-publishers.ts";
import { createRangeServers } from "./http/range-servers.ts";
import { createSlots, type Slots } from "./http/slots.ts";
import { AnswerTurns } from "./http/answer-turns.ts";
import { defaultRetries } from "./http/retry.ts";
import { systemClock, Transport, type Clock } from "./http/transport.ts";
import type {
  DistributionFile,
  IndexEvent,
  IndexLocation,
  IndexStrategy,
  ProjectFiles,
  ProjectPage,
  Refresh,
  TransferCounts,
} from "./location/types.ts";

/** How the network is used; everything has a default. */
export interface NetworkSettings extends Omit<ConnectionSettings, "env"> {
  /** How often a request is repeated; 5 times unless told otherwise. */
  readonly retries?: number | undefined;
  /** Small requests at once; 50 unless told otherwise. */
  readonly concurrentRequests?: number | undefined;
  /** Downloads at once; 10 unless told otherwise. */
  readonly concurrentDownloads?: number | undefined;
  /** Who is asked for passwords besides the URL and netrc; "auto" unless told otherwise. */
  readonly keyringProvider?: KeyringProvider | undefined;
  /** The interpreter whose module is asked with "import". @throws where there is none */
  readonly keyringPython?: (() => string | Promise<string>) | undefined;
  /** Statuses by which an index says that it does not have a project; [404, 410] unless told otherwise. */
  readonly missingStatuses?: readonly number[] | undefined;
  readonly userAgent?: string | undefined;
}

export interface IndexClientOptions {
  readonly locations: readonly IndexLocation[];
  /** The one location where a project is looked for, whatever others there are; undefined: all of them. */
  readonly locationOf?: (project: NormalizedName) => IndexLocation | undefined;
  /** "first-index" unless told otherwise. */
  readonly strategy?: IndexStrategy;
  /** Pages and metadata are kept here between runs; without it, in memory only. */
  readonly documents?: Documents | undefined;
  /** Lets one of the processes that miss a page, or a wheel's metadata, at the same time ask for it; without it, each asks. */
  readonly once?: CacheOperation["documentOnce"] | undefined;
  readonly refresh?: Refresh;
  /** Only what is cached or local is used. */
  readonly offline?: boolean;
  readonly network?: NetworkSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
  readonly onEvent?: (event: IndexEvent) => void;
  /** The files of a project are looked for. */
  readonly onLooking?: (project: NormalizedName) => void;
  /** The index whose mixing with others is warned about; {@link DEFAULT_INDEX_URL} unless told otherwise. */
  readonly publicIndexUrl?: string;
  /** Between 0 and 1, for the jitter of retries; `Math.random` unless told otherwise. */
  readonly random?: () => number;
  /** What retries are waited for and measured by; the system's unless told otherwise. */
  readonly clock?: Clock;
}

/** What indexes, find-links places and direct URLs are read through, for the length of one operation. */
export interface IndexClient {
  /**
   * All files of a project, by the strategy.
   * @throws {ProjectNotFound} {IndexUnreachable} {HttpStatusError} {InvalidIndexPage} {OfflineMiss}
   */
  findFiles(project: NormalizedName): Promise<ProjectFiles>;
  /** The indexes that `findFiles` does not ask for a project, because an earlier one has it. */
  unaskedIndexes(project: NormalizedName): Promise<readonly UnaskedIndex[]>;
  /** What one location offers; undefined when it does not have the project. Asked for at most once for each project. */
  page(location: IndexLocation, project: NormalizedName): Promise<ProjectPage | undefined>;
  /** The METADATA of a wheel, or undefined when only the whole file can tell. */
  metadata(file: DistributionFile, signal?: AbortSignal): Promise<ToldMetadata | undefined>;
  /** The same, as far as the cache has it; of what another process has added since the last look nothing is known. */
  knownMetadata(file: DistributionFile): ToldMetadata | undefined;
  /**
   * Who published a file, as its index says (PEP 740). No signature is verified. Asked for at most once, and for files of which the index says where.
   * @throws {InvalidProvenance} {IndexUnreachable} {HttpStatusError} {OfflineMiss}
   */
  publishers(
    file: Pick<DistributionFile, "provenance">,
    project: NormalizedName,
  ): Promise<readonly PublisherIdentity[]>;
  download(file: Downloadable, options: DownloadOptions): Promise<Downloaded>;
  /**
   * Runs work that looks at pages; where the copy of one in the cache turns out to be damaged, once more: by then that page comes from its index.
   */
  whilePagesHold<T>(work: () => Promise<T>): Promise<T>;
  /** A small text, such as a requirements file. */
  text(url: string, signal?: AbortSignal): Promise<string>;
  counts(): TransferCounts;
  /**
   * What all answers so far rest on, for `stillHolds` of a later run; undefined where one of them rests on what no document of the cache keeps,
   * such as a local index, a project that an index does not have, or whole files. Warnings that went to `onEvent` are no part of it.
   */
  witnessed(): Witnessed | undefined;
  /** Holds no page in memory any longer: one that is needed again is read again, from the documents where they have it. */
  forgetPages(): void;
  /** Closes all connections; requests that run are broken off. */
  close(): Promise<void>;
}

/**
 * Opens a client. It reads nothing and connects to nothing before it is asked.
 * @param signal ends all that the client does.
 */
export function createIndexClient(options: IndexClientOptions, signal?: AbortSignal): IndexClient {
  return new Client(options, signal);
}

class Client implements IndexClient {
  readonly #options: IndexClientOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #dispatchers: ReturnType<typeof createDispatchers>;
  readonly #transport: Transport;
  readonly #requests: Slots;
  readonly #downloads: Slots;
  readonly #pages: HttpPages;
  readonly #metadata: MetadataSources;
  readonly #memory = new Map<string, Promise<ProjectPage | undefined>>();
  readonly #provenances: ProvenanceSources;
  readonly #publishers = new Map<string, Promise<readonly PublisherIdentity[]>>();
  readonly #places = new Map<string, Promise<FindLinksPlace>>();
  /** Of all locations that are known so far, for their credentials. */
  readonly #urls: Set<string>;
  readonly #told = new Set<string>();
  readonly #witness = new Witness();
  readonly #packs: MetadataPacks | undefined;
  #keyring: Promise<Keyring> | undefined;

  constructor(options: IndexClientOptions, signal: AbortSignal | undefined) {
    const { network = {}, env, locations, documents, offline = false } = options;
    const onEvent = options.onEvent ?? (() => {});
    this.#options = options;
    this.#urls = new Set(locations.map(({ url }) => url));
    this.#signal = signal;
    this.#dispatchers = createDispatchers({ ...network, env });
    this.#transport = new Transport({
      dispatchers: this.#dispatchers,
      credentials: createCredentials(this.#urls, { ...options, keyringProvider: network.keyringProvider }, () =>
        this.#openKeyring(),
      ),
      retries: network.retries ?? defaultRetries,
      offline,
      connections: network.connections ?? 50,
      userAgent: network.userAgent ?? "murre",
      silenceMs: network.silenceTimeoutMs ?? defaultSilenceMs,
      random: options.random ?? Math.random,
      clock: options.clock ?? systemClock,
      onEvent,
    });
    this.#requests = createSlots(network.concurrentRequests ?? 50);
    this.#downloads = createSlots(network.concurrentDownloads ?? 10);
    const { once } = options;
    const witness = this.#witness;
    const turns = new AnswerTurns();
    const common = { transport: this.#transport, turns, slots: this.#requests, documents, once, onEvent, witness };
    const packs = (this.#packs = documents && new MetadataPacks(documents));
    const kept = keptPages(documents, () => {
      this.#memory.clear();
      this.#places.clear();
    });
    this.#pages = { ...common, kept, offline, missingStatuses: network.missingStatuses ?? [404, 410] };
    this.#provenances = { transport: this.#transport, slots: this.#requests, documents, offline };
    this.#metadata = { ...common, packs, servers: createRangeServers(documents, Date.now) };
  }

  async #openKeyring(): Promise<Keyring | undefined> {
    const {
      env,
      platform,
      onEvent,
      network: { keyringProvider: provider = "auto", keyringPython: python } = {},
    } = this.#options;
    if (provider === "disabled") return undefined;
    const onMessage = (text: string) => onEvent?.({ kind: "keyring", text, isNamed: provider !== "auto" });
    // Loaded when a server wants credentials that nobody wrote down.
    this.#keyring ??= import("./credentials/keyring.ts").then(({ openKeyring }) =>
      openKeyring({ provider, env, platform, python, signal: this.#signal, onMessage }),
    );
    return this.#keyring;
  }

  forgetPages(): void {
    this.#memory.clear();
  }

  witnessed(): Witnessed | undefined {
    return this.#witness.taken((project) => this.#packs?.stampOf(project) ?? "", Date.now());
  }

  async whilePagesHold<T>(work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        // Each time it is another page, and what was fetched now is none of them.
        if (!(error instanceof DamagedPage)) throw error;
      }
  }

  async findFiles(project: NormalizedName): Promise<ProjectFiles> {
    this.#options.onLooking?.(project);
    const own = this.#options.locationOf?.(project);
    if (own !== undefined) this.#urls.add(own.url);
    const found = await findProjectFiles(project, {
      locations: own === undefined ? this.#options.locations : [own],
      strategy: this.#options.strategy ?? "first-index",
      page: (location, name) => this.page(location, name),
      onSkipped: (location, name, error) => this.#skipped(location, name, error),
    });
    const hosts = mixedHosts(found, this.#options.publicIndexUrl ?? DEFAULT_INDEX_URL);
    if (hosts !== undefined) this.#tellOnce(`mixed ${project}`, { kind: "mixed-origins", project, hosts });
    return found;
  }

  unaskedIndexes(project: NormalizedName): Promise<readonly UnaskedIndex[]> {
    return unaskedIndexes(project, {
      locations: this.#options.locations,
      strategy: this.#options.strategy ?? "first-index",
      page: (location, name) => this.page(location, name),
    });
  }

  #skipped(location: IndexLocation, project: string, error: Error): void {
    const url = withoutCredentials(location.url);
    if (!hasCode<IndexErrorCode>(error, "MURRE_OFFLINE"))
      this.#tellOnce(`skipped ${url}`, { kind: "index-skipped", url, project, error });
  }

  #tellOnce(key: string, event: IndexEvent): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    // It has to be told again.
    this.#witness.spoil();
    this.#options.onEvent?.(event);
  }

  page(location: IndexLocation, project: NormalizedName): Promise<ProjectPage | undefined> {
    const key = `${location.kind} ${location.url} ${project}`;
    const known = this.#memory.get(key) ?? this.#readPage(location, project);
    this.#memory.set(key, known);
    return known;
  }

  async #readPage(location: IndexLocation, project: NormalizedName): Promise<ProjectPage | undefined> {
    if (location.kind === "find-links") return (await this.#place(location)).get(project);
    if (location.url.startsWith("file:")) {
      this.#witness.spoil();
      return readFilePage(location.url, project, this.#pages.kept);
    }
    const base = new URL(location.url);
    base.pathname += `${project}/`;
    return readHttpPage(this.#pages, {
      url: base.href,
      index: withoutCredentials(location.url),
      document: project,
      project,
      refresh: this.#mustRefresh(project),
      signal: this.#signal,
    });
  }

  #place(location: IndexLocation): Promise<FindLinksPlace> {
    const known = this.#places.get(location.url) ?? this.#readPlace(location);
    this.#places.set(location.url, known);
    return known;
  }

  async #readPlace(location: IndexLocation): Promise<FindLinksPlace> {
    const index = withoutCredentials(location.url);
    if (location.url.startsWith("file:")) {
      this.#witness.spoil();
      return groupByProject(await readFindLinks(location.url), index);
    }
    const single = singleDistribution(index, index);
    if (single !== undefined) return groupByProject(single, index);
    const page = await readHttpPage(this.#pages, {
      url: location.url,
      index,
      document: "_links",
      project: normalizeName("find-links"),
      refresh: this.#options.refresh !== undefined && this.#options.refresh !== "none",
      signal: this.#signal,
    });
    if (page === undefined) throw new HttpStatusError(index, 404);
    return groupByProject(page, index);
  }

  #mustRefresh(project: string): boolean {
    const { refresh = "none" } = this.#options;
    return refresh === "all" || (refresh !== "none" && refresh.has(project));
  }

  metadata(file: DistributionFile, signal = this.#signal): Promise<ToldMetadata | undefined> {
    return readMetadata(this.#metadata, file, signal);
  }

  async publishers(
    { provenance }: Pick<DistributionFile, "provenance">,
    project: NormalizedName,
  ): Promise<readonly PublisherIdentity[]> {
    if (provenance === undefined) return [];
    // Most runs want none.
    const { readPublishers } = await import("./provenance/read-publishers.ts");
    const known =
      this.#publishers.get(provenance) ??
      readPublishers(this.#provenances, {
        url: provenance,
        project,
        refresh: this.#mustRefresh(project),
        signal: this.#signal,
      });
    this.#publishers.set(provenance, known);
    return known;
  }

  knownMetadata(file: DistributionFile): ToldMetadata | undefined {
    return knownMetadata(this.#metadata, file);
  }

  download(file: Downloadable, options: DownloadOptions): Promise<Downloaded> {
    const signal = options.signal ?? this.#signal;
    return downloadFile(this.#transport, this.#downloads, file, {
      ...options,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async text(url: string, signal = this.#signal): Promise<string> {
    const problem = urlProblem(url);
    if (problem !== undefined) throw new InvalidIndexLocation(url, `this ${problem}`);
    const headers = { "accept-encoding": acceptedEncodings };
    return this.#transport.get(url, { headers: () => headers, slots: this.#requests, signal }, async (answer) => {
      if (answer.status === 200) return answerText(answer, largestTextBytes);
      await answer.drop();
      throw new HttpStatusError(url, answer.status);
    });
  }

  counts(): TransferCounts {
    return this.#transport.counts();
  }

  close(): Promise<void> {
    this.#pages.kept.close();
    return this.#dispatchers.close();
  }
}
