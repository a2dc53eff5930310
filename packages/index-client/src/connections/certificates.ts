import { NotAFile, readSmallText } from "@murre/files";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import { InvalidTransportSettings } from "../errors.ts";

export interface CertificateSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file or folder of certificates (PEM), instead of the ones the environment names. */
  readonly cert?: string | undefined;
  /** A file with the client's certificate and key (PEM), instead of the one that SSL_CLIENT_CERT names; empty for none. */
  readonly clientCert?: string | undefined;
  /** The system's authorities, instead of Node's own list; what is named, here or in the environment, goes before them. */
  readonly systemCerts?: boolean | undefined;
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
  const client = clientCertificate(settings);
  const key = JSON.stringify([ca, client]);
  const context = made.get(key) ?? makeContext(ca, client);
  made.set(key, context);
  return context;
}

function makeContext(ca: string[] | undefined, client: ClientCertificate | undefined): SecureContext {
  if (ca?.every((text) => !text.includes("-----BEGIN ")) === true)
    throw new InvalidTransportSettings(
      "the files of certificates hold none; expected PEM, from -----BEGIN CERTIFICATE----- on",
    );
  try {
    return tls().createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { cert: client.text, key: client.text, passphrase: client.password }),
    });
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const problem = client === undefined ? undefined : problems[code];
    throw new InvalidTransportSettings(
      client !== undefined && problem !== undefined
        ? `${client.path}: ${problem}`
        : `the certificates cannot be used: ${message}`,
      { cause },
    );
  }
}

interface ClientCertificate {
  readonly path: string;
  readonly text: string;
  readonly password: string | undefined;
}

const passwordVariable = "MURRE_CLIENT_CERT_PASSWORD";

/** By OpenSSL's codes. */
const problems: Readonly<Record<string, string>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "its key is not that of its first certificate",
  ERR_OSSL_BAD_DECRYPT: `${passwordVariable} is not the password of its key`,
};

/** One file with both, as pip and uv want it. Nobody is asked for the password of the key: many processes may run, and none has a terminal. */
function clientCertificate({ env, clientCert }: CertificateSettings): ClientCertificate | undefined {
  const path = clientCert ?? env["SSL_CLIENT_CERT"] ?? "";
  if (path === "") return undefined;
  const text = readPem(path);
  const password = env[passwordVariable] || undefined;
  const missing = /-----BEGIN (?:\w+ )?CERTIFICATE-----/.test(text)
    ? /-----BEGIN (?:\w+ )*PRIVATE KEY-----/.test(text)
      ? undefined
      : "key"
    : "certificate";
  if (missing !== undefined)
    throw new InvalidTransportSettings(
      `${path}: it holds no ${missing}; expected PEM, a client's certificate and its key in one file`,
    );
  const isProtected = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
  if (isProtected && password === undefined)
    throw new InvalidTransportSettings(
      `${path}: its key is protected by a password; say it by ${passwordVariable}, or name a file whose key has none`,
    );
  return { path, text, password };
}

/** It costs 10 ms to load, which runs without HTTPS need not pay. */
const tls = () => process.getBuiltinModule("node:tls") as Tls;

/** Node has it since 22.15. */
type Tls = typeof import("node:tls") & { getCACertificates?(kind: "system"): string[] };

/**
 * Who is trusted: `cert`, else SSL_CERT_FILE and SSL_CERT_DIR together, else REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE,
 * else the system's with `systemCerts`, each instead of Node's own list; NODE_EXTRA_CA_CERTS adds to whichever it is. Undefined leaves it to Node.
 */
function certificateAuthorities({ env, cert, systemCerts }: CertificateSettings): string[] | undefined {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  const named = [cert, env["SSL_CERT_FILE"], env["SSL_CERT_DIR"], env["REQUESTS_CA_BUNDLE"], env["CURL_CA_BUNDLE"]];
  const given = named.map((path) => (path === "" ? undefined : path));
  const [own, file, folder, requests, curl] = given;
  const chosen =
    own !== undefined ? [own] : file !== undefined || folder !== undefined ? [file, folder] : [requests ?? curl];
  const paths = chosen.filter((path) => path !== undefined);
  if (paths.length === 0 && systemCerts !== true && (extra === undefined || extra === "")) return undefined;
  const others = () => (systemCerts === true ? systemAuthorities() : [...tls().rootCertificates]);
  const authorities = paths.length === 0 ? others() : paths.flatMap(readAuthorities);
  return extra === undefined || extra === "" ? authorities : [...authorities, readPem(extra)];
}

/** Where Linux distributions and BSD keep all authorities in one file, as Go looks for them. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Of the system's own store where this Node reads that, else of the file in which a system keeps them. */
function systemAuthorities(): string[] {
  const found = tls().getCACertificates?.("system") ?? [];
  if (found.length > 0) return found;
  const bundle = bundles.find(isFile);
  if (bundle !== undefined) return [readPem(bundle)];
  throw new InvalidTransportSettings(
    "the system's certificates are not found by this version of Node.js; name a file of them by --cert",
  );
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
