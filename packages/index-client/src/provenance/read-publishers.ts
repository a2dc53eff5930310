import { FilesError, readSmallFile } from "@murre/files";
import type { Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { HttpStatusError, InvalidIndexPage, InvalidProvenance, OfflineMiss } from "../errors.ts";
import { answerContent } from "../http/answer-text.ts";
import {
  conditionalHeaders,
  holdsUntil,
  isFresh,
  judgeAnswer,
  readHttpSource,
  revalidated,
  type HttpSource,
  type Question,
} from "../http/http-source.ts";
import type { Slots } from "../http/slots.ts";
import { DamagedBody, type Answer, type Transport } from "../http/transport.ts";
import { largestProvenanceBytes } from "../location/answer-limits.ts";
import { isObject, isText } from "../location/json-values.ts";
import { resolveUrl } from "../pages/resolve-url.ts";
import { parseProvenance, type PublisherIdentity } from "./parse-provenance.ts";

export interface ProvenanceSources {
  readonly transport: Transport;
  readonly slots: Slots;
  readonly documents: Documents | undefined;
  readonly offline: boolean;
}

export interface ProvenanceRequest {
  /** As a page gives it. */
  readonly url: string;
  readonly project: NormalizedName;
  readonly refresh: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Who published a file, from the cache while the answer is fresh, else asked for again with its validators: a provenance may be added to (PEP 740).
 * What is kept are the publishers alone, `provenance/<project>/<key of the URL>`; the attestations are not verified, and many times as long.
 * @throws {InvalidProvenance} {IndexUnreachable} {HttpStatusError} {OfflineMiss}
 */
export async function readPublishers(
  sources: ProvenanceSources,
  { url: given, ...request }: ProvenanceRequest,
): Promise<readonly PublisherIdentity[]> {
  const url = resolveUrl(given, given);
  if (url === undefined) throw new InvalidProvenance(given, "it is no address");
  if (url.startsWith("file:")) return parseProvenance(readLocal(url), url);
  const { documents, offline, transport, slots } = sources;
  const question: Question = { url, refresh: request.refresh, accept };
  const document = documentOf(request.project, url);
  const cached = decodePublishers(documents?.read(...document));
  if (cached !== undefined && (offline || isFresh(cached.source, question))) return cached.publishers;
  if (offline) throw new OfflineMiss(url);
  const keep = (publishers: readonly PublisherIdentity[], source: HttpSource): readonly PublisherIdentity[] => {
    documents?.write(document, encode({ source, publishers }));
    return publishers;
  };
  const headers = () => conditionalHeaders(cached?.source, question);
  return transport.get(url, { headers, slots, signal: request.signal }, async (answer) => {
    if (answer.status === 304 && cached !== undefined) {
      await answer.drop();
      const source = revalidated(cached.source, answer, question);
      // What has to be asked for at once again need not be written again either.
      return holdsUntil(source) > Date.now() ? keep(cached.publishers, source) : cached.publishers;
    }
    if (answer.status !== 200) {
      await answer.drop();
      throw new HttpStatusError(url, answer.status);
    }
    const publishers = parseAnswer(await contentOf(answer), url);
    const { source, isStorable } = judgeAnswer(answer, question);
    return isStorable ? keep(publishers, source) : publishers;
  });
}

/** The type of PyPI's; an index of files has none. */
const accept = "application/vnd.pypi.integrity.v1+json, application/json;q=0.9, */*;q=0.1";

function documentOf(project: NormalizedName, url: string): readonly string[] {
  return ["provenance", project, createHash("sha256").update(url).digest("hex").slice(0, 32)];
}

/** What the cache has of it, however old; undefined where it has nothing. */
export function readKnownPublishers(
  read: Documents["read"],
  project: NormalizedName,
  url: string,
): readonly PublisherIdentity[] | undefined {
  return decodePublishers(read(...documentOf(project, resolveUrl(url, url) ?? url)))?.publishers;
}

function readLocal(url: string): string {
  try {
    return readSmallFile(fileURLToPath(url), { atMostBytes: largestProvenanceBytes }).toString("utf8");
  } catch (cause) {
    const problem = cause instanceof FilesError ? cause.message : "there is no such file, or it cannot be read";
    throw new InvalidProvenance(url, problem, { cause });
  }
}

/** An answer that is too large is no page either. */
async function contentOf(answer: Answer): Promise<Buffer> {
  try {
    return await answerContent(answer, largestProvenanceBytes);
  } catch (error) {
    if (error instanceof InvalidIndexPage) throw new InvalidProvenance(answer.url, error.problem, { cause: error });
    throw error;
  }
}

function parseAnswer(content: Buffer, url: string): readonly PublisherIdentity[] {
  try {
    return parseProvenance(content.toString("utf8"), url);
  } catch (error) {
    // It may have been cut off on its way.
    if (error instanceof InvalidProvenance && error.cause instanceof SyntaxError) throw new DamagedBody(error);
    throw error;
  }
}

/** What the cache has of a provenance. */
export interface KeptPublishers {
  readonly source: HttpSource;
  readonly publishers: readonly PublisherIdentity[];
}

/** Increased when a reader of this version would misread what an older one wrote. */
const format = 1;

const encode = (kept: KeptPublishers): string => JSON.stringify({ format, ...kept });

/** Undefined for none, and for what is damaged or of another version. */
export function decodePublishers(data: Buffer | undefined): KeptPublishers | undefined {
  if (data === undefined) return undefined;
  try {
    const { format: written, source: kept, publishers } = JSON.parse(data.toString("utf8")) as Record<string, unknown>;
    const source = readHttpSource(kept);
    const isSound =
      written === format &&
      Array.isArray(publishers) &&
      publishers.every((one: unknown) => isObject(one) && isText(one["kind"]));
    return isSound && source !== undefined ? { source, publishers: publishers as PublisherIdentity[] } : undefined;
  } catch {
    return undefined;
  }
}
