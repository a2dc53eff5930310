import type { ChangeReport, InstalledReport, Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import type { CliContext } from "./run-cli.ts";
import { runWords } from "./run-words.test.data.ts";

const change: ChangeReport = {
  environment: "/env",
  executable: "/env/bin/python",
  changed: true,
  dryRun: false,
  added: [{ name: "b", version: "2.0" }],
  removed: [
    { name: "a", version: "1.0" },
    { name: "b", version: "1.0" },
  ],
  kept: [],
  fetched: 1,
  cached: 0,
  filesLinked: 3,
  filesCopied: 0,
  filesGenerated: 2,
  conflicts: [],
  durationsMs: { resolve: 1, prepare: 2, change: 3, window: 0 },
};

const installed: InstalledReport = {
  environment: "/env",
  distributions: [
    { name: "demo-lib", displayName: "Demo_Lib", version: "1.0", location: "/env/lib" },
    { name: "edited", displayName: "edited", version: "0.1", location: "/env/lib", editableLocation: "/src/edited" },
    {
      name: "linked",
      displayName: "linked",
      version: "3",
      location: "/env/lib",
      directUrl: "https://h/linked-3-py3-none-any.whl",
    },
  ],
};

/** Operations that remember what they were called with, and answer from the table above. */
async function run(words: readonly string[], over: Partial<Operations> = {}, context: Partial<CliContext> = {}) {
  const calls: [name: string, options: unknown][] = [];
  const answer = (name: string, result: unknown) => async (options: unknown) => {
    calls.push([name, options]);
    return result;
  };
  const operations = {
    cacheFolder: "/cache",
    venv: answer("venv", {
      environment: "/env",
      executable: "/env/bin/python",
      version: "3.11.7",
      basePython: "/p",
      seeded: [],
    }),
    sync: answer("sync", change),
    install: answer("install", change),
    uninstall: answer("uninstall", change),
    list: answer("list", installed),
    show: answer("show", { distributions: [], missing: ["x"] }),
    recover: answer("recover", { environment: "/env", recovered: [] }),
    check: answer("check", { environment: "/env", checked: 1, problems: [] }),
    ...over,
  } as unknown as Operations;
  return { ...(await runWords(words, operations, context)), calls };
}

class Refused extends Error {
  readonly code = "MURRE_NO_MATCHING_VERSION";
}

describe("what says how a command works is taken before the command's name as well, as uv and pip take it", () => {
  test.each<[words: string, name: string, options: object]>([
    ["--no-config pip install x", "install", { ignoreConfiguration: true }],
    ["--offline --no-cache pip install x", "install", { offline: true, noCache: true }],
    ["pip --offline install x", "install", { offline: true }],
    ["--no-config venv e", "venv", { ignoreConfiguration: true, path: "e" }],
    ["pip -p e list", "list", { python: "e" }],
    ["pip -p e list -p other", "list", { python: "other" }],
    ["pip list --offline --no-config --no-cache", "list", {}],
  ])("%s", async (words, name, options) => {
    const { code, calls } = await run(words.split(" "));
    expect([code, calls]).toEqual([0, [[name, expect.objectContaining(options)]]]);
  });

  test.each(["-q pip install b", "pip -q install b", "pip install -q b"])("%s is quiet", async (words) => {
    expect(await run(words.split(" "))).toMatchObject({ code: 0, err: "" });
  });

  test.each([
    ["--cache-dir D cache dir", "D"],
    ["cache --cache-dir D dir", "D"],
    ["cache dir --cache-dir D", "D"],
    ["--cache-dir other cache --cache-dir D dir", "D"],
    ["--cache-dir other pip list --cache-dir D", "D"],
  ])("%s takes the innermost folder", async (words, cacheFolder) => {
    const given: unknown[] = [];
    const createOperations: CliContext["createOperations"] = (settings) => {
      given.push(settings);
      return { cacheFolder: "/cache", list: async () => installed } as unknown as Operations;
    };
    await run(words.split(" "), {}, { createOperations });
    expect(given).toEqual([{ cacheFolder }]);
  });

  test("an unknown one is refused there as everywhere", async () => {
    expect(await run(["--no-such", "pip", "list"])).toMatchObject({ code: 2, calls: [] });
  });
});

describe("the grammar follows uv's and pip's words", () => {
  test.each<[words: string, name: string, options: object]>([
    ["venv", "venv", { existing: "refuse" }],
    [
      "venv e -p 3.12 --clear --seed --prompt p --system-site-packages",
      "venv",
      { path: "e", python: "3.12", existing: "clear", seed: true, prompt: "p", systemSitePackages: true },
    ],
    ["venv e --allow-existing", "venv", { existing: "refresh" }],
    ["pip sync a.txt b.txt -p e", "sync", { requirementFiles: ["a.txt", "b.txt"], python: "e", allowEmpty: false }],
    [
      "pip sync - -i http://i/ --extra-index-url http://x/ -f ./w",
      "sync",
      { requirementFiles: ["-"], indexUrl: "http://i/", extraIndexUrls: ["http://x/"], findLinks: ["./w"] },
    ],
    [
      "pip sync a --index http://1/ --index http://2/ --default-index http://d/ --index-strategy unsafe-best-match",
      "sync",
      { indexes: ["http://1/", "http://2/"], defaultIndex: "http://d/", indexStrategy: "unsafe-best-match" },
    ],
    [
      "pip sync a --no-index --offline --no-config",
      "sync",
      { noIndex: true, offline: true, ignoreConfiguration: true },
    ],
    ["pip sync a --refresh --no-cache", "sync", { refresh: "all", noCache: true }],
    ["pip sync a --refresh-package x --refresh-package y", "sync", { refresh: ["x", "y"] }],
    [
      "pip sync a --dry-run --require-hashes --link-mode copy",
      "sync",
      { dryRun: true, requireHashes: true, linkMode: "copy" },
    ],
    [
      "pip install x -r a.txt -c c.txt",
      "install",
      { requirements: ["x"], requirementFiles: ["a.txt"], constraintFiles: ["c.txt"], dependencies: "follow" },
    ],
    ["pip install x --no-deps", "install", { dependencies: "none" }],
    ["pip install x -U", "install", { upgrade: "all" }],
    ["pip install x -P y -P z --exact --pre", "install", { upgrade: ["y", "z"], exact: true, prereleases: true }],
    [
      "pip install x --force-reinstall --only-binary :all: --no-binary y",
      "install",
      { reinstall: true, onlyBinary: [":all:"], noBinary: ["y"] },
    ],
    [
      "pip install x -t d --break-system-packages --system",
      "install",
      { target: "d", breakSystemPackages: true, system: true },
    ],
    ["pip uninstall -y x -r a.txt", "uninstall", { names: ["x"], requirementFiles: ["a.txt"] }],
    ["pip list --exclude-editable -p e", "list", { excludeEditable: true, python: "e" }],
    ["pip show x y -f", "show", { names: ["x", "y"], files: true }],
  ])("murre %s", async (words, name, options) => {
    const { calls } = await run(words.split(" "));
    expect(calls).toEqual([[name, expect.objectContaining(options)]]);
  });

  test("what was not given is left out, so that an operation's own default holds", async () => {
    const { calls } = await run(["pip", "sync", "a.txt"]);
    expect(Object.keys(calls[0]?.[1] as object).toSorted()).toEqual([
      "allowEmpty",
      "onEvent",
      "requirementFiles",
      "signal",
    ]);
  });
});

describe("exit codes", () => {
  test("0: done", async () => expect((await run(["pip", "list"])).code).toBe(0));
  test("0: help and version are printed to stdout", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, out: "murre 1.2.3\n", err: "" });
    expect((await run(["pip", "--help"])).out).toContain("Usage: murre pip");
  });

  test.each([
    ["pip sync"],
    ["pip"],
    ["nothing"],
    ["pip install"],
    ["pip list --format x"],
    ["venv --clear --allow-existing"],
    ["pip sync a --wrong"],
  ])("2: the words make no sense: murre %s", async (words) => {
    const { code, out, err } = await run(words.split(" "));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).not.toBe("");
  });

  test("1: the request cannot be met; the message ends with its code", async () => {
    const { code, err, out } = await run(["pip", "sync", "a"], {
      sync: () => Promise.reject(new Refused("no version of x")),
    });
    expect({ code, err, out }).toEqual({
      code: 1,
      err: "error: no version of x (MURRE_NO_MATCHING_VERSION)\n",
      out: "",
    });
  });

  test("a message that ends with its code does not get it twice", async () => {
    const sync = () => Promise.reject(new Refused("no version of x (MURRE_NO_MATCHING_VERSION)"));
    expect((await run(["pip", "sync", "a"], { sync })).err).toBe(
      "error: no version of x (MURRE_NO_MATCHING_VERSION)\n",
    );
  });

  test("2: --target and --prefix are two places", async () => {
    expect(await run(["pip", "install", "a", "--target", "t", "--prefix", "p"])).toMatchObject({ code: 2, calls: [] });
  });

  test("1: check found a problem, and show found nothing", async () => {
    const problems = [{ kind: "missing" as const, name: "a", version: "1", requirement: "b>=2" }];
    const check = await run(["pip", "check"], { check: async () => ({ environment: "/env", checked: 2, problems }) });
    expect(check).toMatchObject({ code: 1, out: "a 1 requires b>=2, which is not installed\n" });
    expect(await run(["pip", "show", "x"])).toMatchObject({ code: 1, out: "", err: "warning: not installed: x\n" });
  });

  test("130: interrupted", async () => {
    const signal = AbortSignal.abort(new Error("interrupted"));
    const sync = () => Promise.reject(new Error("interrupted"));
    expect(await run(["pip", "sync", "a"], { sync }, { signal })).toMatchObject({ code: 130, err: "interrupted\n" });
  });
});

describe("what is printed", () => {
  test("a change: one line a distribution, the old version before the new one", async () => {
    expect((await run(["pip", "sync", "a"])).out).toBe(" - a==1.0\n - b==1.0\n + b==2.0\n");
  });

  test.each([
    ["/plain/env", "source /plain/env/bin/activate"],
    ["/it's here", "source '/it'\\''s here/bin/activate'"],
  ])("an environment in %s: the line to paste is quoted where it has to be", async (environment, line) => {
    const venv = async () => ({ environment, executable: "", version: "3.11.7", basePython: "", seeded: [] });
    expect((await run(["venv"], { venv })).err).toContain(`Activate it with: ${line}\n`);
  });

  test("freeze names a version that is none by ===, so that -r reads it back", async () => {
    const old = {
      name: "old",
      displayName: "Old",
      version: "1.0-x",
      location: "/env/lib",
      hasArbitraryVersion: true as const,
    };
    const list = async () => ({ environment: "/env", distributions: [old] });
    expect((await run(["pip", "freeze"], { list })).out).toBe("Old===1.0-x\n");
  });

  test("a change of nothing says so", async () => {
    const kept = [{ name: "a", version: "1" }];
    const sync = async () => ({ ...change, changed: false, added: [], removed: [], kept });
    expect((await run(["pip", "sync", "a"], { sync })).out).toBe("Nothing to do: 1 distribution as required\n");
  });

  test.each([
    [
      "columns",
      "Package  Version Editable project location\n-------- ------- -------------------------\nDemo_Lib 1.0\nedited   0.1     /src/edited\nlinked   3\n",
    ],
    ["freeze", "Demo_Lib==1.0\n-e /src/edited\nlinked @ https://h/linked-3-py3-none-any.whl\n"],
    [
      "json",
      '[{"name":"Demo_Lib","version":"1.0"},{"name":"edited","version":"0.1","editable_project_location":"/src/edited"},{"name":"linked","version":"3"}]\n',
    ],
  ])("a list as %s", async (format, expected) => {
    expect((await run(["pip", "list", "--format", format])).out).toBe(expected);
  });

  test("--json: the report as one document on stdout", async () => {
    expect(JSON.parse((await run(["pip", "sync", "a", "--json"])).out)).toEqual(change);
  });

  test("--json: an error as one document on stdout, for people on stderr", async () => {
    const { out, err } = await run(["pip", "sync", "a", "--json"], { sync: () => Promise.reject(new Refused("no")) });
    expect(JSON.parse(out)).toEqual({ error: { code: "MURRE_NO_MATCHING_VERSION", message: "no" } });
    expect(err).toContain("error: no");
  });

  test("causes below an error, each once", async () => {
    const sync = () => Promise.reject(new Error("outer", { cause: new Error("inner", { cause: new Error("outer") }) }));
    expect((await run(["pip", "sync", "a"], { sync })).err).toBe("error: outer\n  caused by: inner\n");
  });

  test("events go to stderr, and with --quiet only warnings", async () => {
    const sync: Operations["sync"] = async ({ onEvent }) => {
      onEvent?.({ type: "resolved", distributions: 3, durationMs: 1234 });
      onEvent?.({ type: "warning", code: "MURRE_WARNING_RECORD", message: "careful" });
      onEvent?.({ type: "debug", message: "detail" });
      return change;
    };
    expect((await run(["pip", "sync", "a"], { sync })).err).toBe(
      "Resolved 3 distributions in 1.23s\nwarning: careful\n",
    );
    const quiet = await run(["pip", "sync", "a", "-q"], { sync });
    expect([quiet.out, quiet.err]).toEqual(["", "warning: careful\n"]);
    expect(JSON.parse((await run(["pip", "sync", "a", "-q", "--json"], { sync })).out)).toEqual(change);
    expect((await run(["pip", "sync", "a", "-v"], { sync })).err).toContain("detail\n");
  });

  test("a change that places nothing says nothing of placing", async () => {
    const uninstall: Operations["uninstall"] = async ({ onEvent }) => {
      onEvent?.({ type: "changed", files: 0, durationMs: 1, windowMs: 0 });
      return change;
    };
    expect((await run(["pip", "uninstall", "a"], { uninstall })).err).toBe("");
  });

  test.each([
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "0" }, false],
    [{ NO_COLOR: "1" }, false],
    [{}, false],
  ])("with %j, colours where nobody looks: %j", async (env, expected) => {
    const { out } = await run(["pip", "sync", "a"], {}, { env });
    expect(out.includes("\u001b[")).toBe(expected);
  });
});
