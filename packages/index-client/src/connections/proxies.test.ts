import { describe, expect, test } from "vitest";
import { proxyOf } from "./proxies.ts";

const env = (noProxy: string) => ({ ALL_PROXY: "proxy.test:3128", NO_PROXY: noProxy });

describe("NO_PROXY with addresses of IPv6, ports and dots", () => {
  test.each([
    ["http://[::1]/", "::1", true],
    ["http://[::1]:8080/", "[::1]", true],
    ["http://[::1]:8080/", "[::1]:8080", true],
    ["http://[::1]:8080/", "[::1]:80", false],
    ["http://[fd00::5]/", "fd00::/8", true],
    ["http://[fe80::5]/", "fd00::/8", false],
    ["http://10.1.2.3/", "10.0.0.0/8", true],
    ["http://10.1.2.3/", "::/0", false],
    ["https://host.test/", "host.test:443", true],
    ["https://host.test/", "host.test:80", false],
    ["https://host.test./", "host.test", true],
    ["https://a.host.test/", ".host.test", true],
    ["https://ahost.test/", "host.test", false],
    ["https://host.test/", ",, .", false],
  ])("%s with %s goes past the proxy: %s", (url, noProxy, goesPast) => {
    expect(proxyOf(new URL(url), { env: env(noProxy) }) === undefined).toBe(goesPast);
  });
});

describe("a proxy's address", () => {
  test.each([
    ["proxy.test:3128", "http://proxy.test:3128", undefined],
    ["https://me:secret@proxy.test", "https://proxy.test", { username: "me", password: "secret" }],
    ["me@proxy.test", "http://proxy.test", { username: "me", password: "" }],
    ["socks5h://proxy.test:1080", "socks5://proxy.test:1080", undefined],
    ["http://[::1]:3128/path", "http://[::1]:3128", undefined],
  ])("%s", (text, address, credentials) => {
    const expected = credentials === undefined ? { address } : { address, credentials };
    expect(proxyOf(new URL("https://host.test"), { env: {}, proxy: text })).toEqual(expected);
  });

  test.each([{}, { HTTPS_PROXY: "" }, { http_proxy: "proxy.test" }])(
    "with %o there is none for https:",
    (variables) => {
      expect(proxyOf(new URL("https://host.test"), { env: variables })).toBeUndefined();
    },
  );
});
