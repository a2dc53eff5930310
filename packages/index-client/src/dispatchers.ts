import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Agent, Dispatcher } from "undici";
import { InvalidTransportSettings } from "./errors.ts";

export interface ConnectionSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A proxy for http: and https:, instead of the proxy variables. */
  readonly proxy?: string | undefined;
  /** A file or folder of certificates (PEM), instead of the ones the environment names. */
  readonly cert?: string | undefined;
  /** A file with the client's certificate and key (PEM). */
  readonly clientCert?: string | undefined;
  /** Hosts, with a port where it matters, whose certificates are not checked. */
  readonly trustedHosts?: readonly string[] | undefined;
  /** Milliseconds until a connection must stand; 10,000 unless told otherwise. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds without a byte after which an answer counts as broken off; 30,000 unless told otherwise. */
  readonly silenceTimeoutMs?: number | undefined;
  /** Connections to one origin; 50 unless told otherwise. */
  readonly connections?: number | undefined;
}

export interface Dispatchers {
  of(url: URL): Promise<Dispatcher>;
  close(): Promise<void>;
}

/** `plain` is http: without a proxy, which needs no certificates; they are read for a run that meets https: or a proxy only. */
type Kind = "plain" | "checked" | "unchecked";

/**
 * The connection pools, made when a URL asks for them: plain ones, those that check certificates, and, only when a trusted host is met, those
 * that do not.
 * @throws {InvalidTransportSettings} at the first request, when certificates or the proxy's address cannot be used.
 */
export function createDispatchers(settings: ConnectionSettings): Dispatchers {
  const made = new Map<Kind, Promise<Dispatcher>>();
  const make = (kind: Kind): Promise<Dispatcher> => {
    const dispatcher = made.get(kind) ?? createDispatcher(settings, kind);
    made.set(kind, dispatcher);
    return dispatcher;
  };
  const isProxied = proxySettings(settings) !== undefined;
  const trusted = new Set((settings.trustedHosts ?? []).map((host) => host.toLowerCase()));
  return {
    of: ({ protocol, hostname, host }) => {
      if (protocol === "http:" && !isProxied) return make("plain");
      return make(trusted.has(hostname) || trusted.has(host) ? "unchecked" : "checked");
    },
    async close() {
      const dispatchers = [...made.values()];
      made.clear();
      for (const outcome of await Promise.allSettled(dispatchers))
        if (outcome.status === "fulfilled") await outcome.value.destroy();
    },
  };
}

async function createDispatcher(settings: ConnectionSettings, kind: Kind): Promise<Dispatcher> {
  // Loaded when it is needed: a run that is served from the cache and from files goes without it.
  const { Agent, EnvHttpProxyAgent } = await import("./undici-agents.ts");
  const tls = kind === "plain" ? {} : tlsOptions(settings, kind === "checked");
  const silence = settings.silenceTimeoutMs ?? 30_000;
  const options: Agent.Options = {
    connections: settings.connections ?? 50,
    headersTimeout: silence,
    bodyTimeout: silence,
    connect: { ...tls, timeout: settings.connectTimeoutMs ?? 10_000 },
  };
  const proxies = proxySettings(settings);
  if (proxies === undefined) return new Agent(options);
  try {
    // Plain http: goes through the proxy as a request and not through CONNECT, which many proxies refuse for port 80.
    return new EnvHttpProxyAgent({ ...options, ...proxies, requestTls: tls, proxyTls: tls, proxyTunnel: false });
  } catch (cause) {
    throw new InvalidTransportSettings("the proxy's address cannot be used; expected http://HOST:PORT", { cause });
  }
}

/** The proxies of the settings or of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`; undefined when there is none. */
export function proxySettings(
  settings: Pick<ConnectionSettings, "env" | "proxy">,
): { httpProxy: string; httpsProxy: string; noProxy: string } | undefined {
  const read = (name: string): string | undefined =>
    settings.env[name.toLowerCase()] || settings.env[name] || undefined;
  const all = settings.proxy ?? read("ALL_PROXY");
  const http = settings.proxy ?? read("HTTP_PROXY") ?? all;
  const https = settings.proxy ?? read("HTTPS_PROXY") ?? all;
  if (http === undefined && https === undefined) return undefined;
  // undici takes "" for "no proxy", but `undefined` for "look into process.env".
  return { httpProxy: withScheme(http), httpsProxy: withScheme(https), noProxy: read("NO_PROXY") ?? "" };
}

/** `proxy.example:3128` means an http: proxy, as for curl and pip. */
function withScheme(proxy: string | undefined): string {
  if (proxy === undefined || proxy === "") return "";
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

interface TlsOptions {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: false;
}

function tlsOptions(settings: ConnectionSettings, checked: boolean): TlsOptions {
  const client = settings.clientCert === undefined ? undefined : readPem(settings.clientCert);
  const ca = certificateAuthorities(settings);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(client === undefined ? {} : { cert: client, key: client }),
    ...(checked ? {} : { rejectUnauthorized: false as const }),
  };
}

/**
 * Who is trusted: `cert`, else SSL_CERT_FILE and SSL_CERT_DIR together, else REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE,
 * each instead of Node's own list; NODE_EXTRA_CA_CERTS adds to whichever it is. Undefined leaves it to Node.
 */
function certificateAuthorities({ env, cert }: ConnectionSettings): string[] | undefined {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  const named = [cert, env["SSL_CERT_FILE"], env["SSL_CERT_DIR"], env["REQUESTS_CA_BUNDLE"], env["CURL_CA_BUNDLE"]];
  const given = named.map((path) => (path === "" ? undefined : path));
  const [own, file, folder, requests, curl] = given;
  const chosen =
    own !== undefined ? [own] : file !== undefined || folder !== undefined ? [file, folder] : [requests ?? curl];
  const paths = chosen.filter((path) => path !== undefined);
  if (paths.length === 0 && (extra === undefined || extra === "")) return undefined;
  const authorities = paths.length === 0 ? [...builtInCertificates()] : paths.flatMap(readAuthorities);
  return extra === undefined || extra === "" ? authorities : [...authorities, readPem(extra)];
}

/** node:tls costs 10 ms to load, which runs without HTTPS need not pay. */
function builtInCertificates(): readonly string[] {
  return process.getBuiltinModule("node:tls").rootCertificates;
}

function readAuthorities(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [readPem(path)];
  return readdirSync(path)
    .filter((name) => /\.(?:pem|crt|\d+)$/.test(name))
    .map((name) => readPem(join(path, name)));
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new InvalidTransportSettings(`${path}: the certificates cannot be read; check the path`, { cause });
  }
}
