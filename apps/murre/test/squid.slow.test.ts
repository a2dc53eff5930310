import { serveFolder, temporaryFolder, type FolderServer } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authority, serverCertificate, serverKey, writeFiles } from "./certificates.ts";
import { succeeded } from "./command-world.ts";
import { both, indexFolder, installServed } from "./served-installs.ts";
import { startProgram, type ListeningProgram } from "./web-servers.ts";

/** Debian's squid, or the one on the PATH; undefined where there is none. */
const squid = ["squid", "/usr/sbin/squid"].find((file) => spawnSync(file, ["-v"]).status === 0);
if (squid === undefined) console.log("squid is not installed: its tests are left out");

const files = writeFiles({ authority });
const password = "s3cr3t/w@rd";
const wrong = "wr0ng/w@rd";

/** Who says the right words: squid asks by a line for each, in which it encodes what it thinks has to be. */
const helper = `#!/bin/sh
while read -r words; do
  case "$words" in "me ${password}" | "me ${encodeURIComponent(password)}") echo OK ;; *) echo ERR ;; esac
done
`;

const configuration = (folder: string, port: number, blocked: string): string => `
http_port 127.0.0.1:${port}
visible_hostname localhost
pid_filename none
netdb_filename none
pinger_enable off
memory_cache_shared off
cache_log ${folder}/cache.log
logformat short %rm %ru %>Hs
access_log stdio:${folder}/access.log logformat=short
auth_param basic program ${folder}/helper
auth_param basic children 1 startup=1 idle=1
acl known proxy_auth REQUIRED
acl blocked port ${blocked}
http_access deny !known
http_access deny blocked
http_access allow known
`;

describe.skipIf(squid === undefined)("murre pip install through squid, which wants a name and a password", () => {
  let proxy: ListeningProgram;
  let plain: FolderServer;
  let secure: FolderServer;
  let blocked: FolderServer;
  let log: () => string[];

  beforeAll(async () => {
    const root = await indexFolder();
    const folder = temporaryFolder("squid");
    // Started by root, squid goes on as somebody who may less.
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, "helper"), helper);
    chmodSync(join(folder, "helper"), 0o755);
    const tls = { key: serverKey, cert: serverCertificate };
    [plain, secure, blocked] = [await serveFolder(root), await serveFolder(root, { tls }), await serveFolder(root)];
    const file = join(folder, "squid.conf");
    proxy = await startProgram(squid ?? "", (port) => {
      writeFileSync(file, configuration(folder, port, new URL(blocked.url).port));
      return ["-N", "-f", file];
    });
    let read = 0;
    log = () => {
      const lines = readFileSync(join(folder, "access.log"), "utf8").split("\n").slice(0, -1);
      const fresh = lines.slice(read);
      read = lines.length;
      return fresh;
    };
  });

  afterAll(async () => {
    for (const server of [plain, secure, blocked]) await server?.close();
    await proxy?.[Symbol.asyncDispose]();
  });

  const address = (secret?: string) =>
    `http://${secret === undefined ? "" : `me:${encodeURIComponent(secret)}@`}${proxy.host}`;
  const install = (index: FolderServer, env: NodeJS.ProcessEnv, words: string[] = []) =>
    installServed(`${index.url}/simple`, { env: { SSL_CERT_FILE: files.authority, PIP_RETRIES: "0", ...env }, words });

  test.each<[string, () => [NodeJS.ProcessEnv, string[]]]>([
    ["HTTP_PROXY", () => [{ HTTP_PROXY: address(password) }, []]],
    ["--proxy", () => [{}, ["--proxy", address(password)]]],
  ])("from an index of http:, by %s: as requests for whole URLs", async (_, how) => {
    const result = await install(plain, ...how());
    expect(succeeded(result).stderr).not.toMatch(/warning/i);
    expect(result.installed).toEqual(both);
    expect(log()).toContain(`GET ${plain.url}/simple/app/ 200`);
    expect(result.everything).not.toContain("s3cr3t");
  });

  test.each<[string, () => NodeJS.ProcessEnv]>([
    ["HTTPS_PROXY", () => ({ HTTPS_PROXY: address(password) })],
    ["PIP_PROXY", () => ({ PIP_PROXY: address(password) })],
  ])("from an index of https: with an own authority, by %s: in a tunnel", async (_, how) => {
    const result = await install(secure, how());
    expect(succeeded(result).stderr).not.toMatch(/warning/i);
    expect(result.installed).toEqual(both);
    expect(new Set(log())).toEqual(new Set([`CONNECT ${new URL(secure.url).host} 200`]));
    expect(result.everything).not.toContain("s3cr3t");
  });

  test("and trusts nobody more than without it", async () => {
    const { code, stderr } = await install(secure, { HTTPS_PROXY: address(password), SSL_CERT_FILE: "" });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not trusted; name a file of its authority by --cert/)]);
  });

  const refused: readonly [string, string, string | undefined][] = [
    ["http", "no password", undefined],
    ["https", "no password", undefined],
    ["http", "a wrong password", wrong],
    ["https", "a wrong password", wrong],
  ];
  test.each(refused)("from an index of %s: with %s: that is said once, without it", async (scheme, _, secret) => {
    const before = [plain.requests.length, secure.requests.length];
    log();
    const index = scheme === "http" ? plain : secure;
    const { code, installed, stderr, everything } = await install(index, { ALL_PROXY: address(secret) });
    expect([code, installed]).toEqual([1, []]);
    expect(stderr).toContain(`by the proxy http://${proxy.host}: it wants a name and a password, or other ones`);
    expect(everything).not.toContain("wr0ng");
    expect([plain.requests.length, secure.requests.length]).toEqual(before);
  });

  test("from an index that it does not let anybody ask: that is said", async () => {
    const { code, stderr } = await install(blocked, { HTTP_PROXY: address(password) });
    const told = "status 403; it is the proxy that says so, and not the server";
    expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
    expect(blocked.requests).toEqual([]);
  });

  test("NO_PROXY goes past it", async () => {
    log();
    const result = await install(secure, { HTTPS_PROXY: address(wrong), NO_PROXY: "127.0.0.1" });
    expect(succeeded(result)).toMatchObject({ installed: both });
    expect(log()).toEqual([]);
  });
});
