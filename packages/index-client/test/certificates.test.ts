import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { selfSigned, temporaryFolder } from "@murre/test-kit";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createIndexClient, type NetworkSettings } from "../src/index.ts";

const pem = join(temporaryFolder(), "self-signed.pem");
writeFileSync(pem, selfSigned);

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer({ key: selfSigned, cert: selfSigned }, (_, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function ask(
  network: NetworkSettings,
  env: Readonly<Record<string, string>> = {},
  address = url,
): Promise<string> {
  const client = createIndexClient({
    locations: [],
    env,
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0, ...network },
  });
  try {
    return await client.text(address);
  } finally {
    await client.close();
  }
}

describe("a server is trusted", () => {
  test.each(["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])(
    "when its certificate is in %s",
    async (name) => {
      expect(await ask({}, { [name]: pem })).toBe("here");
    },
  );

  test("when its certificate is in a file of the folder SSL_CERT_DIR", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "own.pem"), selfSigned);
    expect(await ask({}, { SSL_CERT_DIR: folder })).toBe("here");
  });

  test("when the setting names its certificate, whatever the environment says", async () => {
    expect(await ask({ cert: pem }, { SSL_CERT_FILE: "/no/such/file" })).toBe("here");
  });

  test("when its host is a trusted one", async () => {
    expect(await ask({ trustedHosts: ["127.0.0.1"] })).toBe("here");
    expect(await ask({ trustedHosts: [new URL(url).host] })).toBe("here");
  });

  test("when the system trusts it and the setting says that this counts, unless another file is named", async () => {
    const store = tls as unknown as Record<string, unknown>;
    const own = store["getCACertificates"];
    store["getCACertificates"] = (kind: string) => (kind === "system" ? [selfSigned] : []);
    try {
      expect(await ask({ systemCerts: true })).toBe("here");
      const refused = { code: "MURRE_INVALID_TRANSPORT_SETTINGS" };
      await expect(ask({ systemCerts: true }, { SSL_CERT_FILE: "/no/such/file" })).rejects.toMatchObject(refused);
      await expect(ask({})).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
    } finally {
      if (own === undefined) delete store["getCACertificates"];
      else store["getCACertificates"] = own;
    }
  });

  test("and in no other case", async () => {
    await expect(ask({ trustedHosts: ["other"] })).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
  });
});

describe("the files of certificates", () => {
  test.each([
    ["no PEM", "certificates\n"],
    ["nothing", ""],
  ])("with %s are an error that says so", async (_, text) => {
    const file = join(temporaryFolder(), "ca.pem");
    writeFileSync(file, text);
    await expect(ask({}, { SSL_CERT_FILE: file })).rejects.toMatchObject({ code: "MURRE_INVALID_TRANSPORT_SETTINGS" });
  });

  test("make one context in a process, however many connections and clients there are", async () => {
    const made = vi.spyOn(tls, "createSecureContext");
    const other = join(temporaryFolder(), "other.pem");
    writeFileSync(other, `${selfSigned}\n`);
    try {
      const connections = async (env: Record<string, string>) => Promise.all([1, 2, 3].map(() => ask({}, env)));
      await connections({ PIP_CERT: "", SSL_CERT_FILE: other });
      await connections({ REQUESTS_CA_BUNDLE: other });
      await ask({ cert: other });
      expect(made.mock.calls.filter(([options]) => options?.ca !== undefined)).toHaveLength(1);
      // tls.connect makes one where it was given none.
      expect(made).toHaveBeenCalledTimes(1);
    } finally {
      made.mockRestore();
    }
  });
});

describe("RFC 8446: a server that wants a client's certificate", () => {
  const password = "pa55 word/of the key";
  const encrypted = createPrivateKey(selfSigned).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: password,
  });
  const certificate = selfSigned.slice(selfSigned.indexOf("-----BEGIN CERTIFICATE"));
  const folder = temporaryFolder();
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const good = file("good.pem", selfSigned);
  const turned = file("turned.pem", certificate + selfSigned.slice(0, selfSigned.indexOf(certificate)));
  const locked = file("locked.pem", certificate + String(encrypted));

  const asking = async (version: "TLSv1.2" | "TLSv1.3", network: NetworkSettings, env: Record<string, string>) => {
    const keys = { key: selfSigned, cert: selfSigned, ca: selfSigned };
    const versions = { minVersion: version, maxVersion: version } as const;
    const strict = createServer({ ...keys, ...versions, requestCert: true, rejectUnauthorized: true }, (_, response) =>
      response.end("known"),
    );
    await new Promise<void>((resolve) => strict.listen(0, "127.0.0.1", resolve));
    try {
      const address = `https://127.0.0.1:${(strict.address() as AddressInfo).port}/`;
      // An alert may come after what is sent; then the next attempt tells.
      return await ask({ cert: pem, retries: 3, ...network }, env, address);
    } finally {
      strict.closeAllConnections();
      strict.close();
    }
  };

  const cases: readonly [string, NetworkSettings, Record<string, string>][] = [
    ["the setting", { clientCert: good }, { SSL_CLIENT_CERT: "/no/such" }],
    ["the setting, the certificate before the key", { clientCert: turned }, {}],
    ["SSL_CLIENT_CERT", {}, { SSL_CLIENT_CERT: good }],
    ["SSL_CLIENT_CERT, with a password", {}, { SSL_CLIENT_CERT: locked, MURRE_CLIENT_CERT_PASSWORD: password }],
  ];
  test.each(cases)("gets that of %s", async (_, network, env) => {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) expect(await asking(version, network, env)).toBe("known");
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("and gets none: what helps is said, by %s", async (version) => {
    await expect(asking(version, { clientCert: "" }, { SSL_CLIENT_CERT: good })).rejects.toMatchObject({
      code: "MURRE_INDEX_UNREACHABLE",
      message: expect.stringMatching(/client's certificate.*--client-cert$/),
    });
  });

  test.each<[string, string, string, RegExp]>([
    ["no certificate", "key.pem", String(encrypted), /key.pem: it holds no certificate; expected PEM/],
    ["no key", "certificate.pem", certificate, /certificate.pem: it holds no key; expected PEM/],
    ["neither", "text.pem", "PKCS12?", /text.pem: it holds no certificate/],
    ["a password that nobody said", "locked.pem", certificate + String(encrypted), /MURRE_CLIENT_CERT_PASSWORD/],
  ])("a file with %s is an error that says so", async (_, name, text, message) => {
    await expect(ask({ cert: pem, clientCert: file(name, text) })).rejects.toMatchObject({
      code: "MURRE_INVALID_TRANSPORT_SETTINGS",
      message: expect.stringMatching(message),
    });
  });

  test("a password that is another one is not shown", async () => {
    const error = await ask({ cert: pem, clientCert: locked }, { MURRE_CLIENT_CERT_PASSWORD: "wr0ng" }).catch(String);
    expect(error).toContain("MURRE_CLIENT_CERT_PASSWORD is not the password of its key");
    expect(error).not.toContain("wr0ng");
  });
});

describe("of a failed handshake", () => {
  test.each<[string, NetworkSettings, string, RegExp]>([
    ["an authority that nobody trusts", {}, "127.0.0.1", /signed by nobody but itself; .*--cert or SSL_CERT_FILE/],
    ["another host's certificate", { cert: pem }, "127.0.0.2", /of another host; use a name that the certificate has$/],
  ])("it is said that it is %s", async (_, network, host, message) => {
    const other = createServer({ key: selfSigned, cert: selfSigned });
    await new Promise<void>((resolve) => other.listen(0, host, resolve));
    const address = `https://${host}:${(other.address() as AddressInfo).port}/`;
    await expect(ask(network, {}, address)).rejects.toThrow(message);
    await new Promise((resolve) => other.close(resolve));
  });

  test("it is said that the server does not speak TLS", async () => {
    const plain = createPlainServer((_, response) => response.end("plain"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const address = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    await expect(ask({}, {}, address)).rejects.toThrow(/is not TLS; is it the address of http: instead\?$/);
    await new Promise((resolve) => plain.close(resolve));
  });
});

describe("of a page by which a web server refuses the connection", () => {
  const refusing = async (status: number, type: string, text: string, headers: Record<string, string> = {}) => {
    const refuser = createPlainServer((_, response) =>
      response.writeHead(status, { "content-type": type, ...headers }).end(text),
    );
    await new Promise<void>((resolve) => refuser.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(refuser.address() as AddressInfo).port}/`;
    const error = await ask({}, {}, address).catch((thrown: Error) => thrown.message);
    refuser.closeAllConnections();
    refuser.close();
    return error;
  };

  test.each<[string, number, string, RegExp]>([
    [
      "nginx, nothing shown",
      400,
      "<html><head><title>400 No required SSL certificate was sent</title></head></html>",
      /status 400; it wants a client's certificate: .*--client-cert$/,
    ],
    [
      "nginx, another one",
      400,
      "<title>400 The SSL certificate error</title>",
      /does not accept the client's certificate/,
    ],
    [
      "nginx, without TLS",
      400,
      "<title>400 The plain HTTP request was sent to HTTPS port</title>",
      /write https: in its address$/,
    ],
    ["Go", 400, "Client sent an HTTP request to an HTTPS server.\n", /write https: in its address$/],
    [
      "Apache",
      400,
      "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
      /write https: in its address$/,
    ],
    ["IIS", 403, "<h2>403.7 - Forbidden: SSL client certificate is required.</h2>", /it wants a client's certificate/],
    ["something else", 400, "<title>400 Bad Request</title>", /status 400$/],
    ["something else, without end", 400, "x".repeat(1 << 20), /status 400$/],
    ["something else, forbidden", 403, "<h1>no</h1>", /status 403; the credentials/],
  ])("what helps is said: %s", async (_, status, text, message) => {
    expect(await refusing(status, "text/html", text)).toMatch(message);
  });

  test("what helps is said: squid, for a host that it lets nobody ask", async () => {
    const told = await refusing(403, "text/html", "<h1>Access Denied.</h1>", {
      "x-squid-error": "ERR_ACCESS_DENIED 0",
    });
    expect(told).toMatch(/status 403; it is the proxy that says so, and not the server: /);
  });
});
