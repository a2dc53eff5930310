import {
  fileValidators,
  hashedName,
  rememberFileHash,
  rememberedFileHash,
  type CacheOperation,
  type StoreEntry,
} from "@murre/cache";
import type { HttpValidators, IndexClient } from "@murre/index-client";
import type { UnpackedWheel, Unpacker } from "@murre/wheel";
import { fileURLToPath } from "node:url";
import { rmSync } from "node:fs";
import { isAcceptedBySha256, verifyAccepted } from "./accepted-hashes.ts";
import type { OnEvent } from "./events.ts";
import type { ResolvedDistribution } from "./resolved.ts";

/** What wheels are prepared with: all of it belongs to one operation. */
export interface PrepareServices {
  readonly cache: CacheOperation;
  readonly client: IndexClient;
  /** Started only when something has to be unpacked. */
  readonly unpacker: () => Unpacker;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal | undefined;
}

export interface PreparedWheel {
  readonly distribution: ResolvedDistribution;
  readonly entry: StoreEntry;
}

/**
 * Makes every distribution an entry of the store: the ones that are there are found by their pointers, the others are
 * fetched, checked and unpacked, largest first where sizes are known. Nothing outside the cache is touched.
 */
export async function prepareWheels(
  distributions: readonly ResolvedDistribution[],
  services: PrepareServices,
): Promise<PreparedWheel[]> {
  const prepared = await Promise.all(
    distributions.map(async (distribution) => ({ distribution, entry: await prepareWheel(distribution, services) })),
  );
  services.signal?.throwIfAborted();
  return prepared;
}

export async function prepareWheel(distribution: ResolvedDistribution, services: PrepareServices): Promise<StoreEntry> {
  const { name, source, hashes } = distribution;
  const known = source.hashes["sha256"] ?? knownHash(source.url, services.cache);
  if (known !== undefined && isAcceptedBySha256(hashes, known)) {
    const entry = services.cache.lookup(name, known);
    if (entry !== undefined) return entry;
  }
  services.onEvent({
    type: "fetch-started",
    name,
    version: distribution.version,
    ...(source.sizeBytes === undefined ? {} : { sizeBytes: source.sizeBytes }),
  });
  const entry = source.url.startsWith("file:")
    ? await addLocal(distribution, fileURLToPath(source.url), services)
    : await addRemote(distribution, services);
  services.onEvent({ type: "fetched", name, version: distribution.version });
  return entry;
}

function knownHash(url: string, cache: CacheOperation): string | undefined {
  return url.startsWith("file:") ? rememberedFileHash(cache.documents, fileURLToPath(url)) : undefined;
}

/** A local file is unpacked from where it lies, and never copied into the cache. */
async function addLocal(
  distribution: ResolvedDistribution,
  path: string,
  services: PrepareServices,
): Promise<StoreEntry> {
  const validators = fileValidators(path);
  const { entry, unpacked } = await unpackIntoStore(distribution, path, services);
  if (validators !== undefined && unpacked !== undefined)
    rememberFileHash(services.cache.documents, path, validators, unpacked.archiveSha256);
  return entry;
}

/** What a URL without a known hash held when it was fetched: `files/<sha256 of URL>`. */
interface RememberedUrl {
  readonly validators: HttpValidators;
  readonly sha256: string;
}

async function addRemote(distribution: ResolvedDistribution, services: PrepareServices): Promise<StoreEntry> {
  const { cache, client, signal, onEvent } = services;
  const { name, source } = distribution;
  const remembered = source.hashes["sha256"] === undefined ? rememberedUrl(source.url, cache) : undefined;
  const entry = remembered === undefined ? undefined : cache.lookup(name, remembered.sha256);
  const into = cache.temporaryPath();
  try {
    const downloaded = await client.download(source, {
      into,
      onProgress: (receivedBytes) => onEvent({ type: "fetch-progress", name, receivedBytes }),
      ...(entry === undefined || remembered === undefined ? {} : { unlessStill: remembered.validators }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (downloaded.kind === "unchanged" && entry !== undefined) return entry;
    if (downloaded.kind !== "fetched") throw new TypeError(`${source.url}: a download that is ${downloaded.kind}`);
    const added = cache.lookup(name, downloaded.sha256) ?? (await unpackIntoStore(distribution, into, services)).entry;
    if (source.hashes["sha256"] === undefined)
      cache.documents.write(
        ["files", hashedName(source.url)],
        JSON.stringify({ validators: downloaded.validators, sha256: downloaded.sha256 } satisfies RememberedUrl),
      );
    return added;
  } finally {
    rmSync(into, { force: true });
  }
}

function rememberedUrl(url: string, cache: CacheOperation): RememberedUrl | undefined {
  const bytes = cache.documents.read("files", hashedName(url));
  if (bytes === undefined) return undefined;
  try {
    const remembered = JSON.parse(bytes.toString("utf8")) as RememberedUrl;
    return typeof remembered.sha256 === "string" ? remembered : undefined;
  } catch {
    return undefined; // torn or foreign: fetched again
  }
}

/** Every check of the wheel is made here, before it can be looked up, let alone linked into an environment. */
async function unpackIntoStore(
  distribution: ResolvedDistribution,
  wheelPath: string,
  { cache, unpacker, signal }: PrepareServices,
): Promise<{ entry: StoreEntry; unpacked: UnpackedWheel | undefined }> {
  const { name, source, hashes } = distribution;
  let unpacked: UnpackedWheel | undefined;
  const entry = await cache.add(name, async (destination) => {
    unpacked = await unpacker().unpack({
      wheelPath,
      destination,
      filename: source.filename,
      expectedHashes: source.hashes,
      ...(signal === undefined ? {} : { signal }),
    });
    await verifyAccepted(source.url, wheelPath, hashes, unpacked.archiveSha256);
    return unpacked;
  });
  return { entry, unpacked };
}
