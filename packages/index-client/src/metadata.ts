import { readSmallFile } from "@murre/files";
import { createHash } from "node:crypto";

import { fileURLToPath } from "node:url";
import type { CacheOperation, Documents } from "@murre/cache";
import { readWheelMetadata } from "@murre/wheel";
import { largestMetadataBytes } from "./answer-limits.ts";
import { acceptedEncodings, answerContent } from "./answer-text.ts";
import { HashMismatch, HttpStatusError } from "./errors.ts";
import { projectOf } from "./find-links.ts";
import { openRangedFile, RangesUnsupported } from "./ranged-file.ts";
import type { RangeServers } from "./range-servers.ts";
import type { Slots } from "./slots.ts";
import { DamagedBody, type Transport } from "./transport.ts";
import type { DistributionFile, IndexEvent } from "./types.ts";

export interface MetadataSources {
  readonly transport: Transport;
  readonly slots: Slots;
  readonly documents: Documents | undefined;
  /** Lets one of the processes that miss a wheel's metadata at the same time ask for it. */
  readonly once: CacheOperation["documentOnce"] | undefined;
  readonly servers: RangeServers;
  readonly onEvent: (event: IndexEvent) => void;
}

/**
 * The text of a wheel's METADATA by the cheapest way there is: the cache (when the index gives the wheel's sha256), the
 * file itself when it is local, the separate file of PEP 658, ranges of the wheel.
 * @returns undefined when only the whole file can tell: an sdist, or a wheel on a server without ranges.
 * @throws {HashMismatch} {IndexUnreachable} {HttpStatusError} {OfflineMiss}, and what `@murre/wheel` says of a damaged wheel.
 */
export async function readMetadata(
  sources: MetadataSources,
  file: DistributionFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const segments = documentOf(file);
  const cached = readCached(sources, segments);
  if (cached !== undefined) return cached;
  if (file.url.startsWith("file:")) return kept(sources, segments, await readLocal(file));
  const ask = async (by: AbortSignal | undefined) =>
    kept(sources, segments, (await readSeparate(sources, file, by)) ?? (await readRanged(sources, file, by)));
  if (segments === undefined || sources.once === undefined) return ask(signal);
  const found = await sources.once<{ readonly text: string | undefined }>({
    key: `the metadata of ${file.filename} (${segments[2] ?? ""})`,
    lookup: () => {
      const left = readCached(sources, segments);
      return left === undefined ? undefined : { text: left };
    },
    make: async (by) => ({ text: await ask(by) }),
    signal,
  });
  return found.text;
}

function readCached({ documents }: MetadataSources, segments: readonly string[] | undefined): string | undefined {
  return segments === undefined ? undefined : documents?.read(...segments)?.toString("utf8");
}

function kept(
  { documents }: MetadataSources,
  segments: readonly string[] | undefined,
  text: string | undefined,
): string | undefined {
  if (text !== undefined && segments !== undefined) documents?.write(segments, text);
  return text;
}

/** `metadata/<project>/<sha256 of the wheel>`. Without a hash there is no name that stays true. */
function documentOf(file: DistributionFile): string[] | undefined {
  const sha256 = file.hashes["sha256"];
  const project = projectOf(file);
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256) || project === undefined) return undefined;
  return file.kind === "wheel" ? ["metadata", project, sha256] : undefined;
}

async function readLocal(file: DistributionFile): Promise<string | undefined> {
  const separate = file.coreMetadata === undefined ? undefined : readIfThere(fileURLToPath(`${file.url}.metadata`));
  if (separate !== undefined) {
    const mismatch = mismatchOf(`${file.url}.metadata`, separate, file.coreMetadata);
    if (mismatch !== undefined) throw mismatch;
    return separate.toString("utf8");
  }
  return file.kind === "wheel" ? (await readWheelMetadata(fileURLToPath(file.url), file.filename)).text : undefined;
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
