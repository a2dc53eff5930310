import { isIP } from "node:net";
import type { Agent, Dispatcher, Pool } from "undici";
import { secureContext, type CertificateSettings } from "./certificates.ts";
import { basicAuthorization } from "./credentials.ts";
import { proxyOf, type Proxy, type ProxySettings } from "./proxies.ts";

export interface ConnectionSettings extends CertificateSettings, ProxySettings {
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
  /** The address of the proxy that the URL is asked for through, without credentials. */
  proxyOf(url: URL): string | undefined;
  close(): Promise<void>;
}

/** "plain" needs no certificates; they are read for a run that meets https: only. */
type Kind = "plain" | "checked" | "unchecked";

/**
 * The connection pools, made when a URL asks for them: for each proxy, and for none, plain ones, those that check certificates, and, only
 * when a trusted host is met, those that do not.
 * @throws {InvalidTransportSettings} at the first request, when certificates or the proxy's address cannot be used.
 */
export function createDispatchers(settings: ConnectionSettings): Dispatchers {
  const made = new Map<string, Promise<Dispatcher>>();
  const trusted = new Set((settings.trustedHosts ?? []).map((host) => host.toLowerCase()));
  const kindOf = ({ protocol, hostname, host }: URL): Kind => {
    if (protocol !== "https:") return "plain";
    return trusted.has(hostname) || trusted.has(host) ? "unchecked" : "checked";
  };
  return {
    async of(url) {
      const proxy = proxyOf(url, settings);
      const kind = kindOf(url);
      const key = `${kind} ${proxy?.address ?? ""}`;
      const dispatcher =
        made.get(key) ??
        (proxy === undefined
          ? directAgent(settings, kind)
          : proxyAgent(settings, kind, proxy, kindOf(new URL(proxy.address))));
      made.set(key, dispatcher);
      return dispatcher;
    },
    proxyOf: (url) => proxyOf(url, settings)?.address,
    async close() {
      const dispatchers = [...made.values()];
      made.clear();
      for (const outcome of await Promise.allSettled(dispatchers))
        if (outcome.status === "fulfilled") await outcome.value.destroy();
    },
  };
}

// undici is loaded when it is needed: a run that is served from the cache and from files goes without it.
const loadAgents = () => import("./undici-agents.ts");

async function directAgent(settings: ConnectionSettings, kind: Kind): Promise<Dispatcher> {
  const { Agent } = await loadAgents();
  return new Agent({ ...limitsOf(settings), connect: connectOptions(settings, kind) });
}

async function proxyAgent(settings: ConnectionSettings, kind: Kind, proxy: Proxy, ownKind: Kind): Promise<Dispatcher> {
  const { Pool, ProxyAgent } = await loadAgents();
  const limits = limitsOf(settings);
  // The client's certificate is for the index, not for the proxy before it.
  const proxyTls = connectOptions({ ...settings, clientCert: undefined }, ownKind);
  // Of a SOCKS proxy undici thinks that it speaks TLS as soon as there are options for it.
  const isSocks = proxy.address.startsWith("socks5:");
  const sent = proxy.credentials === undefined ? {} : { token: basicAuthorization(proxy.credentials) };
  return new ProxyAgent({
    uri: proxy.address,
    ...(isSocks ? { ...proxy.credentials } : { ...sent, proxyTls }),
    requestTls: connectOptions(settings, kind),
    // Plain http: goes through the proxy as a request and not through CONNECT, which many proxies refuse for port 80.
    proxyTunnel: false,
    factory: (origin, options) => new Pool(origin, { ...limits, connect: (options as Pool.Options).connect! }),
    clientFactory: (origin, options) =>
      new Pool(origin, { ...limits, connect: namingNoAddress((options as Pool.Options).connect) }),
  });
}

function limitsOf(settings: ConnectionSettings) {
  const silence = settings.silenceTimeoutMs ?? 30_000;
  return { connections: settings.connections ?? 50, headersTimeout: silence, bodyTimeout: silence };
}

function connectOptions(settings: ConnectionSettings, kind: Kind) {
  const timeout = settings.connectTimeoutMs ?? 10_000;
  if (kind === "plain") return { timeout };
  const checks = kind === "checked" ? {} : { rejectUnauthorized: false };
  return { timeout, secureContext: secureContext(settings), ...checks };
}

/** A proxy's address is no name that TLS may ask for (RFC 6066); undici asks for it, and Node warns. */
function namingNoAddress(connect: Agent.Options["connect"]): NonNullable<Agent.Options["connect"]> {
  if (typeof connect !== "function") throw new TypeError("undici hands a connector to a proxy's pool");
  return (options, callback) => {
    const { servername, ...others } = options;
    connect(isIP(servername?.replaceAll(/^\[|\]$/g, "") ?? "") === 0 ? options : others, callback);
  };
}
