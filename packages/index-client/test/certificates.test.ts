import { writeFileSync } from "node:fs";
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

async function ask(network: NetworkSettings, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const client = createIndexClient({
    locations: [],
    env,
    home: "/nowhere",
    platform: "linux",
    network: { retries: 0, ...network },
  });
  try {
    return await client.text(url);
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
