import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { secureContext, type CertificateSettings } from "./certificates.ts";
import { basicAuthorization } from "../credentials/credentials.ts";
import { sharedLookup } from "./host-lookup.ts";
import { failureCode } from "./failure-code.ts";
import { Sharing } from "./sharing.ts";
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

export const defaultSilenceMs = 30_000;

export interface Dispatchers {
  of(url: URL): Promise<Dispatcher>;
  /** The address of the proxy that the URL is asked for through, without credentials. */
  proxyOf(url: URL): string | undefined;
  readonly sharing: Sharing;
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
  const sharing = new Sharing();
  const trusted = new Set((settings.trustedHosts ?? []).map((host) => host.toLowerCase()));
  const kindOf = ({ protocol, hostname, host }: URL): Kind => {
    if (protocol !== "https:") return "plain";
    return trusted.has(hostname) || trusted.has(host) ? "unchecked" : "checked";
  };
  return {
    async of(url) {
      const proxy = proxyOf(url, settings);
      const kind = kindOf(url);
      // What a server of https: speaks is asked of each.
      const isNegotiated = proxy === undefined && kind !== "plain";
      const own = `${url.origin}${sharing.isAlone(url) ? " alone" : ""}`;
      const key = `${kind} ${isNegotiated ? own : (proxy?.address ?? "")}`;
      const known = made.get(key);
      if (known !== undefined) return known;
      const dispatcher = isNegotiated
        ? negotiatedPool(settings, kind, url, sharing)
        : proxy === undefined
          ? directAgent(settings)
          : proxyAgent(settings, kind, proxy, kindOf(new URL(proxy.address)));
      made.set(key, dispatcher);
      // Whoever tries again opens a connection again.
      dispatcher.catch(() => made.delete(key));
      return dispatcher;
    },
    sharing,
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

/** Loads what it takes to ask an index over HTTP, some 10 ms of work: for a moment when there is nothing else to do, and somebody will be asked. */
export async function loadConnections(): Promise<void> {
  await loadAgents();
}

async function directAgent(settings: ConnectionSettings): Promise<Dispatcher> {
  const { Agent } = await loadAgents();
  return new Agent({ ...limitsOf(settings), connect: connectOptions(settings, "plain") });
}

/** So many connections carry what HTTP/2 sends side by side: a second one, because one lost packet holds up all that a connection carries. */
const sharedConnections = 2;

/** How much a server may send ahead, on one stream and on all of a connection (bytes): as much as 20 ms hold at 1.6 Gbit/s. */
const windows = { initialWindowSize: 4 << 20, connectionWindowSize: 8 << 20 };

/**
 * A pool for one server of https: a few connections where it speaks HTTP/2, as many as are allowed where it does not. The first connection,
 * which tells, is the pool's first.
 */
async function negotiatedPool(
  settings: ConnectionSettings,
  kind: Kind,
  url: URL,
  sharing: Sharing,
): Promise<Dispatcher> {
  const { Pool, connectorFor } = await loadAgents();
  const speaking = (allowH2: boolean) => endedByErrors(connectorFor({ ...connectOptions(settings, kind), allowH2 }));
  let connector = speaking(!sharing.isAlone(url));
  const opening = connected(connector, url);
  // Node takes 15 ms to load what HTTP/2 takes: the server answers meanwhile.
  if (!sharing.isAlone(url)) setImmediate(() => process.getBuiltinModule("node:http2"));
  let first: TLSSocket | undefined = await opening.catch((error: unknown) => {
    // A server that speaks HTTP/2 alone.
    if (!sharing.isAlone(url) || failureCode(error)?.endsWith("NO_APPLICATION_PROTOCOL") !== true) throw error;
    connector = speaking(true);
    return connected(connector, url);
  });
  const limits = limitsOf(settings);
  const isShared = first.alpnProtocol === "h2";
  if (isShared) sharing.begin(url);
  return new Pool(url.origin, {
    ...limits,
    ...(isShared ? { ...windows, ...sharedLimits(limits.connections) } : {}),
    allowH2: isShared,
    connect: (options, callback) => {
      const ready = first;
      first = undefined;
      // Later, as any connection stands: undici does not go on with its requests when it is called back at once.
      if (ready !== undefined && !ready.destroyed) queueMicrotask(() => callback(null, ready));
      else connector(options, callback);
    },
  });
}

function connected(connect: Connector, { hostname, host, protocol, port }: URL): Promise<TLSSocket> {
  return new Promise((resolve, reject) =>
    connect({ hostname, host, protocol, port }, (error, socket) =>
      error === null ? resolve(socket as TLSSocket) : reject(error),
    ),
  );
}

/** A connection carries as many requests at once as are allowed: undici sends one after another unless it is told so. */
const sharedLimits = (atOnce: number) => ({
  connections: Math.min(sharedConnections, atOnce),
  pipelining: atOnce,
});

async function proxyAgent(settings: ConnectionSettings, kind: Kind, proxy: Proxy, ownKind: Kind): Promise<Dispatcher> {
  const { Pool, ProxyAgent } = await loadAgents();
  const limits = limitsOf(settings);
  // The client's certificate is for the index, not for the proxy before it.
  const proxyTls = connectOptions({ ...settings, clientCert: "" }, ownKind);
  // Of a SOCKS proxy undici thinks that it speaks TLS as soon as there are options for it.
  const isSocks = proxy.address.startsWith("socks5:");
  const sent = proxy.credentials === undefined ? {} : { token: basicAuthorization(proxy.credentials) };
  return new ProxyAgent({
    uri: proxy.address,
    ...(isSocks ? { ...proxy.credentials } : { ...sent, proxyTls }),
    requestTls: connectOptions(settings, kind),
    // Plain http: goes through the proxy as a request and not through CONNECT, which many proxies refuse for port 80.
    proxyTunnel: false,
    factory: (origin, options) => new Pool(origin, { ...limits, connect: endedByErrors(connectorOf(options)) }),
    clientFactory: (origin, options) => new Pool(origin, { ...limits, connect: namingNoAddress(connectorOf(options)) }),
  });
}

function limitsOf(settings: ConnectionSettings) {
  const silence = settings.silenceTimeoutMs ?? defaultSilenceMs;
  return { connections: settings.connections ?? 50, headersTimeout: silence, bodyTimeout: silence };
}

const lookup = sharedLookup();

function connectOptions(settings: ConnectionSettings, kind: Kind) {
  const timeout = settings.connectTimeoutMs ?? 10_000;
  if (kind === "plain") return { timeout, lookup };
  const checks = kind === "checked" ? {} : { rejectUnauthorized: false };
  return { timeout, lookup, secureContext: secureContext(settings), ...checks };
}

type Connector = buildConnector.connector;

function connectorOf(options: object): Connector {
  const { connect } = options as Pool.Options;
  if (typeof connect !== "function") throw new TypeError("undici hands a connector to a proxy's pool");
  return connect;
}

/**
 * In TLS 1.3 a server refuses who asks when the connection stands already: the alert comes as an error, then the connection's end, and
 * undici would tell the end.
 */
function endedByErrors(connect: Connector): Connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      socket?.on("error", (error) => socket.destroy(error));
      callback(...outcome);
    });
}

/** A proxy's address is no name that TLS may ask for (RFC 6066); undici asks for it, and Node warns. */
function namingNoAddress(connect: Connector): Connector {
  return (options, callback) => {
    const { servername, ...others } = options;
    connect(isIP(servername?.replaceAll(/^\[|\]$/g, "") ?? "") === 0 ? options : others, callback);
  };
}
