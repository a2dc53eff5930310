import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfigFile } from "../src/pip/config-file.ts";
import {
  InvalidPipConfiguration,
  loadPipConfiguration,
  mergePipIndexOptions,
  type PipConfiguration,
  type PipIndexOptions,
} from "../src/index.ts";

const readTable = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));

interface ParserCase {
  readonly name: string;
  readonly text: string;
  readonly options?: readonly (readonly string[])[];
  readonly error?: string;
}

describe("a configuration file is read as by Python's configparser.RawConfigParser", () => {
  test.each(readTable("raw-config-parser.json") as readonly ParserCase[])("$name", ({ text, options, error }) => {
    const file = parseConfigFile(text);
    const read = file.options.map((one) => [one.section, one.option, one.value]);
    expect(file.problems.length > 0).toBe(error !== undefined);
    expect(file.problems.length > 0 ? undefined : read).toEqual(options);
  });
});

interface PipCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  /** What differs from pip's defaults. */
  readonly result?: Readonly<Record<string, unknown>>;
  readonly refused?: true;
}

const places: Readonly<Record<string, string>> = {
  global: "/xdg/pip/pip.conf",
  legacy: "/home/.pip/pip.conf",
  user: "/home/.config/pip/pip.conf",
  site: "/site/pip.conf",
  env: "/env.conf",
};

function load({ files, env }: PipCase): PipConfiguration {
  const byPath = new Map(Object.entries(files).map(([kind, text]) => [places[kind], text]));
  return loadPipConfiguration({
    env: { XDG_CONFIG_DIRS: "/xdg", ...(files["env"] === undefined ? {} : { PIP_CONFIG_FILE: "/env.conf" }), ...env },
    platform: "linux",
    home: "/home",
    cwd: "/",
    prefix: "/site",
    readText: (path) => byPath.get(path),
  });
}

function commandLineOf(words: readonly string[]): PipIndexOptions {
  const valuesOf = (...names: string[]) =>
    words.flatMap((word, index) =>
      names.includes(words[index - 1] ?? "") ? [{ value: word, origin: "command line" }] : [],
    );
  return { indexUrl: valuesOf("-i")[0], extraIndexUrls: valuesOf("--extra-index-url"), findLinks: valuesOf("-f") };
}

const values = (settings: PipIndexOptions["findLinks"] = []) => settings.map(({ value }) => value);

const isDefault = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);

function asPip(configuration: PipConfiguration, words: readonly string[]): Record<string, unknown> {
  const merged = mergePipIndexOptions(configuration, commandLineOf(words));
  const all: Record<string, unknown> = {
    indexUrl: merged.indexUrl?.value,
    extraIndexUrls: values(merged.extraIndexUrls),
    findLinks: values(merged.findLinks),
    noIndex: merged.noIndex === true ? 1 : undefined,
    noBinary: configuration.formatControl?.value.noBinary.toSorted(),
    onlyBinary: configuration.formatControl?.value.onlyBinary.toSorted(),
  };
  const { trustedHosts, cert, clientCert, proxy, timeoutSeconds, retries, constraints } = configuration;
  const { pre, preferBinary, requireHashes, noDeps } = configuration;
  const others = { trustedHosts, cert, clientCert, proxy, timeoutSeconds, retries, constraints };
  for (const [key, setting] of Object.entries(others)) all[key] = setting?.value;
  for (const [key, setting] of Object.entries({ pre, preferBinary, requireHashes, noDeps }))
    all[key] = setting?.value === true ? 1 : undefined;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => !isDefault(value)));
}

const cases = readTable("pip-configuration.json") as readonly PipCase[];

describe("files, variables and options come out as `pip install` (23.2) has them", () => {
  test.each(cases.filter(({ refused }) => refused !== true))("$name", (one) => {
    expect(asPip(load(one), one.arguments)).toEqual(one.result);
  });

  test.each(cases.filter(({ refused }) => refused === true))("$name: refused by both", (one) => {
    expect(() => load(one)).toThrow(InvalidPipConfiguration);
  });
});
