import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import { mergeOptions } from "../wanted/gather-requirements.ts";
import type { Said } from "./said.ts";

const nothing = mergeOptions([], []);

interface Row {
  readonly options: Said["options"];
  readonly variables?: Said["variables"];
  readonly pip?: Omit<Said["configuration"], "files">;
}

function decided({ options, variables = {}, pip = {} }: Row) {
  return decide({
    options,
    variables,
    configuration: { ...pip, files: [] },
    places: { cwd: "/project", home: "/home/me", platform: "linux" },
    userAgent: "murre/1",
    now: Date.UTC(2026, 2, 10),
    logFolder: "/logs",
  });
}

const said = <T>(value: T) => ({ value, origin: "pip.conf" });

describe("what options say of the network goes before pip's configuration", () => {
  const pip = {
    proxy: said("http://configured:1"),
    cert: said("/etc/ca.pem"),
    clientCert: said("/etc/me.pem"),
    timeoutSeconds: said(5),
    retries: said(1),
  };
  test.each<[string, Said["options"], object]>([
    ["a proxy", { proxy: "http://p:8080" }, { proxy: "http://p:8080" }],
    ["authorities, from where the command works", { cert: "ca.pem" }, { cert: resolve("/project", "ca.pem") }],
    ["a client's certificate", { clientCert: "/me.pem" }, { clientCert: resolve("/me.pem") }],
    ["no patience", { timeoutSeconds: 0.5, retries: 0 }, { silenceTimeoutMs: 500, retries: 0 }],
    ["the system's authorities", { systemCerts: true }, { systemCerts: true, cert: resolve("/etc/ca.pem") }],
    ["nothing", {}, { proxy: "http://configured:1", silenceTimeoutMs: 5000, retries: 1 }],
  ])("%s", (_, options, network) => {
    expect(decided({ options, pip }).network.network).toMatchObject(network);
  });

  test("trusted hosts add up, as in pip", () => {
    const row = { options: { trustedHosts: ["b:8443"] }, pip: { trustedHosts: said(["a"]) } };
    expect(decided(row).network.network?.trustedHosts).toEqual(["a", "b:8443"]);
  });

  test.each<[Said["options"], Record<string, string>, object]>([
    [{}, { UV_HTTP_TIMEOUT: "7", UV_HTTP_RETRIES: "0" }, { silenceTimeoutMs: 7000, retries: 0 }],
    [
      { retries: 3, timeoutSeconds: 2 },
      { UV_HTTP_TIMEOUT: "7", UV_HTTP_RETRIES: "0" },
      { silenceTimeoutMs: 2000, retries: 3 },
    ],
    [{}, { UV_HTTP_TIMEOUT: "soon", UV_HTTP_RETRIES: "-1" }, { silenceTimeoutMs: 5000, retries: 1 }],
    [{ trustedHosts: ["c"] }, { UV_INSECURE_HOST: "a b:8443" }, { trustedHosts: ["a", "b:8443", "c"] }],
    [{ isolated: true }, { UV_HTTP_TIMEOUT: "7", UV_INSECURE_HOST: "a" }, { silenceTimeoutMs: 5000, trustedHosts: [] }],
  ])("with %j, variables of uv go before pip's: %j", (options, variables, network) => {
    expect(decided({ options, variables, pip }).network.network).toMatchObject(network);
  });

  test("isolated, no variable counts, and pip's files do", () => {
    const row = { options: { isolated: true }, variables: { MURRE_NO_BUILD: "1" }, pip: { retries: said(2) } };
    expect(decided(row).network.network?.retries).toBe(2);
    expect(decided(row).search(nothing).build.isRefused).toBe(false);
  });
});

test.each<[Said["options"], unknown]>([
  [{ reinstall: ["Foo_Bar", "baz"] }, new Set(["foo-bar", "baz"])],
  [{ reinstall: [] }, new Set()],
  [{ reinstall: false }, new Set()],
])("with %j, what is installed again", (options, reinstalls) => {
  expect(decided({ options }).change.reinstalls).toEqual(reinstalls);
});

describe("settings for the builds of single projects", () => {
  const own = (configSettingsPackages: readonly string[], configSettings: readonly string[] = []) =>
    Object.fromEntries(
      decided({ options: { configSettingsPackages, configSettings } }).search(nothing).build.ownConfigSettings,
    );

  test.each<[readonly string[], readonly string[], object]>([
    [["Foo_Bar:k=v"], [], { "foo-bar": { k: "v" } }],
    [["a:k=v", "a:k=w", "b:u=https://h:1/"], [], { a: { k: ["v", "w"] }, b: { u: "https://h:1/" } }],
    [["a:k=v"], ["k=u", "o=p"], { a: { k: ["u", "v"], o: "p" } }],
  ])("%j, and %j for all", (words, all, expected) => {
    expect(JSON.parse(JSON.stringify(own(words, all)))).toEqual(expected);
  });

  test.each(["a", "a:k", ":k=v", "k=v"])("%s is none", (word) => {
    expect(() => own([word])).toThrow("expected NAME:KEY=VALUE");
  });
});
