import { BlockList, isIP } from "node:net";
import { credentialsOf } from "../credentials/credentials.ts";
import { InvalidTransportSettings } from "../errors.ts";
import type { Credentials } from "../credentials/netrc.ts";

export interface ProxySettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A proxy for http: and https:, instead of the proxy variables. */
  readonly proxy?: string | undefined;
}

/** A proxy's address, and apart from it the credentials, which no message is to show. */
export interface Proxy {
  /** `http://HOST:PORT`, also https: and socks5:. */
  readonly address: string;
  readonly credentials?: Credentials;
}

/**
 * The proxy that a URL is asked for through: the setting, else `HTTP_PROXY` or `HTTPS_PROXY` by the URL's scheme, else
 * `ALL_PROXY`; none for the hosts of `NO_PROXY`. Names in small letters go first, as in curl and pip.
 * @throws {InvalidTransportSettings} when the proxy's address is none.
 */
export function proxyOf(url: URL, { env, proxy }: ProxySettings): Proxy | undefined {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const named =
    (proxy || undefined) ?? read(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? read("ALL_PROXY");
  return named === undefined || goesPast(url, read("NO_PROXY") ?? "") ? undefined : parseProxy(named);
}

function parseProxy(text: string): Proxy {
  // `proxy.example:3128` means an http: proxy, as for curl and pip.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const protocol = url?.protocol.replace("socks5h:", "socks5:") ?? "";
  if (url === undefined || url.host === "" || !["http:", "https:", "socks5:"].includes(protocol))
    throw new InvalidTransportSettings("the proxy's address cannot be used; expected http://HOST:PORT");
  const credentials = credentialsOf(url);
  return { address: `${protocol}//${url.host}`, ...(credentials === undefined ? {} : { credentials }) };
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Whether `NO_PROXY` names the URL's host: a domain and all below it (`example.org`, also `.example.org` and `*.example.org`),
 * an address, a network (`10.0.0.0/8`), each with a port where it matters, or `*` for everything.
 */
function goesPast({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const host = hostname.replaceAll(/^\[|\]$|\.$/g, "").toLowerCase();
  const ownPort = port === "" ? defaultPorts[protocol] : port;
  return noProxy.split(/[,\s]+/).some((entry) => {
    if (entry === "*") return true;
    // Two colons without brackets are an IPv6 address.
    const [, named = "", wantedPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [undefined, entry, undefined];
    if (wantedPort !== undefined && wantedPort !== ownPort) return false;
    const name = named.replaceAll(/^\[|\]$/g, "").toLowerCase();
    if (isIP(host) !== 0) return name === host || isWithin(host, name);
    const domain = name.replace(/^\*?\./, "");
    return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
  });
}

function isWithin(address: string, network: string): boolean {
  const [, base = "", bits = ""] = /^([^/]+)\/(\d+)$/.exec(network) ?? [];
  // To a list, an IPv4 address is an IPv6 address as well.
  if (isIP(base) !== isIP(address)) return false;
  const family = isIP(base) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  try {
    list.addSubnet(base, Number(bits), family);
  } catch {
    return false;
  }
  return list.check(address, family);
}
