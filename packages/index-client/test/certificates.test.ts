import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIndexClient, type NetworkSettings } from "../src/index.ts";

/** A key and a certificate for 127.0.0.1 that it signed itself; they protect nothing. */
const pem = fileURLToPath(new URL("self-signed.pem", import.meta.url));

let server: Server;
let url: string;

beforeAll(async () => {
  const text = readFileSync(pem);
  server = createServer({ key: text, cert: text }, (_, response) => response.end("here"));
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
    writeFileSync(join(folder, "own.pem"), readFileSync(pem));
    expect(await ask({}, { SSL_CERT_DIR: folder })).toBe("here");
  });

  test("when the setting names its certificate, whatever the environment says", async () => {
    expect(await ask({ cert: pem }, { SSL_CERT_FILE: "/no/such/file" })).toBe("here");
  });

  test("when its host is a trusted one", async () => {
    expect(await ask({ trustedHosts: ["127.0.0.1"] })).toBe("here");
    expect(await ask({ trustedHosts: [new URL(url).host] })).toBe("here");
  });

  test("and in no other case", async () => {
    await expect(ask({ trustedHosts: ["other"] })).rejects.toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
  });
});
