import { NotAFile, readSmallText } from "@murre/files";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import { InvalidTransportSettings } from "../errors.ts";

export interface CertificateSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file or folder of certificates (PEM), instead of the ones the environment names. */
  readonly cert?: string | undefined;
  /** A file with the client's certificate and key (PEM). */
  readonly clientCert?: string | undefined;
}

/** What a process made so far, by the texts that it was made of. */
const made = new Map<string, SecureContext>();

/**
 * Whom connections trust, and who they say they are. Made once in a process for each set of certificates: to read a bundle of
 * authorities takes 50 ms, as long as everything else that two connections cost.
 * @throws {InvalidTransportSettings} when a file cannot be read, or holds no certificate.
 */
export function secureContext(settings: CertificateSettings): SecureContext {
  const ca = certificateAuthorities(settings);
  const client = settings.clientCert === undefined ? undefined : readPem(settings.clientCert);
  const key = JSON.stringify([ca, client]);
  const context = made.get(key) ?? makeContext(ca, client);
  made.set(key, context);
  return context;
}

function makeContext(ca: string[] | undefined, client: string | undefined): SecureContext {
  if (ca?.every((text) => !text.includes("-----BEGIN ")) === true)
    throw new InvalidTransportSettings(
      "the files of certificates hold none; expected PEM, from -----BEGIN CERTIFICATE----- on",
    );
  try {
    return tls().createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { cert: client, key: client }),
    });
  } catch (cause) {
    throw new InvalidTransportSettings(`the certificates cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** It costs 10 ms to load, which runs without HTTPS need not pay. */
const tls = () => process.getBuiltinModule("node:tls");

/**
 * Who is trusted: `cert`, else SSL_CERT_FILE and SSL_CERT_DIR together, else REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE,
 * each instead of Node's own list; NODE_EXTRA_CA_CERTS adds to whichever it is. Undefined leaves it to Node.
 */
function certificateAuthorities({ env, cert }: CertificateSettings): string[] | undefined {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  const named = [cert, env["SSL_CERT_FILE"], env["SSL_CERT_DIR"], env["REQUESTS_CA_BUNDLE"], env["CURL_CA_BUNDLE"]];
  const given = named.map((path) => (path === "" ? undefined : path));
  const [own, file, folder, requests, curl] = given;
  const chosen =
    own !== undefined ? [own] : file !== undefined || folder !== undefined ? [file, folder] : [requests ?? curl];
  const paths = chosen.filter((path) => path !== undefined);
  if (paths.length === 0 && (extra === undefined || extra === "")) return undefined;
  const authorities = paths.length === 0 ? [...tls().rootCertificates] : paths.flatMap(readAuthorities);
  return extra === undefined || extra === "" ? authorities : [...authorities, readPem(extra)];
}

function readAuthorities(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [readPem(path)];
  return readdirSync(path)
    .filter((name) => /\.(?:pem|crt|\d+)$/.test(name) && isFile(join(path, name)))
    .map((name) => readPem(join(path, name)));
}

/** What else lies in such a folder is passed over, as OpenSSL does. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readPem(path: string): string {
  try {
    return readSmallText(path);
  } catch (cause) {
    const why = cause instanceof NotAFile ? ` (it is a ${cause.kind})` : "";
    throw new InvalidTransportSettings(`${path}: the certificates cannot be read${why}; check the path`, { cause });
  }
}
