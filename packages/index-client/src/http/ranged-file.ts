import { hasCode } from "@murre/files";
import { answerBytes } from "./answer-text.ts";
import { HttpStatusError, type IndexErrorCode } from "../errors.ts";
import type { Slots } from "./slots.ts";
import type { Answer, Headers, Transport } from "./transport.ts";

/** A file on a server that answers range requests: read like a local one, piece by piece. */
export interface RangedFile {
  /** Bytes. */
  readonly size: number;
  /** @throws when the range lies outside the file, the file changed meanwhile, or the connection fails. */
  read(position: number, length: number): Promise<Buffer>;
}

/** The server ignores or refuses ranges, or gives what cannot be pieced together. It has no code: nobody outside of this package meets it. */
export class RangesUnsupported extends Error {
  override readonly name = "RangesUnsupported";
  /** The server said what it does with every range; false when the answer may be meant for this file or this range alone. */
  readonly ofServer: boolean;
  constructor(url: string, ofServer = true) {
    super(`${url} is not served in ranges`);
    this.ofServer = ofServer;
  }
}

interface Piece {
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * What a zip reader asks for first: the zip64 locator and the end record with the longest possible comment. In most
 * wheels the central directory and METADATA lie within.
 */
const tailBytes = 20 + 22 + 65_535;

/** A file whose metadata needs more requests than this is better downloaded. */
const mostRequests = 12;

/**
 * Opens a file by its last 64 KiB, with one request of a suffix range (RFC 9110, 14.1.1).
 * @throws {RangesUnsupported} when the server does not answer with that part.
 * @throws {HttpStatusError} {IndexUnreachable}
 */
export async function openRangedFile(
  transport: Transport,
  slots: Slots,
  url: string,
  signal: AbortSignal | undefined,
): Promise<RangedFile> {
  const first = await getRange(`bytes=-${tailBytes}`, tailBytes);
  const pieces: Piece[] = [first];
  const size = first.totalBytes;
  let requests = 1;

  async function getRange(
    range: string,
    largest: number,
    ifMatch?: string,
  ): Promise<Piece & { totalBytes: number; etag?: string }> {
    const headers = { range, "accept-encoding": "identity", ...(ifMatch === undefined ? {} : { "if-match": ifMatch }) };
    return transport.get(url, { headers: () => headers, slots, signal }, (answer) => readPart(answer, url, largest));
  }

  const file: RangedFile = {
    size,
    async read(position, length) {
      if (position < 0 || position + length > size) throw new RangesUnsupported(url);
      const known = findPiece(pieces, position, length);
      if (known !== undefined) return known;
      if (++requests > mostRequests) throw new RangesUnsupported(url);
      const next = pieces.find(({ start }) => start > position && start <= position + length);
      // Up to what is known already, or a little more than asked for: the entry after it is often wanted next.
      const end = next?.start ?? Math.min(size, position + Math.max(length, 4096));
      const piece = await getRange(`bytes=${position}-${end - 1}`, end - position, first.etag);
      if (piece.totalBytes !== size || piece.start !== position) throw new RangesUnsupported(url);
      pieces.push(next === undefined ? piece : { start: position, bytes: Buffer.concat([piece.bytes, next.bytes]) });
      return findPiece(pieces, position, length) ?? file.read(position, length);
    },
  };
  return file;
}

function findPiece(pieces: readonly Piece[], position: number, length: number): Buffer | undefined {
  for (const { start, bytes } of pieces)
    if (position >= start && position + length <= start + bytes.length)
      return bytes.subarray(position - start, position - start + length);
  return undefined;
}

/**
 * Statuses by which servers, and what stands before them, refuse a range of a file that they may give whole. Some say it of ranges in
 * general (true); the others mean something else to most servers, so whether the file can be had is seen when it is asked for whole.
 */
const refusals: ReadonlyMap<number, boolean> = new Map([
  [200, true],
  [206, true],
  [400, false],
  [403, false],
  [405, true],
  [412, false],
  [416, false],
  [501, true],
]);

/** @param largest the bytes that were asked for: a server that gives more is not believed, and not listened to any longer. */
async function readPart(
  answer: Answer,
  url: string,
  largest: number,
): Promise<Piece & { totalBytes: number; etag?: string }> {
  const range = contentRange(answer.headers);
  if (answer.status !== 206 || range === undefined) {
    await answer.drop();
    const ofServer = refusals.get(answer.status);
    if (ofServer === undefined) throw new HttpStatusError(url, answer.status);
    throw new RangesUnsupported(url, ofServer);
  }
  const length = range.end - range.start + 1;
  // RFC 9110, 14.4: a range that ends before it begins, or behind the end of the file, is none.
  const isRange = length > 0 && range.end < range.total && Number.isSafeInteger(range.total);
  if (!isRange || length > largest) {
    await answer.drop();
    throw new RangesUnsupported(url);
  }
  const bytes = await answerBytes(answer, length).catch((error: unknown) => {
    throw hasCode<IndexErrorCode>(error, "MURRE_INVALID_INDEX_PAGE") ? new RangesUnsupported(url) : error;
  });
  if (bytes.length !== length) throw new RangesUnsupported(url);
  const { etag } = answer.headers;
  const strong = etag === undefined || etag.startsWith("W/") ? {} : { etag };
  return { start: range.start, bytes, totalBytes: range.total, ...strong };
}

function contentRange(headers: Headers): { start: number; end: number; total: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers["content-range"] ?? "");
  if (match === null || headers["content-encoding"] !== undefined) return undefined;
  return { start: Number(match[1]), end: Number(match[2]), total: Number(match[3]) };
}
