import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import {
  selfSigned,
  serveFolder,
  serveProxy,
  temporaryFolder,
  type FolderServer,
  type ProxyOptions,
} from "@murre/test-kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIndexClient, type NetworkSettings } from "../src/index.ts";

const folder = temporaryFolder("served");
mkdirSync(join(folder, "x"));
writeFileSync(join(folder, "here"), "here");
const pem = join(temporaryFolder(), "own.pem");
writeFileSync(pem, selfSigned);
const tls = { key: selfSigned, cert: selfSigned };

let plain: FolderServer;
let secure: FolderServer;

beforeAll(async () => {
  plain = await serveFolder(folder);
  secure = await serveFolder(folder, { tls });
});

afterAll(() => Promise.all([plain.close(), secure.close()]));

const clock = { now: Date.now, wait: async () => {} };

async function ask(url: string, env: Readonly<Record<string, string>>, network: NetworkSettings = {}): Promise<string> {
  const client = createIndexClient({ locations: [], env, home: "/nowhere", platform: "linux", network, clock });
  try {
    return await client.text(`${url}/here`);
  } finally {
    await client.close();
  }
}

const withPassword = (url: string, userinfo: string): string => url.replace("//", `//${userinfo}@`);
const hostOf = (url: string): string => new URL(url).host;

describe("https: goes through a tunnel, and what is in it only the index sees", () => {
  interface Case {
    readonly what: string;
    readonly proxy?: ProxyOptions;
    readonly env: (proxyUrl: string) => Record<string, string>;
    readonly network?: (proxyUrl: string) => NetworkSettings;
  }
  const trustsOwn = { SSL_CERT_FILE: pem };
  const cases: readonly Case[] = [
    { what: "HTTPS_PROXY", env: (url) => ({ HTTPS_PROXY: url, ...trustsOwn }) },
    { what: "https_proxy without a scheme", env: (url) => ({ https_proxy: hostOf(url), ...trustsOwn }) },
    { what: "ALL_PROXY", env: (url) => ({ ALL_PROXY: url, ...trustsOwn }) },
    {
      what: "all_proxy beside an HTTP_PROXY that is for http:",
      env: (url) => ({ all_proxy: url, HTTP_PROXY: "http://127.0.0.1:1", ...trustsOwn }),
    },
    {
      what: "the setting, whatever the variables say",
      env: () => ({ HTTPS_PROXY: "http://127.0.0.1:1", ...trustsOwn }),
      network: (proxy) => ({ proxy }),
    },
    { what: "the setting's own CA", env: (url) => ({ HTTPS_PROXY: url }), network: () => ({ cert: pem }) },
    {
      what: "a trusted host",
      env: (url) => ({ HTTPS_PROXY: url }),
      network: () => ({ trustedHosts: [hostOf(secure.url)] }),
    },
    {
      what: "credentials",
      proxy: { credentials: { username: "me", password: "secret" } },
      env: (url) => ({ HTTPS_PROXY: withPassword(url, "me:secret"), ...trustsOwn }),
    },
    {
      what: "credentials that are encoded in the address",
      proxy: { credentials: { username: "a@b", password: "p:/w%" } },
      env: (url) => ({ HTTPS_PROXY: withPassword(url, "a%40b:p%3A%2Fw%25"), ...trustsOwn }),
    },
    {
      what: "a name without a password",
      proxy: { credentials: { username: "token", password: "" } },
      env: (url) => ({ HTTPS_PROXY: withPassword(url, "token"), ...trustsOwn }),
    },
    { what: "a proxy that is spoken to over TLS", proxy: { tls }, env: (url) => ({ HTTPS_PROXY: url, ...trustsOwn }) },
    {
      what: "a proxy over TLS that is a trusted host, and an index that is",
      proxy: { tls },
      env: (url) => ({ HTTPS_PROXY: url }),
      network: (proxy) => ({ trustedHosts: [hostOf(proxy), hostOf(secure.url)] }),
    },
    {
      what: "a proxy over TLS with credentials, by name",
      proxy: { tls, credentials: { username: "me", password: "secret" } },
      env: (url) => ({ HTTPS_PROXY: withPassword(url, "me:secret").replace("127.0.0.1", "localhost"), ...trustsOwn }),
    },
    {
      what: "a proxy that is busy twice",
      proxy: { refusals: [503, 502] },
      env: (url) => ({ HTTPS_PROXY: url, ...trustsOwn }),
    },
  ];
  test.each(cases)("$what", async ({ proxy: options, env, network }) => {
    await using proxy = await serveProxy(options);
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    expect(await ask(secure.url, env(proxy.url), network?.(proxy.url))).toBe("here");
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${hostOf(secure.url)}`]));
  });

  test("a client's certificate is shown to the index, and not to the proxy", async () => {
    const seen: string[] = [];
    const wanted = { ...tls, ca: selfSigned, requestCert: true };
    const index = createTlsServer({ ...wanted, rejectUnauthorized: true }, (_, response) => response.end("known"));
    const url = await listen(index);
    await using proxy = await serveProxy({
      tls: { ...wanted, rejectUnauthorized: false },
      onClient: (name) => seen.push(name),
    });
    const env = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: pem };
    try {
      expect(await ask(`https://${url}`, env, { clientCert: pem })).toBe("known");
      await expect(ask(`https://${url}`, env, { retries: 0 })).rejects.toMatchObject({
        code: "MURRE_INDEX_UNREACHABLE",
      });
    } finally {
      index.close();
    }
    expect(new Set(seen)).toEqual(new Set(["nobody"]));
  });

  test("many requests share few tunnels", async () => {
    await using proxy = await serveProxy();
    const client = createIndexClient({
      locations: [],
      env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: pem },
      home: "/nowhere",
      platform: "linux",
      network: { connections: 3 },
    });
    await Promise.all(Array.from({ length: 30 }, () => client.text(`${secure.url}/here`)));
    await client.close();
    expect(proxy.requests.length).toBeLessThanOrEqual(3);
  });
});

describe("http: is asked of the proxy as a request for the whole URL", () => {
  test.each([
    ["HTTP_PROXY", (url: string) => ({ HTTP_PROXY: url })],
    ["ALL_PROXY", (url: string) => ({ ALL_PROXY: url })],
    ["http_proxy before HTTP_PROXY", (url: string) => ({ HTTP_PROXY: "http://127.0.0.1:1", http_proxy: url })],
  ])("%s", async (_, env) => {
    await using proxy = await serveProxy({ credentials: { username: "me", password: "secret" } });
    expect(await ask(plain.url, env(withPassword(proxy.url, "me:secret")))).toBe("here");
    expect(proxy.requests).toEqual([`GET ${plain.url}/here`]);
  });

  test("HTTPS_PROXY is not for it, nor HTTP_PROXY for https:", async () => {
    const env = { HTTPS_PROXY: "http://127.0.0.1:1" };
    expect(await ask(plain.url, env)).toBe("here");
    expect(await ask(secure.url, { HTTP_PROXY: "http://127.0.0.1:1", SSL_CERT_FILE: pem })).toBe("here");
  });
});

describe("NO_PROXY", () => {
  const address = "127.0.0.1";
  const port = () => new URL(secure.url).port;
  test.each<[string, () => string, "past" | "through"]>([
    ["*", () => "*", "past"],
    ["the address", () => address, "past"],
    ["the address among others, with blanks", () => `other.test, ${address} ,more.test`, "past"],
    ["the address with its port", () => `${address}:${port()}`, "past"],
    ["the address with another port", () => `${address}:1`, "through"],
    ["its network", () => "127.0.0.0/8", "past"],
    ["another network", () => "10.0.0.0/8", "through"],
    ["a damaged network", () => "127.0.0.0/x,127.0.0.1/99,::1/8", "through"],
    ["an ending of the address", () => "0.0.1", "through"],
    ["nothing", () => "", "through"],
  ])("%s", async (_, noProxy, way) => {
    await using proxy = await serveProxy();
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: noProxy(), SSL_CERT_FILE: pem };
    expect(await ask(secure.url, env)).toBe("here");
    expect(proxy.requests).toHaveLength(way === "past" ? 0 : 1);
  });

  test.each([
    ["index.test", "past"],
    ["INDEX.test", "past"],
    [".index.test", "past"],
    ["*.test", "past"],
    ["test", "past"],
    ["dex.test", "through"],
    ["index.test.org", "through"],
    ["index.test:443", "through"],
  ])("%s: the host index.test is asked for %s", async (noProxy, way) => {
    await using proxy = await serveProxy({ hosts: { "index.test": address } });
    const url = `https://index.test:${port()}`;
    const variables = { ALL_PROXY: proxy.url, NO_PROXY: noProxy, SSL_CERT_FILE: pem };
    const answer = await ask(url, variables, { retries: 0 }).catch((error: { code: string }) => error.code);
    // The name leads nowhere but through the proxy.
    expect(answer).toBe(way === "through" ? "here" : "MURRE_INDEX_UNREACHABLE");
    expect(proxy.requests).toEqual(way === "through" ? [`CONNECT index.test:${port()}`] : []);
  });
});

describe("what goes wrong is said, with the proxy's address and without its credentials", () => {
  const credentials = { username: "me", password: "secret" };

  async function failure(asked: Promise<unknown>): Promise<string> {
    const error = await asked.then(
      () => new Error("it succeeded"),
      (thrown: Error & { code?: string }) => thrown,
    );
    return `${(error as { code?: string }).code}: ${error.message} ${String(error.cause)}`;
  }

  test.each([
    ["https", "wr0ng"],
    ["https", ""],
    ["http", "wr0ng"],
    ["http", ""],
  ])("%s: with the password '%s' is refused at once", async (scheme, password) => {
    await using proxy = await serveProxy({ credentials });
    const url = scheme === "https" ? secure.url : plain.url;
    const proxyUrl = password === "" ? proxy.url : withPassword(proxy.url, `me:${password}`);
    const said = await failure(ask(url, { ALL_PROXY: proxyUrl, SSL_CERT_FILE: pem }));
    expect(said).toMatch(/^MURRE_INDEX_UNREACHABLE: .*by the proxy http:\/\/127.*a name and a password.*407/);
    expect(said).toContain(proxy.url);
    expect(said).not.toContain("wr0ng");
    expect(proxy.requests).toHaveLength(1);
  });

  test.each(["http", "https"])("%s: a proxy that is down", async (scheme) => {
    const proxy = await serveProxy();
    await proxy.close();
    const env = { ALL_PROXY: withPassword(proxy.url, "me:wr0ng"), SSL_CERT_FILE: pem };
    const said = await failure(ask(scheme === "https" ? secure.url : plain.url, env));
    expect(said).toContain(`by the proxy ${proxy.url}: the connection was refused (tried 6 times in `);
    expect(said).not.toContain("wr0ng");
  });

  test("a proxy that may not go there", async () => {
    await using proxy = await serveProxy({ refusals: [403] });
    const said = await failure(ask(secure.url, { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: pem }));
    expect(said).toContain(`by the proxy ${proxy.url}: it answered with status 403`);
  });

  test("a proxy that says nothing", async () => {
    const silent = createServer().on("connect", () => {});
    const url = await listen(silent);
    const env = { HTTPS_PROXY: url, SSL_CERT_FILE: pem };
    const said = await failure(ask(secure.url, env, { retries: 0, silenceTimeoutMs: 50 }));
    silent.closeAllConnections();
    silent.close();
    expect(said).toContain("no answer within the time limit");
  });

  test("a proxy over TLS that nobody trusts, although the index is a trusted host", async () => {
    await using proxy = await serveProxy({ tls });
    const said = await failure(ask(secure.url, { HTTPS_PROXY: proxy.url }, { trustedHosts: [hostOf(secure.url)] }));
    expect(said).toMatch(/MURRE_INDEX_UNREACHABLE.*self-signed certificate/);
  });

  test("an index that nobody trusts, through a proxy", async () => {
    await using proxy = await serveProxy();
    expect(await failure(ask(secure.url, { HTTPS_PROXY: proxy.url }))).toMatch(/self-signed certificate/);
  });

  test.each(["ftp://proxy.test:21", "http://", "socks4://proxy.test", "http://me:wr0ng@proxy.test:port"])(
    "the address %s",
    async (address) => {
      const said = await failure(ask(secure.url, { HTTPS_PROXY: address }));
      expect(said).toMatch(/^MURRE_INVALID_TRANSPORT_SETTINGS: /);
      expect(said).not.toContain("wr0ng");
    },
  );
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
