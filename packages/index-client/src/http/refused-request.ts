import { clientCertificateAdvice } from "../connections/tls-failures.ts";
import type { RawAnswer } from "./http-request.ts";

/** Nobody says more in a page of an error. */
const longestTextBytes = 65_536;

/** By what web servers say, in their pages alone, that it is about the connection: nginx, Apache, Go; 495 to 497 are nginx's own statuses. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /plain HTTP request was sent to HTTPS|speaking plain HTTP to an SSL|HTTP request to an HTTPS server/i,
    "it speaks TLS: write https: in its address",
  ],
  [
    /no required SSL certificate|client certificate (?:is )?(?:required|missing)/i,
    `it wants a client's certificate: ${clientCertificateAdvice}`,
  ],
  [/SSL certificate error/i, `it does not accept the client's certificate: ${clientCertificateAdvice}`],
];

const refusedByProxy =
  "it is the proxy that says so, and not the server: ask whoever runs it, or name the host in NO_PROXY";

/** Statuses for which it may be the connection that is refused, and not what was asked for. */
const statuses: ReadonlySet<number> = new Set([400, 403, 495, 496, 497]);

/**
 * What helps, where a server refuses the connection by a page; the answer can be read as before.
 * @returns undefined in place of a hint for any other answer.
 */
export async function hintOfRefusal(
  answer: RawAnswer,
): Promise<{ readonly hint: string | undefined; readonly answer: RawAnswer }> {
  const squid = answer.headers["x-squid-error"];
  if (answer.status === 403 && squid !== undefined) return { hint: refusedByProxy, answer };
  const isText = String(answer.headers["content-type"] ?? "").startsWith("text/");
  if (!statuses.has(answer.status) || !isText) return { hint: undefined, answer };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  await answer
    .read((chunk) => {
      bytes += chunk.byteLength;
      if (bytes > longestTextBytes) answer.cancel();
      else chunks.push(chunk);
    })
    .catch((error: unknown) => {
      if (bytes <= longestTextBytes) throw error;
    });
  const text = Buffer.concat(chunks).toString("latin1");
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1];
  return {
    hint,
    answer: { ...answer, read: async (sink) => chunks.forEach((chunk) => sink(chunk)), cancel: () => {} },
  };
}
