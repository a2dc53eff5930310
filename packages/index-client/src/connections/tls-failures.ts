import { failureCode } from "./failure-code.ts";

/** What went wrong with TLS, in words, and what helps. */
export interface TlsFailure {
  readonly reason: string;
  readonly advice: string;
}

const naming =
  "name a file of its authority by --cert or SSL_CERT_FILE, or let the system's authorities count by --system-certs";

/** What helps where a server is not content with who asks. */
export const clientCertificateAdvice =
  "name a file with the certificate that it expects, and its key, by --client-cert";

const untrusted: TlsFailure = { reason: "its certificate is of an authority that is not trusted", advice: naming };

const clientRefused: TlsFailure = {
  reason: "it wants a client's certificate, or another one",
  advice: clientCertificateAdvice,
};

/** Codes of OpenSSL's checks, as Node has them. */
const failures: Readonly<Record<string, TlsFailure>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: { ...untrusted, reason: "its certificate is signed by nobody but itself" },
  CERT_HAS_EXPIRED: {
    reason: "its certificate has expired",
    advice: "tell whoever runs it, or set this machine's clock",
  },
  CERT_NOT_YET_VALID: { reason: "its certificate is not valid yet", advice: "set this machine's clock" },
  CERT_REVOKED: { reason: "its certificate was revoked", advice: "tell whoever runs it" },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: "its certificate is of another host",
    advice: "use a name that the certificate has",
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    reason: "what it answered is not TLS",
    advice: "is it the address of http: instead?",
  },
};

/** Alerts by which a server refuses who asks (RFC 8446, 6.2). */
const refusals =
  /^ERR_SSL_\w*ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(?:UNKNOWN|EXPIRED|REVOKED)|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/;

/** @returns undefined where the failure of a connection says nothing of TLS. */
export function tlsFailure(error: unknown): TlsFailure | undefined {
  const code = failureCode(error);
  if (code === undefined) return undefined;
  if (Object.hasOwn(failures, code)) return failures[code];
  if (refusals.test(code)) return clientRefused;
  // TLS 1.2 knows no other word for a certificate that is missing; it is said of versions and ciphers as well.
  if (!code.startsWith("ERR_SSL_")) return undefined;
  const words = code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ");
  const advice = `check the address; if it wants a client's certificate, ${clientCertificateAdvice}`;
  return { reason: `the TLS handshake failed (${words})`, advice };
}
