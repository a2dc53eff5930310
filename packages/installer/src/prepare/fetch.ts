import { fileState, hasCode } from "@murre/files";
import {
  fileValidators,
  hashedName,
  rememberFileHash,
  rememberedFileHash,
  type ArchiveEntry,
  type CacheOperation,
  type EntryMaker,
  type PartialDownload,
  type StoreEntry,
  type WheelEntry,
} from "@murre/cache";
import {
  readHttpValidators,
  withoutCredentials,
  type Downloaded,
  type HttpValidators,
  type IndexClient,
  type IndexErrorCode,
} from "@murre/index-client";
import { fitsFilename, type Unpacker } from "@murre/wheel";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { CannotBuild, PathNotFound } from "../errors.ts";
import type { OnEvent } from "../api/events.ts";
import { addToStore, isWheel } from "./add-to-store.ts";
import { judgeRecord, type RecordJudgement } from "./judge-record.ts";
import { sha256OfFile } from "../wanted/file-digest.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { ArchiveSource, ResolvedDistribution } from "../wanted/resolved.ts";
import { withoutFragment } from "../wanted/source-url.ts";
import { explainMismatch, isKnownToFit } from "./verify-archive.ts";

/** What wheels are prepared with: all of it belongs to one operation. */
export interface PrepareServices {
  readonly cache: CacheOperation;
  readonly client: IndexClient;
  /** The sha256 of what URLs without a known hash held when this operation asked: what its metadata was read from is what it installs. */
  readonly answered: Map<string, string>;
  /** Compares what was told of distributions with what they hold. */
  readonly claims: MetadataClaims;
  /** Started only when something has to be unpacked. */
  readonly unpacker: () => Unpacker;
  readonly onEvent: OnEvent;
  readonly records: RecordJudgement;
  readonly signal: AbortSignal | undefined;
  /** Makes the wheel of a distribution whose file is none. */
  readonly build: ((distribution: ResolvedDistribution) => Promise<WheelEntry>) | undefined;
}

/** A distribution whose wheel is in the store: fetched, or built from its source. */
export interface StoredDistribution {
  readonly distribution: ResolvedDistribution;
  readonly entry: WheelEntry;
  /** Of the file that it came from, the wheel or the archive of its source; a folder has none. */
  readonly archiveSha256: string | undefined;
}

/**
 * Makes every distribution an entry of the store: the ones that are there are found by their pointers, the others are
 * fetched, checked and unpacked, largest first where sizes are known. Nothing outside the cache is touched.
 * @throws {MetadataRefuted} where one of them requires other things than was told when they were chosen.
 */
export async function storeDistributions(
  distributions: readonly ResolvedDistribution[],
  services: PrepareServices,
): Promise<StoredDistribution[]> {
  const prepared = await Promise.all(
    distributions.map(async (distribution) => {
      const entry = await storeWheel(distribution, services);
      return { distribution, entry, archiveSha256: archiveHash(distribution, entry, services) };
    }),
  );
  services.signal?.throwIfAborted();
  services.claims.compare(prepared, services.cache.documents);
  return prepared;
}

function archiveHash(
  { source: { filename, hashes, url } }: ResolvedDistribution,
  entry: WheelEntry,
  { answered }: PrepareServices,
): string | undefined {
  return isWheel({ filename }) ? entry.sha256 : (hashes["sha256"] ?? answered.get(withoutFragment(url)));
}

/** The wheel of a distribution as an entry: fetched, or built from its source. @throws where its RECORD does not do */
export async function storeWheel(distribution: ResolvedDistribution, services: PrepareServices): Promise<WheelEntry> {
  const entry = await fetchOrBuild(distribution, services);
  judgeRecord(distribution, entry, services.records);
  return entry;
}

async function fetchOrBuild(distribution: ResolvedDistribution, services: PrepareServices): Promise<WheelEntry> {
  if (isWheel(distribution.source)) return fetchWheel(distribution, services);
  if (services.build === undefined) throw new CannotBuild(distribution.name);
  return services.build(distribution);
}

/** A distribution whose file is a wheel: unpacked. */
export async function fetchWheel(distribution: ResolvedDistribution, services: PrepareServices): Promise<WheelEntry> {
  const entry = await fetchFile(distribution, services);
  if (entry.kind !== "wheel") throw new TypeError(`${distribution.source.filename} is no wheel`);
  return entry;
}

/** A distribution whose file is an archive of sources: kept as it is, because each build unpacks it for itself. */
export async function fetchArchive(
  distribution: ResolvedDistribution,
  services: PrepareServices,
): Promise<ArchiveEntry> {
  const entry = await fetchFile(distribution, services);
  if (entry.kind !== "archive") throw new TypeError(`${distribution.source.filename} is a wheel`);
  return entry;
}

/**
 * One process fetches a file and unpacks it where it is a wheel, whichever is first; the others wait for it, and take over when it dies. Who
 * waits holds nothing but its place in that queue.
 */
async function fetchFile(distribution: ResolvedDistribution, services: PrepareServices): Promise<StoreEntry> {
  const { name, version, source } = distribution;
  const { cache, onEvent, signal } = services;
  const found = lookupKnown(distribution, services, cache.lookup.bind(cache));
  if (found !== undefined) return found;
  return cache.addOnce({
    key: flightKey(distribution),
    signal,
    lookup: (find) => lookupKnown(distribution, services, find),
    async make(maker) {
      onEvent({
        type: "fetch-started",
        name,
        version,
        ...(source.sizeBytes === undefined ? {} : { sizeBytes: source.sizeBytes }),
      });
      const entry = await addFile(distribution, services, maker);
      // Without a known hash only the server can say whether an entry is still what it has, so this request has been answered.
      if (source.hashes["sha256"] === undefined) services.answered.set(source.url, entry.sha256);
      onEvent({ type: "fetched", name, version });
      return entry;
    },
  });
}

/** Requests that accept other hashes may fail where this one does not, so they are not its partners. */
function flightKey({ name, source, hashes }: ResolvedDistribution): string {
  const what = source.hashes["sha256"] ?? withoutCredentials(withoutFragment(source.url));
  const asked = JSON.stringify([source.hashes, hashes.map(({ digests }) => digests)]);
  const accepted = asked === "[{},[]]" ? "" : ` ${hashedName(asked).slice(0, 16)}`;
  return `${source.filename} (${name} ${what}${accepted})`;
}

type Find = CacheOperation["lookup"];

function lookupKnown(
  distribution: ResolvedDistribution,
  { cache, answered }: PrepareServices,
  find: Find,
): StoreEntry | undefined {
  const { source } = distribution;
  const known = source.hashes["sha256"] ?? answered.get(source.url) ?? knownHash(source.url, cache);
  return known === undefined ? undefined : findFitting(distribution, known, cache, find);
}

/** Who says the hash, says nothing of what has it: it is taken only where it would be taken under this file's name as well. */
function findFitting(
  distribution: ResolvedDistribution,
  sha256: string,
  { documents }: CacheOperation,
  find: Find,
): StoreEntry | undefined {
  if (!isKnownToFit(distribution, sha256, documents)) return undefined;
  const entry = find(distribution.name, sha256);
  return entry !== undefined && isEntryOf(distribution.source, entry) ? entry : undefined;
}

/** Whether a file of this name would have become this entry: a wheel's content is checked against its name, an archive of sources is kept. */
function isEntryOf(source: ArchiveSource, entry: StoreEntry): boolean {
  if (entry.kind === "archive") return !isWheel(source);
  return isWheel(source) && fitsFilename(entry.manifest.head, source.filename);
}

function knownHash(url: string, cache: CacheOperation): string | undefined {
  return url.startsWith("file:") ? rememberedFileHash(cache.documents, fileURLToPath(url)) : undefined;
}

async function addFile(
  distribution: ResolvedDistribution,
  services: PrepareServices,
  maker: EntryMaker,
): Promise<StoreEntry> {
  const { url } = distribution.source;
  try {
    return await (url.startsWith("file:")
      ? addLocal(distribution, fileURLToPath(withoutFragment(url)), services, maker)
      : addRemote(distribution, services, maker));
  } catch (error) {
    throw explainMismatch(error, distribution);
  }
}

/** A local file is unpacked from where it lies, and never copied into the cache. */
async function addLocal(
  distribution: ResolvedDistribution,
  path: string,
  services: PrepareServices,
  maker: EntryMaker,
): Promise<StoreEntry> {
  const validators = fileValidators(path);
  if (validators === undefined) throw new PathNotFound(distribution.name, path);
  const entry = await addToStore(distribution, path, services, maker);
  rememberFileHash(services.cache.documents, path, validators, entry.sha256);
  return entry;
}

/** What a URL without a known hash held when it was fetched: `files/<sha256 of URL>`. The server of that URL is asked each time whether it still does. */
interface RememberedUrl {
  readonly validators: HttpValidators;
  readonly sha256: string;
}

/** So often may the cache be removed while one file is fetched; a removal (`rm -rf`) takes a while, which is waited out. */
const mostRemovals = 40;
const pauseMs = 50;

async function addRemote(
  distribution: ResolvedDistribution,
  services: PrepareServices,
  maker: EntryMaker,
): Promise<StoreEntry> {
  for (let removals = 0; ; removals++) {
    const { url, sizeBytes } = distribution.source;
    const partial = await maker.beginPartial({
      url: withoutCredentials(url),
      sizeBytes,
      readValidators: readHttpValidators,
    });
    try {
      return await fetchAndAdd(distribution, services, maker, partial);
    } catch (error) {
      if (partial.exists() || maker.signal?.aborted === true || removals === mostRemovals) {
        endPartial(partial, maker.signal?.aborted === true, error);
        throw error;
      }
      await setTimeout(pauseMs);
    }
  }
}

/** What was received before a connection broke, or the user lost patience, is where the next one goes on. */
function endPartial(partial: PartialDownload<HttpValidators>, isAborted: boolean, error: unknown): void {
  if (isAborted || hasCode<IndexErrorCode>(error, ...resumable)) partial.leave();
  else partial.remove();
}

const resumable: readonly IndexErrorCode[] = [
  "MURRE_DOWNLOAD_INTERRUPTED",
  "MURRE_DOWNLOAD_NOT_WRITTEN",
  "MURRE_INDEX_UNREACHABLE",
];

async function fetchAndAdd(
  distribution: ResolvedDistribution,
  services: PrepareServices,
  maker: EntryMaker,
  partial: PartialDownload<HttpValidators>,
): Promise<StoreEntry> {
  const { cache } = services;
  const { source } = distribution;
  const remembered = source.hashes["sha256"] === undefined ? readRememberedUrl(source.url, cache) : undefined;
  // What is not known to be accepted is fetched, whatever the server says of it: then its bytes can be compared.
  const find = cache.lookup.bind(cache);
  const entry = remembered && findFitting(distribution, remembered.sha256, cache, find);
  const still = entry === undefined || remembered === undefined ? undefined : remembered.validators;
  const downloaded = await download(distribution, services, maker, partial, still);
  if (downloaded.kind === "unchanged" && entry !== undefined) {
    partial.remove();
    return entry;
  }
  if (downloaded.kind !== "fetched") throw new TypeError(`${source.url}: a download that is ${downloaded.kind}`);
  const { sha256, validators, held } = downloaded;
  const received = held === undefined ? receivedFile(partial, sha256) : { held, sha256 };
  // That there is an entry of these bytes says nothing of whether the user accepts them; adding them compares the hashes.
  const added =
    findFitting(distribution, sha256, cache, find) ??
    (await addReceived(distribution, received, services, maker, partial));
  partial.remove();
  if (source.hashes["sha256"] === undefined)
    cache.documents.write(rememberedName(source.url), JSON.stringify({ validators, sha256 } satisfies RememberedUrl));
  return added;
}

/** A file, and what its bytes were when it was written. */
interface ReceivedFile {
  readonly path: string;
  readonly sha256: string;
  /** Its state since then, where nobody else wrote to it: then it is not hashed again. */
  readonly state?: string;
}

/** Bytes that lie in no file, and that nobody else can write to. */
interface HeldBytes {
  readonly held: Buffer;
  readonly sha256: string;
}

function receivedFile({ path, resumeFrom }: PartialDownload<HttpValidators>, sha256: string): ReceivedFile {
  // What was taken over may have been written by two.
  return { path, sha256, ...(resumeFrom === undefined ? { state: fileState(path) } : {}) };
}

/** A wheel of so many bytes is unpacked out of memory: to write it to a file first, and to read it and remove it again, takes longer than to fetch it. */
const heldBytes = 64 * 1024;

/**
 * Where the leases were removed, another process may take this download for a dead one's and write into its file (protocol: the hash decides).
 * What was received was right, so a file that has other bytes now is no answer: its place is given up, and it is fetched once more.
 */
async function addReceived(
  distribution: ResolvedDistribution,
  received: ReceivedFile | HeldBytes,
  services: PrepareServices,
  maker: EntryMaker,
  partial: PartialDownload<HttpValidators>,
): Promise<StoreEntry> {
  if ("held" in received) return addToStore(distribution, received.held, services, maker, { sha256: received.sha256 });
  const { path, sha256, state } = received;
  try {
    return await addToStore(distribution, path, services, maker, state === undefined ? undefined : { sha256, state });
  } catch (error) {
    // What cannot be read is gone.
    if ((await sha256OfFile(path).catch(() => undefined)) !== sha256) partial.remove();
    // Touched, but the same: read once more, and hashed.
    else if (state !== undefined && state !== fileState(path))
      return addReceived(distribution, { path, sha256 }, services, maker, partial);
    throw error;
  }
}

function download(
  { name, source }: ResolvedDistribution,
  { client, onEvent }: PrepareServices,
  { signal }: EntryMaker,
  partial: PartialDownload<HttpValidators>,
  unlessStill: HttpValidators | undefined,
): Promise<Downloaded> {
  return client.download(source, {
    into: partial.path,
    make: () => partial.make(),
    ...(isWheel(source) ? { heldBytes } : {}),
    onProgress: (receivedBytes) => onEvent({ type: "fetch-progress", name, receivedBytes }),
    onValidators: (validators, totalBytes) => partial.note(validators, totalBytes),
    ...(partial.resumeFrom === undefined ? {} : { resumeFrom: partial.resumeFrom }),
    ...(unlessStill === undefined ? {} : { unlessStill }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Nothing that is written carries a password, or can be tried for one. */
function rememberedName(url: string): readonly string[] {
  return ["files", hashedName(withoutCredentials(url))];
}

const rememberedUrl = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ validators: v.unknown(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
);

function readRememberedUrl(url: string, cache: CacheOperation): RememberedUrl | undefined {
  const bytes = cache.documents.read(...rememberedName(url));
  if (bytes === undefined) return undefined;
  const { success, output } = v.safeParse(rememberedUrl, bytes.toString("utf8"));
  const validators = success ? readHttpValidators(output.validators) : undefined;
  // Torn or foreign: fetched again.
  return success && validators !== undefined ? { sha256: output.sha256, validators } : undefined;
}
