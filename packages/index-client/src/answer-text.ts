import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { InvalidIndexPage } from "./errors.ts";
import { DamagedBody, type Answer } from "./transport.ts";

/** The codings that `answerText` reads. */
export const acceptedEncodings = "gzip, deflate, br";

/**
 * Reads a whole answer as text. A page whose type states another character set than UTF-8 is read as that.
 * @throws {InvalidIndexPage} when the coding is not known, {DamagedBody} when the bytes are damaged.
 */
export async function answerText(answer: Answer): Promise<string> {
  const content = await answerContent(answer);
  const charset = /charset="?([\w-]+)/i.exec(answer.headers["content-type"] ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return content.toString("utf8");
  }
}

/** Reads a whole answer and undoes its content coding (RFC 9110, 8.4). */
export async function answerContent(answer: Answer): Promise<Buffer> {
  return decode(await answerBytes(answer), answer);
}

/** The bytes of the body as they came. */
export async function answerBytes(answer: Answer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await answer.read((chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer, answer: Answer): Buffer {
  const codings = (answer.headers["content-encoding"] ?? "").split(",").map((coding) => coding.trim().toLowerCase());
  let decoded = bytes;
  // Codings are listed in the order in which they were applied.
  for (const coding of codings.toReversed()) decoded = decodeOne(decoded, coding, answer.url);
  return decoded;
}

function decodeOne(bytes: Buffer, coding: string, url: string): Buffer {
  if (coding === "" || coding === "identity") return bytes;
  try {
    if (coding === "gzip" || coding === "x-gzip") return gunzipSync(bytes);
    if (coding === "deflate") return inflateSync(bytes);
    if (coding === "br") return brotliDecompressSync(bytes);
  } catch (cause) {
    throw new DamagedBody(new InvalidIndexPage(url, `its ${coding} coding is damaged`, { cause }));
  }
  throw new InvalidIndexPage(url, `it came in the coding ${coding}, which was not asked for`);
}
