import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { largestCodingRatio, mostCodings, ratioCountsAboveBytes } from "../location/answer-limits.ts";
import { InvalidIndexPage } from "../errors.ts";
import { DamagedBody, type Answer } from "./transport.ts";

/** The codings that `answerText` reads. */
export const acceptedEncodings = "gzip, deflate, br";

/**
 * Reads a whole answer as text. A page whose type states another character set than UTF-8 is read as that.
 * @param largest bytes, of what comes and of what its coding makes of it
 * @throws {InvalidIndexPage} when it is larger, or the coding is not known, {DamagedBody} when the bytes are damaged.
 */
export async function answerText(answer: Answer, largest: number): Promise<string> {
  return textOf(await answerContent(answer, largest), answer);
}

/** The text of a decoded body, in the character set that its type states. */
export function textOf(content: Buffer, answer: Answer): string {
  try {
    return new TextDecoder(charsetOf(answer)).decode(content);
  } catch {
    return content.toString("utf8");
  }
}

/** A decoded body in UTF-8. */
export function utf8Of(content: Buffer, answer: Answer): Buffer {
  return /^(?:utf-?8|us-ascii)$/i.test(charsetOf(answer)) ? content : Buffer.from(textOf(content, answer));
}

const charsetOf = ({ headers }: Answer): string =>
  /charset="?([\w-]+)/i.exec(headers["content-type"] ?? "")?.[1] ?? "utf-8";

/** Reads a whole answer and undoes its content coding (RFC 9110, 8.4). */
export async function answerContent(answer: Answer, largest: number): Promise<Buffer> {
  return decode(await answerBytes(answer, largest), answer, largest);
}

/** The bytes of the body as they came; the transfer ends as soon as there are more than `largest`. */
export async function answerBytes(answer: Answer, largest: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  await answer.read((chunk) => {
    bytes += chunk.byteLength;
    if (bytes > largest) throw tooLarge(answer.url, largest);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

const tooLarge = (url: string, largest: number): Error =>
  new InvalidIndexPage(url, `it has more than ${largest} bytes, which nothing of its kind has`);

function decode(bytes: Buffer, answer: Answer, largest: number): Buffer {
  const codings = (answer.headers["content-encoding"] ?? "").split(",").map((coding) => coding.trim().toLowerCase());
  if (codings.length > mostCodings)
    throw new InvalidIndexPage(answer.url, `it came in ${codings.length} codings on top of each other`);
  let decoded = bytes;
  // Codings are listed in the order in which they were applied.
  for (const coding of codings.toReversed()) decoded = decodeOne(decoded, coding, answer.url, largest);
  return decoded;
}

function decodeOne(bytes: Buffer, coding: string, url: string, largest: number): Buffer {
  if (coding === "" || coding === "identity") return bytes;
  const maxOutputLength = Math.min(largest, Math.max(ratioCountsAboveBytes, bytes.length * largestCodingRatio));
  try {
    if (coding === "gzip" || coding === "x-gzip") return gunzipSync(bytes, { maxOutputLength });
    if (coding === "deflate") return inflateSync(bytes, { maxOutputLength });
    if (coding === "br") return brotliDecompressSync(bytes, { maxOutputLength });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(url, maxOutputLength);
    throw new DamagedBody(new InvalidIndexPage(url, `its ${coding} coding is damaged`, { cause }));
  }
  throw new InvalidIndexPage(url, `it came in the coding ${coding}, which was not asked for`);
}
