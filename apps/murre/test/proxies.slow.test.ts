import {
  indexedWheel,
  selfSigned,
  serveFolder,
  serveProxy,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type ProxyOptions,
} from "@murre/test-kit";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allText, makeCommandWorld, succeeded } from "./command-world.ts";

// That each variable and setting is heeded, packages/index-client tests in its own process; here the bundle is, which takes undici apart.
const tls = { key: selfSigned, cert: selfSigned };
const folder = temporaryFolder("served");
const pem = join(folder, "own.pem");
const credentials = { username: "me", password: "secret" };
let plain: FolderServer;
let secure: FolderServer;

beforeAll(async () => {
  writeFileSync(pem, selfSigned);
  const [app, lib] = [
    { name: "app", version: "1.0", requiresDist: ["lib"] },
    { name: "lib", version: "1.0" },
  ];
  writeIndex(folder, await Promise.all([indexedWheel(app), indexedWheel(lib)]));
  const secured = { ...tls, ca: selfSigned, requestCert: true, rejectUnauthorized: false };
  [plain, secure] = [await serveFolder(folder), await serveFolder(folder, { tls: secured })];
});

afterAll(() => Promise.all([plain.close(), secure.close()]));

/** Installs in a new world. */
async function install(index: FolderServer, env: Record<string, string>) {
  const world = makeCommandWorld({ PIP_RETRIES: "1", ...env });
  const environment = await world.environment("env");
  const result = await environment.pip("install", "app", "-i", `${index.url}/simple`);
  return { result, installed: await environment.installed(), cached: allText(world.cache) };
}

const withPassword = (url: string, userinfo: string): string => url.replace("//", `//${userinfo}@`);

describe("murre pip install through a proxy", () => {
  const rows: readonly [string, ProxyOptions, (url: string) => Record<string, string>][] = [
    ["HTTPS_PROXY and SSL_CERT_FILE", {}, (url) => ({ HTTPS_PROXY: url, SSL_CERT_FILE: pem })],
    ["ALL_PROXY and REQUESTS_CA_BUNDLE", {}, (url) => ({ ALL_PROXY: url, REQUESTS_CA_BUNDLE: pem })],
    ["PIP_PROXY, PIP_CERT and PIP_CLIENT_CERT", {}, (url) => ({ PIP_PROXY: url, PIP_CERT: pem, PIP_CLIENT_CERT: pem })],
    ["PIP_TRUSTED_HOST", {}, (url) => ({ HTTPS_PROXY: url, PIP_TRUSTED_HOST: "127.0.0.1" })],
    ["credentials", { credentials }, (url) => ({ HTTPS_PROXY: withPassword(url, "me:secret"), SSL_CERT_FILE: pem })],
    ["TLS to the proxy", { tls }, (url) => ({ HTTPS_PROXY: url, SSL_CERT_FILE: pem })],
  ];
  test.each(rows)("%s", async (_, options, env) => {
    await using proxy = await serveProxy(options);
    const { result, installed, cached } = await install(secure, env(proxy.url));
    expect(succeeded(result).stderr).not.toMatch(/warning/i);
    expect(installed).toEqual(["app==1.0", "lib==1.0"]);
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${new URL(secure.url).host}`]));
    expect(cached).not.toContain("secret");
  });

  test("http: as requests for whole URLs", async () => {
    await using proxy = await serveProxy({ credentials });
    const { result, installed } = await install(plain, { HTTP_PROXY: withPassword(proxy.url, "me:secret") });
    succeeded(result);
    expect(installed).toEqual(["app==1.0", "lib==1.0"]);
    expect(proxy.requests).toContain(`GET ${plain.url}/simple/app/`);
  });

  test("NO_PROXY goes past it", async () => {
    await using proxy = await serveProxy();
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: "localhost,127.0.0.0/8", SSL_CERT_FILE: pem };
    succeeded((await install(secure, env)).result);
    expect(proxy.requests).toEqual([]);
  });

  test.each(["http", "https"])("%s: credentials that it refuses are said, and not shown", async (scheme) => {
    await using proxy = await serveProxy({ credentials });
    const env = { ALL_PROXY: withPassword(proxy.url, "me:wr0ng"), SSL_CERT_FILE: pem };
    const { result, cached } = await install(scheme === "http" ? plain : secure, env);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`by the proxy ${proxy.url}`);
    expect(result.stderr).toContain("407");
    expect(result.stdout + result.stderr + cached).not.toContain("wr0ng");
  });

  test("a proxy that is down is said", async () => {
    const proxy = await serveProxy();
    await proxy.close();
    const { result } = await install(secure, { HTTPS_PROXY: withPassword(proxy.url, "me:wr0ng"), SSL_CERT_FILE: pem });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`by the proxy ${proxy.url}: the connection was refused (tried 2 times in`);
    expect(result.stderr).not.toContain("wr0ng");
  });
});
