import type { ConfiguredOption, Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { runWords } from "../src/run-words.test.data.ts";

const report = { added: [], removed: [], kept: [], distributions: [], missing: [], seeded: [], problems: [] };

/** `PIP_TARGET=x`, `uv.toml: index=a,b`, `pip.conf: no-deps=yes`. */
function parse(text: string): ConfiguredOption {
  const [, origin = "", name = "", value = ""] = /^(?:(\S+): )?([\w-]+)=(.*)$/s.exec(text) ?? [];
  const isFile = origin !== "";
  const by = (isFile ? (/^(?:uv|pip)/.exec(origin)?.[0] ?? "pip") : name.split("_")[0]!.toLowerCase()) as
    | "murre"
    | "uv"
    | "pip";
  const isUvFile = isFile && by === "uv";
  return {
    name: isFile
      ? name
      : name
          .slice(name.indexOf("_") + 1)
          .toLowerCase()
          .replaceAll("_", "-"),
    values: isUvFile ? value.split(",") : [value],
    origin: isFile ? origin : name,
    by,
    isAfterWords: isUvFile && (value.includes(",") || name === "default-index"),
  };
}

async function run(words: string, configured: readonly string[]) {
  const calls: unknown[] = [];
  const operation = async (options: unknown) => (calls.push(options), report);
  const operations = Object.fromEntries(
    ["install", "list", "venv", "sync", "uninstall", "wheel"].map((name) => [name, operation]),
  ) as unknown as Operations;
  const requests: unknown[] = [];
  const settings: object[] = [];
  const result = await runWords(words.split(" "), operations, {
    createOperations: (given: object) => (settings.push(given), operations),
    readConfigured: async (request, cwd) => (requests.push([request, cwd]), configured.map(parse)),
  });
  return { ...result, calls, requests, settings };
}

describe("an option that is configured is as if it stood before the words", () => {
  test.each<[string, readonly string[], object]>([
    ["pip install x", ["PIP_TARGET=t"], { target: "t" }],
    ["pip install --target w x", ["PIP_TARGET=t"], { target: "w" }],
    ["pip install x", ["PIP_PREFIX=p", "PIP_NO_DEPS=yes"], { prefix: "p", dependencies: "none" }],
    ["pip install x", ["PIP_ROOT=r", "PIP_USER=1"], { root: "r", user: true }],
    ["pip install", ["PIP_REQUIREMENT=a.txt b.txt"], { requirementFiles: ["a.txt", "b.txt"] }],
    ["pip install -r c.txt", ["PIP_REQUIREMENT=a.txt"], { requirementFiles: ["a.txt", "c.txt"] }],
    ["pip install x", ["PIP_PYTHON=3.12", "PIP_UPGRADE=on"], { python: "3.12", upgrade: "all" }],
    ["pip --python 3.9 install x", ["PIP_PYTHON=3.12"], { python: "3.9" }],
    ["pip install x", ["PIP_NO_CACHE_DIR=0"], { noCache: true }],
    ["pip install x", ["pip.conf: no-compile=no", "pip.conf: no-build-isolation=no"], { buildIsolation: false }],
    ["pip install x", ["pip.conf: ignore-installed=true"], { reinstall: true, upgrade: "all" }],
    ["pip install x", ["pip.conf: platform=win_amd64"], { pythonPlatform: "x86_64-pc-windows-msvc" }],
    ["pip install x", ["pip.conf: abi=cp311 abi3"], { abis: ["cp311", "abi3"] }],
    ["pip install x", ["MURRE_LINK_MODE=copy", "MURRE_STRICT_RECORD=1"], { linkMode: "copy", strictRecord: true }],
    ["pip install x", ["UV_COMPILE_BYTECODE=1", "UV_SYSTEM=true"], { compileBytecode: true, system: true }],
    ["pip install x", ["uv.toml: no-binary=a,b", "uv.toml: system=false"], { noBinary: ["a", "b"] }],
    ["pip install --index w x", ["uv.toml: index=a,b"], { indexes: ["w", "a", "b"] }],
    ["pip install --no-index x", ["uv.toml: index=a,b"], { noIndex: true }],
    ["pip install x", ["uv.toml: default-index=d"], { defaultIndex: "d" }],
    ["pip install -i w x", ["uv.toml: default-index=d"], { indexUrl: "w" }],
    ["pip install --constraint w x", ["uv.toml: constraint=a b,c"], { constraintFiles: ["w", "a b", "c"] }],
    ["pip list", ["PIP_EXCLUDE=a b", "PIP_USER=1"], { exclude: ["a", "b"], user: true }],
    ["venv e", ["UV_SEED=1", "UV_PROMPT=p"], { seed: true, prompt: "p" }],
    ["pip uninstall x", ["PIP_YES=1", "PIP_VERBOSE=0"], {}],
  ])("murre %s with %j", async (words, configured, expected) => {
    const { calls, code, err } = await run(words, configured);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    expect(calls).toEqual([expect.objectContaining(expected)]);
    const ofNone = ["noIndex", "defaultIndex", "buildIsolation"].filter((name) => !(name in expected));
    expect(Object.keys(calls[0] as object).filter((name) => ofNone.includes(name))).toEqual([]);
  });
});

test("what says how a command works may be configured, and words before its name go before it", async () => {
  expect((await run("pip list", ["uv.toml: cache-dir=/c"])).settings).toEqual([{ cacheFolder: "/c" }]);
  expect((await run("--cache-dir /w pip list", ["uv.toml: cache-dir=/c"])).settings).toEqual([{ cacheFolder: "/w" }]);
  expect((await run("pip --trusted-host b install x", ["MURRE_TRUSTED_HOST=a"])).calls).toEqual([
    expect.objectContaining({ trustedHosts: ["a", "b"] }),
  ]);
});

test("what is read over is read over, with -v where it was written", async () => {
  const { code, err } = await run("pip install -v x", ["PIP_NO_INPUT=1", "PIP_ROOT_USER_ACTION=ignore"]);
  expect(code).toBe(0);
  expect(err).toContain("--no-input changes nothing");
});

test.each<[string, string]>([
  ["PIP_UPGRADE=perhaps", "PIP_UPGRADE: upgrade = perhaps: expected yes or no, true or false, 1 or 0"],
  ["pip.conf: upgrade-strategy=all", "pip.conf: upgrade-strategy = all: Allowed choices are eager, only-if-needed."],
  ["uv.toml: link-mode=teleport", "uv.toml: link-mode = teleport: Allowed choices are auto, clone, hardlink, copy."],
  ["UV_TORCH_BACKEND=cu128", "--torch-backend is not part of murre"],
])("%s is refused, and it says where that was written", async (configured, message) => {
  const { code, err, calls } = await run("pip install x", [configured]);
  expect([code, calls]).toEqual([2, []]);
  expect(err).toContain(message);
});

test.each<[string, readonly unknown[]]>([
  ["pip install x", [[{ command: ["pip", "install"] }, undefined]]],
  ["--directory d cache dir", [[{ command: ["cache", "dir"] }, "d"]]],
  ["pip list --no-config --directory=d", [[{ command: ["pip", "list"], ignoreConfiguration: true }, "d"]]],
  [
    "pip --isolated list --config-file u.toml",
    [[{ command: ["pip", "list"], isolated: true, configFile: "u.toml" }, undefined]],
  ],
  ["pip install --help", []],
])("murre %s asks once, for what the words leave", async (words, requests) => {
  expect((await run(words, [])).requests).toEqual(requests);
});
