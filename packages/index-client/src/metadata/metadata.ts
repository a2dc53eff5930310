import { readSmallFile } from "@murre/files";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { CacheOperation, Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { essentialMetadata, readWheelMetadata } from "@murre/wheel";
import { largestMetadataBytes } from "../location/answer-limits.ts";
import type { Witness } from "../answers/witness.ts";
import { acceptedEncodings, answerContent } from "../http/answer-text.ts";
import { HashMismatch, HttpStatusError } from "../errors.ts";
import { projectOf } from "../pages/find-links.ts";
import { indexKey } from "../location/index-location.ts";
import { openRangedFile, RangesUnsupported } from "../http/ranged-file.ts";
import { MetadataPacks, type PackState } from "./metadata-packs.ts";
import type { AnswerTurns } from "../http/answer-turns.ts";
import type { RangeServers } from "../http/range-servers.ts";
import type { Slots } from "../http/slots.ts";
import { DamagedBody, type Transport } from "../http/transport.ts";
import type { DistributionFile, IndexEvent } from "../location/types.ts";

export interface MetadataSources {
  readonly transport: Transport;
  readonly slots: Slots;
  readonly turns: AnswerTurns;
  readonly packs: MetadataPacks | undefined;
  /** Lets one of the processes that miss a wheel's metadata at the same time ask for it. */
  readonly once: CacheOperation["documentOnce"] | undefined;
  readonly servers: RangeServers;
  readonly witness: Witness;
  readonly onEvent: (event: IndexEvent) => void;
}

/** The text of a METADATA, and who says it. */
export interface ToldMetadata {
  readonly text: string;
  /** What an index said of a wheel, or a server of a part of it, whose bytes as a whole nobody has hashed so far. */
  readonly isClaim: boolean;
}

/**
 * The text of a wheel's METADATA, of which only the fields that resolution reads, by the cheapest way there is: the cache (when the index gives the wheel's sha256), the
 * file itself when it is local, the separate file of PEP 658, ranges of the wheel. A sha256 is the index's claim: what the same index said
 * under it comes back from the cache, or what a wheel of that sha256 was found to hold.
 * @returns undefined when only the whole file can tell: an sdist, or a wheel on a server without ranges.
 * @throws {HashMismatch} {IndexUnreachable} {HttpStatusError} {OfflineMiss}, and what `@murre/wheel` says of a damaged wheel.
 */
export async function readMetadata(
  sources: MetadataSources,
  file: DistributionFile,
  signal: AbortSignal | undefined,
): Promise<ToldMetadata | undefined> {
  const names = documentNames(file);
  // What others have added since is looked for before it is asked for.
  const cached = readCached(sources, names, sources.once === undefined ? "as it is now" : "as it was read");
  if (cached !== undefined) return cached;
  if (names === undefined) sources.witness.spoil();
  if (file.url.startsWith("file:")) {
    const local = await readLocal(file);
    const text = keep(sources, names, local?.text);
    // The file is the one that is installed, unless a wheel of its promised hash is.
    return local && text !== undefined ? { text, isClaim: local.isSeparate || names !== undefined } : undefined;
  }
  const ask = async (by: AbortSignal | undefined) => {
    const text = (await readSeparate(sources, file, by)) ?? (await readRanged(sources, file, by));
    return sources.turns.take(() => keep(sources, names, text), by);
  };
  if (names === undefined || sources.once === undefined) return claim(await ask(signal));
  const found = await sources.once<{ readonly told: ToldMetadata | undefined }>({
    key: `the metadata of ${file.filename} (${names.claimed})`,
    // Of a project hundreds of versions are asked for at once.
    group: `metadata of ${names.project}`,
    lookup: () => {
      const told = readCached(sources, names);
      return told && { told };
    },
    make: async (by) => ({ told: claim(await ask(by)) }),
    signal,
  });
  return found.told;
}

/** What the cache has of it, without a look at what others have added since it was read. */
export function knownMetadata(sources: MetadataSources, file: DistributionFile): ToldMetadata | undefined {
  return readCached(sources, documentNames(file), "as it was read");
}

function claim(text: string | undefined): ToldMetadata | undefined {
  return text === undefined ? undefined : { text, isClaim: true };
}

/** Under which keys the metadata of one file lies in the cache. */
interface DocumentNames {
  readonly project: NormalizedName;
  /** `<sha256 of the wheel>.own`: what a wheel with this sha256 was found to hold. */
  readonly own: string;
  /** Index, hash and name: what this index says of a file that it calls so and says to have this hash. */
  readonly claimed: string;
}

/** Without a hash, or with one that none can be, there are no names that stay true. */
function documentNames(file: DistributionFile): DocumentNames | undefined {
  const { kind, filename, index } = file;
  const { sha256 = "" } = file.hashes;
  const project = kind === "wheel" && /^[0-9a-f]{64}$/.test(sha256) ? projectOf(file) : undefined;
  if (project === undefined) return undefined;
  // A key stands in a line of a pack, before a tab.
  if (/[\t\n]/.test(filename)) return undefined;
  return { project, own: ownKey(sha256), claimed: `${indexKey(index)}.${sha256}.${filename}` };
}

const ownKey = (sha256: string): string => `${sha256}.own`;

/**
 * Keeps what a wheel holds, for whichever index names it.
 * @param sha256 of the wheel's bytes, as they were hashed
 */
export function rememberOwnMetadata(
  documents: Documents,
  project: NormalizedName,
  sha256: string,
  text: string | Buffer,
): void {
  new MetadataPacks(documents).add(project, ownKey(sha256), essentialMetadata(text.toString()));
}

function readCached(
  { packs, witness }: MetadataSources,
  names: DocumentNames | undefined,
  state: PackState = "as it is now",
): ToldMetadata | undefined {
  if (names === undefined || packs === undefined) return undefined;
  const found = packs.find(names.project, [names.own, names.claimed], state);
  if (found !== undefined) witness.metadata({ ...names, seal: found.seal });
  return found && { text: found.text, isClaim: found.key !== names.own };
}

function keep(
  { packs, witness }: MetadataSources,
  names: DocumentNames | undefined,
  text: string | undefined,
): string | undefined {
  const essential = text === undefined ? undefined : essentialMetadata(text);
  if (essential === undefined || names === undefined || packs === undefined) witness.spoil();
  else witness.metadata({ ...names, seal: packs.add(names.project, names.claimed, essential) });
  return essential;
}

async function readLocal(
  file: DistributionFile,
): Promise<{ readonly text: string; readonly isSeparate: boolean } | undefined> {
  const separate = file.coreMetadata === undefined ? undefined : readIfThere(fileURLToPath(`${file.url}.metadata`));
  if (separate !== undefined) {
    const mismatch = mismatchOf(`${file.url}.metadata`, separate, file.coreMetadata);
    if (mismatch !== undefined) throw mismatch;
    return { text: separate.toString("utf8"), isSeparate: true };
  }
  if (file.kind !== "wheel") return undefined;
  return { text: (await readWheelMetadata(fileURLToPath(file.url), file.filename)).text, isSeparate: false };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readSmallFile(path);
  } catch {
    return undefined;
  }
}

/** PEP 658: `<URL of the file>.metadata`. */
async function readSeparate(
  { transport, slots }: MetadataSources,
  file: DistributionFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (file.coreMetadata === undefined) return undefined;
  const url = separateUrl(file.url);
  return transport.get(
    url,
    { headers: () => ({ "accept-encoding": acceptedEncodings }), slots, signal },
    async (answer) => {
      if (answer.status === 200) {
        const content = await answerContent(answer, largestMetadataBytes);
        const mismatch = mismatchOf(url, content, file.coreMetadata);
        if (mismatch !== undefined) throw new DamagedBody(mismatch);
        return content.toString("utf8");
      }
      await answer.drop();
      // Indexes that promise the file and do not have it are met with; the wheel has it as well.
      if ([403, 404, 410].includes(answer.status)) return undefined;
      throw new HttpStatusError(url, answer.status);
    },
  );
}

/** The suffix belongs to the path, also where the URL has a query. */
function separateUrl(url: string): string {
  const parsed = new URL(url);
  parsed.pathname += ".metadata";
  return parsed.href;
}

function mismatchOf(url: string, bytes: Buffer, promised: DistributionFile["coreMetadata"]): HashMismatch | undefined {
  if (promised === undefined || promised === true) return undefined;
  for (const algorithm of ["sha256", "sha384", "sha512"]) {
    const expected = promised[algorithm];
    if (expected === undefined) continue;
    const actual = createHash(algorithm).update(bytes).digest("hex");
    if (actual !== expected) return new HashMismatch(url, algorithm, expected, actual);
  }
  return undefined;
}

async function readRanged(
  sources: MetadataSources,
  file: DistributionFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (file.kind !== "wheel") return undefined;
  return sources.servers.firstAlone(file.url, () => readRanges(sources, file, signal));
}

async function readRanges(
  sources: MetadataSources,
  file: DistributionFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (sources.servers.isKnownWithout(file.url)) return undefined;
  try {
    const ranged = await openRangedFile(sources.transport, sources.slots, file.url, signal);
    return (await readWheelMetadata(ranged, file.filename)).text;
  } catch (error) {
    const unsupported = rangesUnsupported(error);
    if (unsupported === undefined) throw error;
    sources.servers.rememberWithout(file.url, unsupported.ofServer);
    sources.onEvent({ kind: "ranges-unsupported", url: new URL(file.url).origin });
    return undefined;
  }
}

/** The wheel reader may hand the error on as the cause of its own. */
function rangesUnsupported(error: unknown): RangesUnsupported | undefined {
  if (error instanceof RangesUnsupported) return error;
  return error instanceof Error && error.cause instanceof RangesUnsupported ? error.cause : undefined;
}
