import { selfSigned } from "@murre/test-kit";
import { createPrivateKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authority, clientCertificate, clientKey, serverCertificate, serverKey, writeFiles } from "./certificates.ts";
import { succeeded } from "./command-world.ts";
import { both, closingServers, indexFolder, installServed, specs } from "./served-installs.ts";
import { findNginx, nginxServer, startNginxServers, type WebServer } from "./web-servers.ts";

const nginx = findNginx();
if (nginx === undefined) console.log("nginx is not installed: its tests are left out");

const password = "pa55 word/of the key";
const unlocked = { MURRE_CLIENT_CERT_PASSWORD: password };
const encrypted = createPrivateKey(clientKey).export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: password,
}) as string;
const files = writeFiles({
  authority,
  serverKey,
  serverCertificate,
  stranger: selfSigned,
  client: clientCertificate + clientKey,
  keyFirst: clientKey + clientCertificate,
  withoutKey: clientCertificate,
  otherKey: clientCertificate + serverKey,
  encrypted: clientCertificate + encrypted,
});

const keys = `ssl_certificate ${files.serverCertificate}; ssl_certificate_key ${files.serverKey};`;
const opened = closingServers();

/** An index behind TLS. */
async function serve(directives: string, wheels = specs, words = "ssl"): Promise<WebServer> {
  const root = await indexFolder(wheels);
  const server = await startNginxServers(nginx ?? "", 1, ([port]) =>
    nginxServer(port, `root ${root}; ${keys} ${directives}`, words),
  );
  return opened({ ...server, url: server.url.replace("http:", "https:") });
}

/** What nginx says of all its answers so far: the versions of HTTP and TLS. */
const spoken = async (server: WebServer): Promise<string[]> => [
  ...new Set((await server.requests()).map(({ said = [] }) => `${said[0]} ${said[1]}`)),
];

const install = (server: WebServer, env: Record<string, string>, words: readonly string[] = []) =>
  installServed(`${server.url}/simple`, { env, words });

describe.skipIf(nginx === undefined)("murre pip install from nginx with a certificate of an own authority", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["--cert", {}, ["--cert", files.authority]],
    ["PIP_CERT", { PIP_CERT: files.authority }, []],
    ["SSL_CERT_FILE", { SSL_CERT_FILE: files.authority }, []],
  ])("that %s names", async (_, env, words) => {
    const server = await serve("ssl_protocols TLSv1.2 TLSv1.3;");
    const result = await install(server, env, words);
    expect(succeeded(result).stderr).not.toMatch(/warning/i);
    expect(result.installed).toEqual(both);
    expect(await spoken(server)).toEqual(["HTTP/1.1 TLSv1.3"]);
  });

  test.each<[string, Record<string, string>]>([
    ["no file", {}],
    ["a file of another authority", { SSL_CERT_FILE: files.stranger }],
  ])("that %s names: what helps is said", async (_, env) => {
    const server = await serve("");
    const { code, stderr, installed } = await install(server, env);
    expect([code, installed, await server.requests()]).toEqual([1, [], []]);
    expect(stderr).toContain("its certificate is of an authority that is not trusted");
    expect(stderr).toMatch(/^error: .*; name a file of its authority by --cert or SSL_CERT_FILE, or /);
    expect(stderr).not.toContain("tried");
  });

  test("and is asked without TLS: what helps is said", async () => {
    const server = await serve("");
    const { code, stderr } = await installServed(`${server.url.replace("https:", "http:")}/simple`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("write https: in its address")]);
  });
});

describe.skipIf(nginx === undefined)("murre pip install from nginx that asks for a client's certificate", () => {
  const asks = `ssl_verify_client on; ssl_client_certificate ${files.authority};`;
  const trusting = { SSL_CERT_FILE: files.authority };

  test.each<[string, string, Record<string, string>, string[]]>([
    ["--client-cert", "TLSv1.3", {}, ["--client-cert", files.client]],
    ["PIP_CLIENT_CERT, the key first", "TLSv1.2", { PIP_CLIENT_CERT: files.keyFirst }, []],
    ["SSL_CLIENT_CERT", "TLSv1.3", { SSL_CLIENT_CERT: files.client }, []],
    ["SSL_CLIENT_CERT and a password", "TLSv1.2", { SSL_CLIENT_CERT: files.encrypted, ...unlocked }, []],
    ["both", "TLSv1.3", { PIP_CLIENT_CERT: files.client, SSL_CLIENT_CERT: files.stranger }, []],
  ])("and gets that of %s, over %s", async (_, version, env, words) => {
    const server = await serve(`${asks} ssl_protocols ${version};`);
    const result = await install(server, { ...trusting, ...env }, words);
    succeeded(result);
    expect(result.installed).toEqual(both);
    expect(await spoken(server)).toEqual([`HTTP/1.1 ${version}`]);
    expect(result.everything).not.toContain(password);
  });

  test.each<[string, string, Record<string, string>, string, number]>([
    ["none", "TLSv1.2", {}, "400; it wants a client's certificate: name a file with", 1],
    ["none", "TLSv1.3", {}, "400; it wants a client's certificate: name a file with", 1],
    ["a stranger's", "TLSv1.2", { PIP_CLIENT_CERT: files.stranger }, "400; it does not accept the client's", 1],
    ["a stranger's", "TLSv1.3", { SSL_CLIENT_CERT: files.stranger }, "400; it does not accept the client's", 1],
    ["one without key", "TLSv1.3", { PIP_CLIENT_CERT: files.withoutKey }, "it holds no key; expected PEM", 0],
    ["a key alone", "TLSv1.3", { PIP_CLIENT_CERT: files.serverKey }, "it holds no certificate; expected PEM", 0],
    ["another key", "TLSv1.3", { PIP_CLIENT_CERT: files.otherKey }, "its key is not that of its first certificate", 0],
    ["a locked key", "TLSv1.3", { PIP_CLIENT_CERT: files.encrypted }, "say it by MURRE_CLIENT_CERT_PASSWORD, or", 0],
    ["no file", "TLSv1.3", { PIP_CLIENT_CERT: "/no/such.pem" }, "/no/such.pem: the certificates cannot be read", 0],
  ])("and gets %s, over %s: what helps is said", async (_, version, env, message, requests) => {
    const server = await serve(`${asks} ssl_protocols ${version};`);
    const { code, installed, stderr } = await install(server, { ...trusting, ...env });
    expect([code, installed, stderr]).toEqual([1, [], expect.stringContaining(message)]);
    expect(await server.requests()).toHaveLength(requests);
  });
});

describe.skipIf(nginx === undefined)("murre pip install from nginx over HTTP/2", () => {
  const names = Array.from({ length: 60 }, (_, i) => `part-${i}`);
  const parts = names.map((name, i) => ({ name, version: `1.${i}`, requiresDist: names.slice(2 * i + 1, 2 * i + 3) }));
  const wanted = parts.map(({ name, version }) => `${name.replace("-", "_")}==${version}`).toSorted();

  // So a connection ends with many requests on it, which are not at fault: each is asked once, and no more.
  test.each([
    ["that takes four streams at once", "http2_max_concurrent_streams 4;"],
    ["that takes 20 requests on each connection", "http2_max_concurrent_streams 4; keepalive_requests 20;"],
    ["that takes one request on each connection", "keepalive_requests 1;"],
  ])("%s: 60 projects come, without retries", async (_, limits) => {
    const server = await serve(`ssl_protocols TLSv1.3; ${limits}`, parts, "ssl http2");
    const env = { SSL_CERT_FILE: files.authority, PIP_RETRIES: "0" };
    const result = await installServed(`${server.url}/simple`, { env, what: ["part-0"] });
    succeeded(result);
    expect(result.installed).toEqual(wanted);
    expect(await spoken(server)).toContain("HTTP/2.0 TLSv1.3");
  });
});
