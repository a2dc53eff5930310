import { normalizeName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import { mergeOptions } from "../wanted/gather-requirements.ts";
import type { Said } from "./said.ts";

type Options = Said["options"];
type Configuration = Omit<Said["configuration"], "files">;

/** What is said in one place or another; what is left out is not said. */
interface Row {
  readonly options?: Options;
  readonly inFiles?: Partial<FileOptions>;
  readonly variables?: Said["variables"];
  readonly pip?: Configuration;
}

const nothing = mergeOptions([], []);

function decided({ options = {}, variables = {}, pip = {} }: Row) {
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

const searched = (row: Row) => decided(row).search({ ...nothing, ...row.inFiles });
const said = <T>(value: T) => ({ value, origin: "pip.conf" });
const inFile = <T>(value: T) => ({ value, origin: { file: "r.txt", line: 1 } });
const flagsAt = (name: string) => `https://${name}/`;

describe("where nothing is said", () => {
  test("everything has its default", () => {
    const decisions = decided({});
    expect(decisions).toMatchObject({
      constraintFiles: [],
      followsDependencies: true,
      isRecordStrict: false,
      change: {
        isDryRun: false,
        reinstalls: new Set(),
        compiles: false,
        linkMode: "auto",
        unowned: "refuse",
        leavesNoState: false,
      },
    });
    const { indexes, files, build, requiresHashes } = decisions.search(nothing);
    expect(indexes.strategy).toBe("unsafe-best-match");
    expect(indexes.locations).toEqual([
      { kind: "simple", url: expect.stringMatching(/^https:.*\/simple\/$/), origin: "default" },
    ]);
    expect(files).toMatchObject({ prereleases: "if-necessary-or-explicit", followsUrls: true });
    expect(files.formats(normalizeName("x"))).toBe("any");
    expect(build).toMatchObject({
      isRefused: false,
      isIsolated: true,
      configSettings: {},
      constraintFiles: [],
      timeoutMs: 14_400_000,
      logFolder: "/logs",
    });
    expect(requiresHashes).toBe(false);
  });
});

describe("where to look", () => {
  const four: Row = {
    options: { indexUrl: flagsAt("flag"), extraIndexUrls: [flagsAt("flag-extra")] },
    inFiles: { indexUrl: inFile(flagsAt("file")), extraIndexUrls: [inFile(flagsAt("file-extra"))] },
    pip: { indexUrl: said(flagsAt("pip")), extraIndexUrls: said([flagsAt("pip-extra")]) },
  };

  test.each<readonly [string, Row, readonly string[], string]>([
    ["pip's configuration", { pip: four.pip ?? {} }, ["pip", "pip-extra"], "unsafe-best-match"],
    [
      "the index of a file replaces the configured ones, extra ones are added",
      { inFiles: four.inFiles ?? {}, pip: four.pip ?? {} },
      ["file", "file-extra"],
      "unsafe-best-match",
    ],
    ["a flag goes before both", four, ["flag", "file-extra", "flag-extra"], "unsafe-best-match"],
    [
      "extra indexes of a flag are added to those of the configuration",
      { options: { extraIndexUrls: [flagsAt("flag-extra")] }, pip: four.pip ?? {} },
      ["pip", "pip-extra", "flag-extra"],
      "unsafe-best-match",
    ],
    [
      "MURRE_INDEX makes an order before pip's",
      { variables: { MURRE_INDEX: `${flagsAt("a")} ${flagsAt("b")}` }, pip: four.pip ?? {} },
      ["a", "b", "pip-extra", "pip"],
      "first-index",
    ],
    [
      "--index goes before MURRE_INDEX, MURRE_DEFAULT_INDEX before pip's index",
      {
        options: { indexes: [flagsAt("flag")] },
        variables: { MURRE_INDEX: flagsAt("a"), MURRE_DEFAULT_INDEX: flagsAt("default") },
        pip: { indexUrl: said(flagsAt("pip")) },
      },
      ["flag", "default"],
      "first-index",
    ],
    [
      "--default-index goes before --index-url and MURRE_DEFAULT_INDEX",
      {
        options: { defaultIndex: flagsAt("flag"), indexUrl: flagsAt("pips-flag") },
        variables: { MURRE_DEFAULT_INDEX: flagsAt("default") },
      },
      ["flag"],
      "first-index",
    ],
    [
      "--index-strategy goes before MURRE_INDEX_STRATEGY",
      {
        options: { indexUrl: flagsAt("flag"), indexStrategy: "unsafe-first-match" },
        variables: { MURRE_INDEX_STRATEGY: "first-index" },
      },
      ["flag"],
      "unsafe-first-match",
    ],
    [
      "MURRE_INDEX_STRATEGY goes before the strategy of where the indexes come from",
      {
        variables: {
          MURRE_INDEX: flagsAt("a"),
          MURRE_DEFAULT_INDEX: flagsAt("b"),
          MURRE_INDEX_STRATEGY: "unsafe-best-match",
        },
      },
      ["a", "b"],
      "unsafe-best-match",
    ],
    [
      "a strategy that there is not is none",
      { variables: { MURRE_INDEX_STRATEGY: "first" }, options: { indexUrl: flagsAt("flag") } },
      ["flag"],
      "unsafe-best-match",
    ],
    ["no index, as a flag says", { ...four, options: { noIndex: true } }, [], "unsafe-best-match"],
    ["no index, as a file says", { ...four, inFiles: { noIndex: true } }, [], "unsafe-best-match"],
    [
      "no index, as pip's configuration says",
      { options: { indexes: [flagsAt("a")] }, pip: { noIndex: said(true) } },
      [],
      "first-index",
    ],
  ])("%s", (_, row, hosts, strategy) => {
    const { locations, strategy: found } = searched(row).indexes;
    expect([locations.map(({ url }) => new URL(url).host), found]).toEqual([hosts, strategy]);
  });

  test("places with links are added up: pip's, the file's, MURRE_FIND_LINKS, the flag's", () => {
    const { locations } = searched({
      options: { findLinks: ["flag"], noIndex: true },
      inFiles: { findLinks: [inFile("/file")] },
      variables: { MURRE_FIND_LINKS: "~/a b" },
      pip: { findLinks: said(["pip"]) },
    }).indexes;
    expect(locations.map(({ url }) => url.slice("file://".length))).toEqual([
      "/project/pip",
      "/file",
      "/home/me/a",
      "/project/b",
      "/project/flag",
    ]);
  });
});

describe("what may be taken", () => {
  const format = (option: "onlyBinary" | "noBinary", value: string) => ({ ...inFile(value), option });

  test.each<readonly [string, Row, string]>([
    ["pip's configuration", { pip: { formatControl: said({ onlyBinary: ["x"], noBinary: [] }) } }, "wheels"],
    [
      "a file goes before it",
      {
        inFiles: { formats: [format("noBinary", "x")] },
        pip: { formatControl: said({ onlyBinary: ["x"], noBinary: [] }) },
      },
      "sdists",
    ],
    [
      "the later line of a file counts",
      { inFiles: { formats: [format("noBinary", "x"), format("onlyBinary", "x")] } },
      "wheels",
    ],
    [
      "a flag goes before a file",
      { options: { onlyBinary: ["x"] }, inFiles: { formats: [format("noBinary", "x")] } },
      "wheels",
    ],
    ["of other projects nothing is said", { options: { onlyBinary: ["y"] } }, "any"],
    [":all: means each", { options: { noBinary: [":all:"] } }, "sdists"],
    ["nothing is built: --no-build goes before --no-binary", { options: { noBuild: true, noBinary: ["x"] } }, "wheels"],
    ["MURRE_NO_BUILD does as well", { variables: { MURRE_NO_BUILD: "1" }, options: { noBinary: ["x"] } }, "wheels"],
    ["but for a flag that says otherwise", { variables: { MURRE_NO_BUILD: "1" }, options: { noBuild: false } }, "any"],
  ])("formats: %s", (_, row, formats) => {
    expect(searched(row).files.formats(normalizeName("x"))).toBe(formats);
  });

  test.each<readonly [Row, string]>([
    [{ options: { prereleases: true } }, "allow"],
    [{ inFiles: { pre: true } }, "allow"],
    [{ pip: { pre: said(true) } }, "allow"],
    [{ options: { prereleases: false }, inFiles: { pre: true }, pip: { pre: said(true) } }, "if-necessary-or-explicit"],
    [{ pip: { pre: said(false) } }, "if-necessary-or-explicit"],
    [{ options: { prerelease: "disallow", prereleases: true } }, "disallow"],
    [{ variables: { MURRE_PRERELEASE: "explicit" }, pip: { pre: said(true) } }, "explicit"],
    [{ variables: { MURRE_PRERELEASE: "explicit" }, inFiles: { pre: true } }, "allow"],
  ])("pre-releases with %j: %s", (row, prereleases) => {
    expect(searched(row).files.prereleases).toBe(prereleases);
  });

  test.each<readonly [Row, boolean]>([
    [{ variables: { MURRE_NO_TRANSITIVE_URLS: "1" } }, false],
    [{ variables: { MURRE_NO_TRANSITIVE_URLS: "off" } }, true],
    [{ variables: { MURRE_NO_TRANSITIVE_URLS: "1" }, options: { transitiveUrls: true } }, true],
    [{ options: { transitiveUrls: false } }, false],
  ])("URLs in metadata with %j: %s", (row, followsUrls) => {
    expect(searched(row).files.followsUrls).toBe(followsUrls);
  });

  test("requirements files say nothing of what builds require", () => {
    const { build } = searched({
      inFiles: { pre: true, formats: [format("noBinary", ":all:")] },
      options: { onlyBinary: ["y"] },
    });
    const formats = ["x", "y"].map((name) => build.files.formats(normalizeName(name)));
    expect([build.files.prereleases, ...formats]).toEqual(["if-necessary-or-explicit", "any", "wheels"]);
  });

  test.each<readonly [Row, boolean]>([
    [{ options: { requireHashes: true } }, true],
    [{ inFiles: { requireHashes: true } }, true],
    [{ pip: { requireHashes: said(true) } }, true],
    [{ options: { requireHashes: false }, pip: { requireHashes: said(true) } }, true],
    [{ options: { requireHashes: false } }, false],
  ])("hashes are required with %j: %s (whoever asks for them)", (row, requiresHashes) => {
    expect(searched(row).requiresHashes).toBe(requiresHashes);
  });
});

describe("builds", () => {
  test("are decided by flags, then MURRE_*, then PIP_*", () => {
    const variables = {
      PIP_BUILD_CONSTRAINT: "pip.txt other.txt",
      PIP_CONFIG_SETTINGS: "a=1 a=2",
      MURRE_CONFIG_SETTINGS: "b=1",
      MURRE_BUILD_TIMEOUT: "60",
    };
    expect(searched({ variables }).build).toMatchObject({
      constraintFiles: ["pip.txt", "other.txt"],
      configSettings: { b: "1" },
      timeoutMs: 60_000,
    });
    const options = { configSettings: ["c=x=y", "c=z"], buildConstraintFiles: ["flag.txt"], buildTimeoutSeconds: 0 };
    expect(searched({ variables, options }).build).toMatchObject({
      constraintFiles: ["flag.txt"],
      configSettings: { c: ["x=y", "z"] },
      timeoutMs: undefined,
    });
  });

  test.each<readonly [Said["variables"], boolean]>([
    [{ MURRE_NO_BUILD_ISOLATION: "1" }, false],
    [{ MURRE_NO_BUILD_ISOLATION: "0" }, true],
    // pip reads this variable as the value of "build isolation" itself.
    [{ PIP_NO_BUILD_ISOLATION: "0" }, false],
    [{ PIP_NO_BUILD_ISOLATION: "false" }, false],
    [{ PIP_NO_BUILD_ISOLATION: "1" }, true],
    [{ PIP_NO_BUILD_ISOLATION: "0", MURRE_NO_BUILD_ISOLATION: "no" }, true],
  ])("isolation with %j: %s", (variables, isIsolated) => {
    expect(searched({ variables }).build.isIsolated).toBe(isIsolated);
    expect(searched({ variables, options: { buildIsolation: !isIsolated } }).build.isIsolated).toBe(!isIsolated);
  });

  test.each<readonly [Row, boolean]>([
    [{ variables: { MURRE_NO_BUILD: "1" } }, true],
    [{ variables: { MURRE_NO_BUILD: "0" } }, false],
    [{ variables: { MURRE_NO_BUILD: "1" }, options: { noBuild: false } }, false],
    [{ options: { noBuild: true } }, true],
  ])("are refused with %j: %s", (row, isRefused) => {
    expect(searched(row).build.isRefused).toBe(isRefused);
  });

  test.each<readonly [Row]>([
    [{ options: { configSettings: ["=1"] } }],
    [{ variables: { PIP_CONFIG_SETTINGS: "word" } }],
    [{ variables: { MURRE_BUILD_TIMEOUT: "soon" } }],
    [{ options: { buildTimeoutSeconds: -1 } }],
  ])("what means nothing is refused where something is searched, and not before: %j", (row) => {
    expect(() => decided(row)).not.toThrow();
    expect(() => searched(row)).toThrow(expect.objectContaining({ code: "MURRE_BUILD_OPTION" }));
  });
});

describe("the rest", () => {
  test("of variables and pip's configuration nothing counts where they are to be ignored", () => {
    const variables = {
      MURRE_CONFIG_SETTINGS: "word",
      MURRE_INDEX: flagsAt("a"),
      MURRE_NO_BUILD: "1",
      MURRE_STRICT_RECORD: "1",
      PIP_BUILD_CONSTRAINT: "b.txt",
    };
    const pip = { indexUrl: said(flagsAt("pip")), pre: said(true), noDeps: said(true), constraints: said(["c.txt"]) };
    const options = { ignoreConfiguration: true, indexUrl: flagsAt("flag") };
    const { search, ...ahead } = decided({ variables, pip, options });
    const { build, indexes, files } = search(nothing);
    expect(ahead).toMatchObject({ constraintFiles: [], followsDependencies: true, isRecordStrict: false });
    expect(indexes.locations.map(({ url }) => url)).toEqual([flagsAt("flag")]);
    expect(files.prereleases).toBe("if-necessary-or-explicit");
    expect(build).toMatchObject({ isRefused: false, configSettings: {}, constraintFiles: [] });
  });

  test.each<readonly [string, Row, object]>([
    [
      "files with constraints are added up",
      { options: { constraintFiles: ["flag.txt"] }, pip: { constraints: said(["pip.txt"]) } },
      { constraintFiles: ["pip.txt", "flag.txt"] },
    ],
    ["no dependencies, by an option", { options: { dependencies: "none" } }, { followsDependencies: false }],
    [
      "no dependencies, by pip's configuration, which no flag of pip's takes back",
      { options: { dependencies: "follow" }, pip: { noDeps: said(true) } },
      { followsDependencies: false },
    ],
    ["strict records, by a variable", { variables: { MURRE_STRICT_RECORD: "yes" } }, { isRecordStrict: true }],
    [
      "strict records, by an option before the variable",
      { variables: { MURRE_STRICT_RECORD: "yes" }, options: { strictRecord: false } },
      { isRecordStrict: false },
    ],
    [
      "the network, by pip's configuration",
      { pip: { timeoutSeconds: said(1.5), proxy: said("http://p"), trustedHosts: said(["h"]), retries: said(0) } },
      {
        network: {
          network: { silenceTimeoutMs: 1500, proxy: "http://p", trustedHosts: ["h"], retries: 0, userAgent: "murre/1" },
        },
      },
    ],
    [
      "pages that are asked for again, by the names that projects have",
      { options: { refresh: ["My_Project"], offline: false } },
      { network: { refresh: new Set(["my-project"]), offline: false } },
    ],
    [
      "the change, by options alone",
      {
        options: {
          dryRun: true,
          reinstall: true,
          compileBytecode: true,
          linkMode: "copy",
          overwrite: true,
          target: "t",
        },
      },
      {
        change: {
          isDryRun: true,
          reinstalls: "all",
          compiles: true,
          linkMode: "copy",
          unowned: "keep beside",
          leavesNoState: true,
        },
      },
    ],
  ])("%s", (_, row, expected) => {
    expect(decided(row)).toMatchObject(expected);
  });
});
